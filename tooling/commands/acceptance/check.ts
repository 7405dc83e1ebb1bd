import { resolve } from "node:path";
import type { Finding } from "../../../components/workload/acceptance/judge";
import { refusalsOf } from "../../../components/workload/acceptance/judge";
import { judgeInDirectory, notListed, undemanding } from "../../../stacks/acceptance";
import type { WorkloadsConfig } from "../../../stacks/config/factory";
import { parseAs } from "../../../stacks/config/load";
import { completeSections } from "../../../stacks/presetFile";
import { receivedReleases } from "../../../stacks/signedReleases";
import { checkedFile, inFile } from "../../configuration";
import { projectOf } from "../../project";
import { UserError } from "../../ui";
import { readSections } from "../release/configuration";
import { titleOf } from "../release/open";
import { banner } from "../release/show";

export interface CheckArgs {
  /** Name of the release. */
  readonly release: string;
  /** The provider's stack configuration, role workloads. */
  readonly config: string;
  /** Where release and attestations lie; default: the configuration's handover. */
  readonly dir?: string;
  readonly now: Date;
}

/** A release as the workloads program judges it. Whether its image is listed already is a hint here, and no verdict. */
export async function check({ release: name, config: file, dir, now }: CheckArgs) {
  const config = workloadsConfig(file);
  const provider = config.providers.find((candidate) => candidate.name === config.provider);
  if (!provider?.acceptance) throw new UserError(`${file}: ${undemanding(config.provider)}.`);
  const handover = dir === undefined ? config.handover : resolve(dir);
  const [signed] = (await received({ ...config, handover, releases: [name] }, file, now)).releases;
  if (!signed) throw new UserError(`${file} names no release ${name}.`);
  const { release, digest, signedBy } = signed;
  const judgement = judgeInDirectory(release, handover, provider.acceptance, now, projectOf(file));
  const accepted = refusalsOf(judgement).length === 0;
  const unlisted = notListed(release, provider.acceptance);
  const lines = [
    `${titleOf(release)}: ${accepted ? "accepted" : "refused"} by ${provider.name}`,
    `  ✓ signed by ${signedBy.join(", ")} (release ${digest})`,
    ...judgement.findings.map(lineOf),
    ...judgement.setAside.map((text) => `  · ${text}`),
    `  image ${release.image.repository}@${release.image.digest}`,
    ...(accepted && unlisted ? [`Next: ${unlisted}.`] : []),
    ...(accepted && !unlisted ? ["The image is among acceptance.images already."] : []),
    ...(release.simulated ? [banner] : []),
  ];
  return { text: lines.join("\n"), accepted };
}

function lineOf({ demand, met, refusal }: Finding): string {
  return refusal === undefined ? `  ✓ ${demand}: ${met ?? ""}` : `  ✗ ${demand}: ${refusal}`;
}

function workloadsConfig(file: string): WorkloadsConfig {
  const sections = readSections(file, "the provider's Pulumi.<stack>.yaml");
  if (sections.role !== "workloads")
    throw new UserError(
      `${file} is of the role ${JSON.stringify(sections.role)}; name that of the stack which places releases, role workloads.`,
    );
  return checkedFile(file, () => parseAs("workloads", completeSections(projectOf(file), sections).sections));
}

async function received(config: WorkloadsConfig, file: string, now: Date) {
  try {
    return await receivedReleases(config, now, projectOf(file));
  } catch (error) {
    throw inFile(file, error);
  }
}
