import { basename, dirname } from "node:path";
import { releaseDigest } from "../../../components/workload/release/document";
import type { StackConfig } from "../../../stacks/config/load";
import type { PackName } from "../../../policies/pack";
import type { StackEngine } from "../../rehearsal/stackRunner";
import { lookAtFile } from "../../review/look";
import { readStackFile } from "../../review/stackFiles";
import type { StackFile } from "../../review/stackFiles";
import { byText } from "../../review/text";
import type { FileView, StackView } from "../../review/types";
import { UserError } from "../../ui";
import { appliedRules } from "../policyResults";
import type { FactoryReading, StackReading } from "../reading";
import { roleSettings } from "./roleSettings";
import { unitOf } from "./state";

export interface PreviewArgs {
  /** The project whose programs are previewed; paths in settings are its own. */
  readonly root: string;
  /** Files Pulumi.<stack>.yaml, of one factory. */
  readonly files: readonly string[];
  readonly pack: PackName;
  readonly engine: StackEngine;
  /** YYYY-MM-DD; default: ends are compared with no day. */
  readonly today?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string) => void;
}

/** Reads stacks from their settings alone, by previews of the real engine without cluster and secrets. */
export async function readPreview({
  root,
  files,
  today,
  pack,
  engine,
  signal,
  onProgress,
}: PreviewArgs): Promise<FactoryReading> {
  const written = files.map(stackFileAt);
  const readings: StackReading[] = [];
  for (const file of written) {
    onProgress?.(file.file);
    const { view } = await lookAtFile(file, { side: { root }, pack, engine, signal });
    readings.push(...readingsOf(view));
  }
  return {
    pack,
    ...(today !== undefined && { today }),
    stacks: readings.sort((a, b) => byText(a.name, b.name)),
  };
}

function stackFileAt(path: string): StackFile {
  const [, stackName] = /^Pulumi\.(.+)\.ya?ml$/.exec(basename(path)) ?? [];
  const file = stackName === undefined ? undefined : readStackFile(dirname(path), stackName, dirname(path));
  if (!file) throw new UserError(`${path} is no stack's file; name a Pulumi.<stack>.yaml that is there.`);
  return file;
}

function readingsOf(file: FileView): StackReading[] {
  return file.stacks.map((stack) => readingOf(file, stack));
}

function readingOf(file: FileView, stack: StackView): StackReading {
  if (file.settings === undefined)
    throw new UserError(`${file.file} does not hold, so that there is nothing to report.`, undefined, [
      ...stack.refusals,
    ]);
  const config = roleSettings(file.settings as StackConfig, stack.name);
  const resources = stack.resources.map(({ type, name, inputs }) => ({
    type,
    name,
    inputs,
    urn: `${type}::${name}`,
    dependsOn: [],
  }));
  const ownReleases = config.role === "trust" || config.role === "workloads";
  return {
    name: stack.name,
    origin: "preview",
    config,
    unseen: file.unseen,
    resources,
    releases: ownReleases
      ? file.releases
          .map((release) => ({ release, digest: releaseDigest(release) }))
          .filter(({ release }) => placed(config, release.name))
      : [],
    policies: {
      applied: appliedRules(resources, unitOf(config)),
      findings: stack.violations.map(({ rule, level, resource, path, message }) => ({
        rule,
        level,
        resource,
        path,
        message,
      })),
      borne: stack.exceptionUses.map(({ rule, resource, path }) => ({ rule, resource, path, message: "" })),
      undecided: stack.notYetKnown.map(({ rule, resource, path }) => ({ rule, resource, path })),
    },
    refusals: stack.refusals,
  };
}

function placed(config: StackReading["config"], name: string): boolean {
  return config.role !== "workloads" || config.releases.includes(name);
}
