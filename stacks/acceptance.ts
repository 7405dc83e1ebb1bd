import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AcceptanceParameters } from "../components/cluster/acceptanceParameters";
import type { Demands, Judgement } from "../components/workload/acceptance/judge";
import { attestationsFileName, judgeRelease, refusalsOf } from "../components/workload/acceptance/judge";
import { spkiDigest } from "../components/images/spkiDigest";
import type { Release } from "../components/workload/release";
import type { Acceptance } from "./config/acceptance";
import { ConfigurationError, location } from "./config/errors";
import type { WorkloadsConfig } from "./config/factory";
import type { Provider } from "./config/providers";
import { packageRoot } from "./project";
import type { SignedReleases } from "./signedReleases";
import { receivedReleases } from "./signedReleases";

/** Said wherever a provider runs workloads of which it demands nothing. */
export function undemanding(provider: string): string {
  return (
    `${location(["providers"])} (${provider}): demands nothing of the tenant's workloads: any image of any registry may take hosts, unscanned; ` +
    "name registries, signers and images under acceptance (docs/acceptance.md)"
  );
}

/** What the provider's API server is told to accept of a tenant. */
export function acceptanceParameters(
  { keyBrokerCidrs, registryCidrs }: Pick<Provider, "keyBrokerCidrs" | "registryCidrs">,
  {
    registries,
    images,
    dedicatedNodes,
    verifierCidrs,
    priorityClasses,
  }: Pick<Acceptance, "registries" | "images" | "dedicatedNodes" | "verifierCidrs" | "priorityClasses">,
  tenant: string,
): AcceptanceParameters {
  const egressRanges = [...keyBrokerCidrs, ...registryCidrs, ...verifierCidrs];
  return { tenant, registries, images, egressRanges, dedicatedNodes, priorityClasses };
}

export function demandsOf({ registries, imageSigners, attestationSigners, requiredAttestations }: Acceptance): Demands {
  const { vulnerabilityScan, sbom } = requiredAttestations;
  return {
    registries,
    ...(imageSigners && { imageSigners: imageSigners.map(({ publicKey }) => spkiDigest(publicKey)) }),
    attestationSigners: attestationSigners ?? [],
    ...(vulnerabilityScan !== "notRequired" && { vulnerabilityScan }),
    ...(sbom !== "notRequired" && { sbom }),
  };
}

/** How a release in a directory meets a provider's demands; its attestations lie beside it. */
export function judgeInDirectory(
  release: Pick<Release, "name" | "image">,
  directory: string,
  acceptance: Acceptance,
  now: Date,
  project = packageRoot,
): Judgement {
  const file = join(resolve(project, directory), attestationsFileName(release.name));
  const text = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  return judgeRelease(release, text, demandsOf(acceptance), now);
}

/** Why a release is not admitted although it meets the demands: nobody has accepted its image yet. */
export function notListed({ image }: Pick<Release, "image">, { images }: Acceptance): string | undefined {
  if (images.includes(image.digest)) return undefined;
  return `the image ${image.digest} is not among acceptance.images, which the cluster admits; add it there, update the infrastructure stack, then place the release`;
}

/**
 * The releases that a provider was handed, means to place, and accepts; of some alone, where the others are another
 * stack's. Everything that is refused is said at once.
 */
export async function acceptedReleases(
  config: WorkloadsConfig,
  provider: Provider,
  now: Date,
  project = packageRoot,
  wanted?: ReadonlySet<string>,
): Promise<SignedReleases> {
  const received = await receivedReleases(config, now, project, wanted);
  const { acceptance } = provider;
  if (!acceptance) return { ...received, warnings: [...received.warnings, undemanding(provider.name)] };
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const { release } of received.releases) {
    const here = location(["releases", config.releases.indexOf(release.name)]);
    const judgement = judgeInDirectory(release, config.handover, acceptance, now, project);
    const refusals = refusalsOf(judgement);
    const unlisted = notListed(release, acceptance);
    problems.push(
      ...[...refusals, ...(unlisted ? [unlisted] : [])].map((text) => `${here} (${release.name}): ${text}`),
    );
    warnings.push(...judgement.setAside.map((text) => `${text}; it does not count.`));
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { ...received, warnings: [...received.warnings, ...warnings] };
}
