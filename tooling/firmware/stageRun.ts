import { findAttribute, resolveStage, toWrite } from "../../components/host/firmware/resolve";
import type { ResolvedStage } from "../../components/host/firmware/resolve";
import type { StageRecord, Values } from "./journal";
import { fateOf, unknownFate } from "./once";
import { applyStage, interruptedRestart } from "./restart";
import type { Run } from "./run";
import { namesInPlan, onceDone, readSnapshot, same, shown } from "./snapshot";
import type { Snapshot } from "./snapshot";
import { confirmPending } from "./readBack";
import { reappear, stageOf, vanished, withStage } from "./stageShared";
import { FirmwareError } from "./target";

/** One stage to its end, from wherever an earlier run left it. */
export async function runStage(run: Run, index: number): Promise<void> {
  const say = (line: string) => run.show?.(`${stageOf(run, index).title}: ${line}`);
  if (run.stage(index)?.phase === "applying" && (await interruptedRestart(run, index, say)) === "verified") return;
  let snapshot = await look(run, index);
  await settleFates(run, index, snapshot);
  let resolved = resolve(run, index, snapshot);
  const gone = vanished(resolved);
  if (gone.length > 0 && (await reappear(run, index, gone, say))) {
    snapshot = await look(run, index);
    resolved = resolve(run, index, snapshot);
  }
  requireResolved(run, index, resolved);
  const wanted = toWrite(resolved);
  if (Object.keys(wanted).length === 0) return;
  requireNobodyElse(run, index, snapshot, wanted);
  const missing = without(wanted, snapshot.pending);
  let alongside = ofOthers(snapshot.pending, wanted);
  if (Object.keys(missing).length > 0) {
    const { lastStart } = await run.target.identify(run.signal);
    await recordIntent(run, index, resolved, wanted, alongside, lastStart);
    say(`staging ${shown(missing)}`);
    await run.step(index, "stage", () => run.target.stage(missing, run.signal));
    const pending = await run.step(index, "read back", () => confirmPending(run, wanted));
    requireNobodyElse(run, index, { ...snapshot, pending }, wanted);
    alongside = ofOthers(pending, wanted);
  }
  const before = run.stage(index);
  const record: StageRecord = {
    phase: "staged",
    attributes: wanted,
    alongside,
    once: onceIds(resolved),
    ...mark(before),
  };
  await run.record(index, (content) => withStage(content, index, record));
  await applyStage(run, index, record, say);
}

const mark = (record: StageRecord | undefined) =>
  record?.lastStart === undefined ? {} : { lastStart: record.lastStart };

const look = (run: Run, index: number): Promise<Snapshot> =>
  run.step(index, "look", () => readSnapshot(run.target, run.signal));

function resolve(run: Run, index: number, snapshot: Snapshot): ResolvedStage {
  const { registry, current } = snapshot;
  return resolveStage(stageOf(run, index), { registry, current, done: onceDone(run.content()) });
}

/** One-time actions that were written down: what became of them, before anything is decided. */
async function settleFates(run: Run, index: number, snapshot: Snapshot): Promise<void> {
  for (const { id, once } of stageOf(run, index).settings) {
    const record = once ? run.content().once[id] : undefined;
    if (!record || record.state === "done") continue;
    const { lastStart } = await run.target.identify(run.signal);
    const fate = fateOf(record, run.stage(index), snapshot, lastStart);
    if (fate === "pending") continue;
    await run.record(index, (content) => {
      const { [id]: known, ...others } = content.once;
      if (fate === "never arrived" || !known) return { ...content, once: others };
      return { ...content, once: { ...others, [id]: { ...known, state: fate } } };
    });
    if (fate === "unknown") throw unknownFate(id, record);
  }
}

function requireResolved(run: Run, index: number, { settings }: ResolvedStage): void {
  const found = settings.flatMap((resolved) => (resolved.state === "problem" ? [resolved.message] : []));
  if (found.length === 0) return;
  throw new FirmwareError(
    `Stage ${index + 1} (${stageOf(run, index).title}) cannot be staged, and nothing of it was: ${found.join("; ")}.`,
    "Name the attribute under firmware.attributes of the host where the registry has it by another name; else ask the vendor.",
  );
}

/** Stops where somebody else has changes pending: a restart would put them in force in our name. */
function requireNobodyElse(run: Run, index: number, { pending, registry }: Snapshot, wanted: Values): void {
  const phase = run.stage(index)?.phase;
  const { once } = run.content();
  const ownUnderWay = phase === "staging" || phase === "staged";
  const inPlan = ownUnderWay ? namesInPlan(run.plan, registry) : new Set<string>();
  const unsent = stageOf(run, index).settings.filter((setting) => setting.once && !once[setting.id]);
  const oneTime = new Set(unsent.flatMap((setting) => findAttribute(setting, registry).map(({ name }) => name)));
  const allowed = new Set(run.withPending ?? []);
  const foreign = Object.entries(pending).filter(([name, value]) => {
    if (allowed.has(name)) return false;
    // What this stage's own request has brought along, within the plan; it is compared again at the end.
    if (!(name in wanted)) return !inPlan.has(name);
    // A one-time action that nobody wrote down here is somebody else's, even if it is the same.
    return !same(value, wanted[name]) || oneTime.has(name);
  });
  if (foreign.length === 0) return;
  throw new FirmwareError(
    `Changes are pending that this plan did not stage: ${shown(Object.fromEntries(foreign))}; nothing is restarted.`,
    `Find out whose they are, and have them taken back; or, to apply them along, name them: --with-pending ${foreign.map(([name]) => asArgument(name)).join(" ")}.`,
  );
}

/** Somebody may copy it into a shell, and the name is the machine's. */
const asArgument = (name: string): string => (/^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`);

const without = (wanted: Values, pending: Values): Values =>
  Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => !(name in pending && same(pending[name], value))),
  );

const ofOthers = (pending: Values, wanted: Values): Values =>
  Object.fromEntries(Object.entries(pending).filter(([name]) => !(name in wanted)));

const onceIds = ({ settings }: ResolvedStage): string[] =>
  settings.flatMap(({ setting, state }) => (setting.once && state === "write" ? [setting.id] : []));

/** Before anything is sent: what, and which of it may happen once only. */
async function recordIntent(
  run: Run,
  index: number,
  resolved: ResolvedStage,
  attributes: Values,
  alongside: Values,
  lastStart: string | undefined,
): Promise<void> {
  const sent = resolved.settings.flatMap((entry) =>
    entry.setting.once && entry.state === "write"
      ? [
          [
            entry.setting.id,
            {
              state: "sent",
              attribute: entry.attribute,
              value: entry.value,
              at: run.now(),
              ...(lastStart !== undefined && { lastStart }),
            },
          ] as const,
        ]
      : [],
  );
  const record: StageRecord = {
    phase: "staging",
    attributes,
    alongside,
    once: onceIds(resolved),
    ...(lastStart !== undefined && { lastStart }),
  };
  await run.record(index, (content) => ({
    ...withStage(content, index, record),
    once: { ...content.once, ...Object.fromEntries(sent) },
  }));
}
