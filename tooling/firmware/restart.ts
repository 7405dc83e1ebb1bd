import { setTimeout as wait } from "node:timers/promises";
import type { ResolvedSetting, ResolvedStage } from "../../components/host/firmware/resolve";
import { resolveStage } from "../../components/host/firmware/resolve";
import type { JournalContent, StageRecord } from "./journal";
import type { Run } from "./run";
import { onceDone, readSnapshot, same } from "./snapshot";
import type { Snapshot } from "./snapshot";
import { reappear, stageOf, vanished, withStage } from "./stageShared";
import { FirmwareError } from "./target";

type Say = (line: string) => void;

/** Restarts the machine for what is pending, waits, and compares. */
export async function applyStage(run: Run, index: number, record: StageRecord, say: Say): Promise<void> {
  const { lastStart } = await run.target.identify(run.signal);
  const applying: StageRecord = { ...record, phase: "applying", lastStart };
  await run.record(index, (content) => withStage(content, index, applying));
  say(stageOf(run, index).appliedBy === "restart" ? "restarting the host" : "deploying");
  await run.step(index, "apply", () => run.target.apply(run.signal));
  run.restarts += 1;
  await settleAndVerify(run, index, applying, say);
}

/**
 * After a run that ended while a restart may have been asked for. A second one is asked for only when no sign of the first
 * is seen: a new mark of the last start, or settings no longer pending. A host may take minutes to shut down before it
 * starts, so that the signs are waited for.
 */
export async function interruptedRestart(run: Run, index: number, say: Say): Promise<"verified" | "not asked for"> {
  const record = run.stage(index);
  if (!record) return "not asked for";
  const deadline = Date.now() + run.patience.graceMilliseconds;
  say("an earlier run may have asked for the restart; looking for signs of it");
  for (;;) {
    if (await wasRestarted(run, record)) {
      await settleAndVerify(run, index, record, say);
      return "verified";
    }
    if (Date.now() >= deadline) break;
    await wait(run.patience.pauseMilliseconds, undefined, { signal: run.signal });
  }
  await run.record(index, (content) => withStage(content, index, { ...record, phase: "staged" }));
  return "not asked for";
}

async function wasRestarted({ target, signal }: Run, { attributes, lastStart }: StageRecord): Promise<boolean> {
  const { lastStart: now } = await target.identify(signal);
  if (lastStart !== undefined && now !== undefined) return lastStart !== now;
  const pending = await target.pending(signal);
  return !Object.entries(attributes).some(([name, value]) => name in pending && same(pending[name], value));
}

async function settleAndVerify(run: Run, index: number, record: StageRecord, say: Say): Promise<void> {
  say("waiting until the machine has settled");
  await run.step(index, "settle", () => run.target.settled(run.signal));
  let resolved = afterwards(run, index, record, await verify(run, index));
  const gone = vanished(resolved);
  if (gone.length > 0 && (await reappear(run, index, gone, say)))
    resolved = afterwards(run, index, record, await verify(run, index));
  const failed = resolved.settings.filter(({ state }) => state !== "holds" && state !== "skipped");
  const fate = failed.length === 0 || tookForce(resolved, record) ? "done" : "unknown";
  await run.record(index, (content) => ({
    ...withStage(content, index, failed.length === 0 ? { ...record, phase: "done" } : undefined),
    once: withFate(content.once, record.once, fate),
  }));
  if (failed.length > 0) throw await notInForce(run, index, failed);
  say("in force, as read back");
}

const verify = (run: Run, index: number): Promise<Snapshot> =>
  run.step(index, "verify", () => readSnapshot(run.target, run.signal));

/** One-time actions of this stage count as over: whatever they read back as. */
function afterwards(run: Run, index: number, { once }: StageRecord, { registry, current }: Snapshot): ResolvedStage {
  const done = new Set([...onceDone(run.content()), ...once]);
  return resolveStage(stageOf(run, index), { registry, current, done });
}

/** Whether anything of the request that carried the one-time actions is in force, or it carried nothing else. */
function tookForce({ settings }: ResolvedStage, { attributes, once }: StageRecord): boolean {
  if (Object.keys(attributes).length === once.length) return true;
  return settings.some(
    (setting) => setting.state === "holds" && setting.attribute !== undefined && setting.attribute in attributes,
  );
}

function withFate(
  known: JournalContent["once"],
  ids: readonly string[],
  state: "done" | "unknown",
): JournalContent["once"] {
  const settled = ids.flatMap((id) => (known[id] ? [[id, { ...known[id], state }] as const] : []));
  return { ...known, ...Object.fromEntries(settled) };
}

async function notInForce(run: Run, index: number, failed: readonly ResolvedSetting[]): Promise<FirmwareError> {
  const found = failed.map((entry) =>
    entry.state === "write"
      ? `${entry.attribute} is ${String(entry.current)}, and ${String(entry.value)} was staged`
      : entry.state === "problem"
        ? entry.message
        : entry.setting.id,
  );
  const remarks = (await run.target.remarks?.(run.signal)) ?? [];
  return new FirmwareError(
    `Stage ${index + 1} (${stageOf(run, index).title}) was applied, and is not in force: ${found.join("; ")}; no further stage was begun.`,
    remarks.length > 0 ? `The machine says: ${remarks.join(" ")}` : "Look at the machine's own log for the reason.",
  );
}
