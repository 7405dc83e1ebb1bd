import { join } from "node:path";
import type { Release } from "../../../components/workload/release";
import { explainDifference } from "../../../components/workload/release/diff";
import {
  documentFileName,
  documentText,
  releaseDigest,
  unsignedDocument,
} from "../../../components/workload/release/document";
import { openHistory } from "../../../components/workload/release/historyAudit";
import { timeText } from "../../../components/workload/release/time";
import { computedRelease } from "../../../stacks/releases";
import { projectOf } from "../../project";
import { UserError } from "../../ui";
import { checkedFile } from "../../configuration";
import { writeWhole } from "../../files";
import { readTrustConfig } from "./configuration";
import { readReleases } from "./directory";
import type { ReleaseDirectory } from "./directory";
import { titleOf } from "./open";

export interface CreateArgs {
  /** The model owner's Pulumi.<stack>.yaml. */
  readonly config: string;
  readonly model: string;
  /** Where releases lie. */
  readonly dir: string;
  readonly notAfter: string;
  /** Default: that of the current release as long as nothing else changed, otherwise now. */
  readonly notBefore?: string;
  readonly now: Date;
}

/** Computes a model's release, chains it to the one before, and writes it unsigned. */
export function create({ config: configFile, model, dir, notAfter, notBefore, now }: CreateArgs): string {
  const config = readTrustConfig(configFile);
  const compute = (history: Release["history"], validFrom: string) => {
    requireOrder(validFrom, notAfter, now);
    return checkedFile(configFile, () =>
      computedRelease(
        config,
        model,
        { history, validity: { notBefore: validFrom, notAfter } },
        undefined,
        projectOf(configFile),
      ),
    );
  };
  const found = readReleases(dir, model);
  const newest = newestOf(found);
  const path = join(dir, documentFileName(model));
  if (newest === undefined) {
    const first = compute({ sequence: 1, previous: null }, notBefore ?? timeText(now));
    writeWhole(path, documentText(unsignedDocument(first)));
    return report(path, first, ["It is the first release of this name."]);
  }
  const { release: before, signed, text } = newest;
  const same = compute(before.history, notBefore ?? before.validity.notBefore);
  if (releaseDigest(same) === releaseDigest(before))
    return `Nothing to do: ${path} (${titleOf(before)}) says exactly this already; nothing was written.`;
  // A draft that nobody signed was never a release, and takes no number.
  const history = signed ? { sequence: before.history.sequence + 1, previous: releaseDigest(before) } : before.history;
  const next = compute(history, notBefore ?? timeText(now));
  // The former one first: a kill between the two leaves it twice, which the next run understands.
  if (signed) writeWhole(join(dir, documentFileName(model, before.history.sequence)), text);
  writeWhole(path, documentText(unsignedDocument(next)));
  return report(path, next, [
    signed
      ? `The former one is kept as ${documentFileName(model, before.history.sequence)}.`
      : `It replaces a draft that nobody had signed; make sure that no signed copy of that one is about.`,
    `Against ${signed ? "the former one" : "the draft"}:`,
    ...explainDifference(before, next).map((phrase) => `  - ${phrase}`),
  ]);
}

/** The newest release of a directory whose whole chain is sound; undefined where there is none yet. */
function newestOf({ current, former }: ReleaseDirectory) {
  if (!current) {
    if (former.length === 0) return undefined;
    throw new UserError(
      `There are former releases (${former.map(({ file }) => file).join(", ")}) and no current one; restore it, so that the chain goes on.`,
    );
  }
  const repeated = former.filter(({ text }) => text !== current.text);
  const reading = openHistory([...repeated, current]);
  if ("problems" in reading)
    throw new UserError(
      [
        "The releases that are there do not allow a next one:",
        ...reading.problems.map((problem) => `  - ${problem}`),
      ].join("\n"),
    );
  const last = reading.opened.at(-1);
  if (last?.file !== current.file)
    throw new UserError(
      `${current.file} is not the newest release that is there; restore the newest one under this name.`,
    );
  return { release: last.release, signed: last.document.signatures.length > 0, text: current.text };
}

function requireOrder(notBefore: string, notAfter: string, now: Date): void {
  if (Date.parse(notBefore) >= Date.parse(notAfter))
    throw new UserError(`--not-after ${notAfter} does not come after the beginning, ${notBefore}; write a later time.`);
  if (Date.parse(notAfter) <= now.getTime())
    throw new UserError(
      `--not-after ${notAfter} is past, so that no guest would ever be given a key; write a later time.`,
    );
}

function report(path: string, release: Release, more: readonly string[]): string {
  return [
    `Wrote ${path}: ${titleOf(release)}, unsigned.`,
    `Digest: ${releaseDigest(release)}`,
    ...more,
    `Next: read it (\`npm run trustfoundry -- release show ${path}\`), then have it signed (\`npm run trustfoundry -- release sign --file ${path} --key <key>\`).`,
  ].join("\n");
}
