import type { JournalContent, OnceRecord, StageRecord } from "./journal";
import { same } from "./snapshot";
import type { Snapshot } from "./snapshot";
import { FirmwareError } from "./target";

/**
 * What became of a one-time action that was written down before it was sent. Only what the machine shows decides; where
 * that does not tell, nobody guesses.
 *
 * - `pending`: it arrived, and the next start does it.
 * - `never arrived`: it can be sent.
 * - `done`: it was seen pending, and the machine has started since.
 * - `unknown`: the operator has to find out.
 */
export type Fate = "pending" | "never arrived" | "done" | "unknown";

export function fateOf(
  record: OnceRecord,
  stage: StageRecord | undefined,
  { pending }: Snapshot,
  lastStart: string | undefined,
): Fate {
  if (record.state === "done") return "done";
  if (record.state === "unknown" || record.attribute === undefined) return "unknown";
  if (record.attribute in pending && same(pending[record.attribute], record.value)) return "pending";
  // One request carried them all: others of it wait for the next start, so that this one was not taken.
  const others = Object.entries(stage?.attributes ?? {}).filter(([name]) => name !== record.attribute);
  if (others.some(([name, value]) => name in pending && same(pending[name], value))) return "never arrived";
  if (record.lastStart === undefined || lastStart === undefined) return "unknown";
  const seen = stage !== undefined && stage.phase !== "staging";
  if (lastStart === record.lastStart) return seen ? "unknown" : "never arrived";
  return seen ? "done" : "unknown";
}

/** Stops, and says how to go on. */
export function unknownFate(id: string, { attribute, at }: OnceRecord): FirmwareError {
  return new FirmwareError(
    `${id}${attribute === undefined ? "" : ` (${attribute})`} was to be done once, and it is not known whether it was (recorded ${at}); it is not sent again.`,
    `Look for it in the machine's own log. Then run the command again with --happened ${id} or with --did-not-happen ${id}.`,
  );
}

/** What the operator found out. */
export interface Findings {
  readonly happened?: readonly string[];
  readonly didNotHappen?: readonly string[];
}

/** The journal as the operator's findings have it. */
export function withFindings(
  journal: JournalContent,
  { happened = [], didNotHappen = [] }: Findings,
  now: () => string,
): JournalContent {
  const contradicted = happened.find((id) => didNotHappen.includes(id));
  if (contradicted !== undefined)
    throw new FirmwareError(`${contradicted} stands under --happened and under --did-not-happen; keep one.`);
  const past = didNotHappen.find((id) => journal.once[id]?.state === "done");
  if (past !== undefined)
    throw new FirmwareError(
      `${past} is recorded as done; --did-not-happen is for one of unknown fate.`,
      "To have it done another time, move this machine's journal away first: then nothing is remembered of it.",
    );
  const once: Record<string, OnceRecord> = { ...journal.once };
  for (const id of didNotHappen) delete once[id];
  for (const id of happened) once[id] = { ...once[id], state: "done", at: once[id]?.at ?? now() };
  return { ...journal, once };
}
