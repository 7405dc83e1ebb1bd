import { isDeepStrictEqual } from "node:util";
import { packageRoot } from "../../../stacks/project";
import { count } from "../../review/text";
import { printable, printableJson } from "../../ui";
import { completeLock } from "../bring";
import type { Written } from "../run";
import { sourcesOf } from "../sources";
import type { BundleFinding } from "./finding";
import { verifyBundle } from "./verify";

export interface VerifyOptions {
  readonly lock?: string;
  readonly date?: string;
  readonly json?: true;
}

/** Enough for a person to see what happened; JSON has all of it. */
const mostLines = 100;

/** `bundle verify`: the folder, and whether the programs that check it are the lock's own. */
export async function verifyFolder(
  folder: string,
  { lock: path, date, json }: VerifyOptions,
  now: Date,
): Promise<Written> {
  const lock = completeLock(path);
  const { findings, passed } = await verifyBundle(
    folder,
    lock,
    date === undefined ? now : new Date(`${date}T00:00:00Z`),
  );
  const own = sourcesOf(packageRoot);
  const changed: BundleFinding[] = lock.sources
    .filter((source) => !own.some((each) => isDeepStrictEqual(each, source)))
    .map(({ folder: name }) => ({
      ...{ kind: "changed", what: `trustfoundry/${name}` },
      says: "of this checkout is not what the lock was made with; check out that version, or make the lock anew",
    }));
  const all = [...findings, ...changed];
  const complete = all.length === 0;
  if (json) return { complete, text: printableJson({ lock: lock.digest, complete, passed, findings: all }) };
  return {
    complete,
    text: [
      ...all
        .slice(0, mostLines)
        .map(({ kind, what, says }) => `✗ ${kind}  ${printable(what, 200)}: ${printable(says, 400)}`),
      ...(all.length > mostLines ? [`and ${all.length - mostLines} more; --json names them`] : []),
      ...Object.entries(passed).map(([list, number]) => `✔ ${list}: ${number} as the lock says`),
      "",
      complete
        ? `${folder} is the whole of ${lock.digest}, and nothing else.`
        : `${folder} is not what ${lock.digest} says: ${count(all.length, "difference")}. Load nothing of it.`,
    ].join("\n"),
  };
}
