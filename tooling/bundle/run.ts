import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseConfig } from "../../stacks/config/load";
import { completeSections } from "../../stacks/presetFile";
import { openRelease } from "../commands/release/open";
import { readSections } from "../commands/release/configuration";
import { checkedFile, inFile } from "../configuration";
import { writeWhole } from "../files";
import { projectOf } from "../project";
import { count } from "../review/text";
import { printable, UserError } from "../ui";
import { computeLock, readerLock } from "./compute";
import { lockDifferences, lockFile, lockText, readBundleLock } from "./file";
import type { BundleLock } from "./schema";

export interface LockOptions {
  readonly out?: string;
  readonly release?: string;
  readonly evidence: readonly string[];
  readonly accept: readonly string[];
  readonly check?: true;
}

export interface Written {
  readonly text: string;
  readonly complete: boolean;
}

/** `bundle lock`: computes the lock and writes it, or says what has changed since. */
export async function lockSite(stackFile: string | undefined, options: LockOptions, now: Date): Promise<Written> {
  if ((stackFile === undefined) === (options.release === undefined))
    throw new UserError("Name either a stack's Pulumi.<stack>.yaml, or, as a data owner, --release <file>.");
  const project = projectOf(dirname(stackFile ?? options.release ?? "."));
  const path = options.out ?? join(project, lockFile);
  const before = options.check || existsSync(path) ? readBundleLock(path) : undefined;
  // A check compares as it was accepted; whoever writes anew says it anew.
  const kept = options.check
    ? (before?.unresolved.flatMap(({ name, accepted }) => (accepted ? [name] : [])) ?? [])
    : [];
  const question = { project, evidence: options.evidence, accepted: options.accept, kept };
  const lock =
    stackFile === undefined
      ? readerLock(openRelease(options.release ?? "").release, question)
      : await ofStack(stackFile, { ...question, now });
  const open = lock.unresolved.filter(({ accepted }) => !accepted);
  const differences = before === undefined ? [] : lockDifferences(before, lock);
  if (options.check) {
    const same = differences.length === 0 && before?.digest === lock.digest;
    return {
      complete: same && open.length === 0,
      text: same
        ? [`${path} is what the settings and pins give today: ${lock.digest}`, ...openLines(lock)].join("\n")
        : [`${path} is not what the settings and pins give today:`, ...differences, ...openLines(lock)].join("\n"),
    };
  }
  writeWhole(path, lockText(lock));
  return {
    complete: open.length === 0,
    text: [...differences, summary(lock), `${path}: ${lock.digest}`, ...openLines(lock)].join("\n"),
  };
}

async function ofStack(path: string, rest: Omit<Parameters<typeof computeLock>[0], "config">): Promise<BundleLock> {
  const sections = readSections(path, "a stack's Pulumi.<stack>.yaml");
  const config = checkedFile(path, () => parseConfig(completeSections(rest.project, sections).sections));
  try {
    return await computeLock({ config, ...rest });
  } catch (error) {
    throw inFile(path, error);
  }
}

export function summary(lock: BundleLock): string {
  const zips = lock.go.filter(({ required }) => required).length;
  return [
    count(lock.charts.length, "chart"),
    count(lock.images.length, "image"),
    count(lock.files.length, "guest file"),
    count(lock.collateral.length, "document") + " of collateral",
    count(lock.npm.length, "npm package"),
    count(zips, "Go module"),
  ].join(", ");
}

function openLines({ unresolved }: BundleLock): string[] {
  const lines = unresolved.map(
    ({ name, reason, accepted }) =>
      `${accepted ? "○ accepted" : "✗ unresolved"}  ${printable(name, 200)}: ${printable(reason, 600)}`,
  );
  const open = unresolved.filter(({ accepted }) => !accepted).length;
  return open === 0
    ? lines
    : [
        ...lines,
        "",
        `${open} of ${unresolved.length} are unresolved: nothing pins them. Pin them, or say by name that they arrive otherwise: --accept "<name>".`,
      ];
}
