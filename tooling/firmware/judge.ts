import type { FirmwarePlan, FirmwareSetting } from "../../components/host/firmware/plan";
import { resolvePlan } from "../../components/host/firmware/resolve";
import type { ResolvedSetting } from "../../components/host/firmware/resolve";
import type { JournalContent } from "./journal";
import { onceDone, same } from "./snapshot";
import type { Snapshot } from "./snapshot";

/** How one setting stands on one machine. */
export type Standing =
  | "in force"
  | "done once"
  | "pending"
  | "departs"
  | "waits for its parents"
  | "not for this machine"
  | "missing"
  | "ambiguous"
  | "vanished"
  | "read-only"
  | "value refused"
  | "of unknown fate";

export interface Judged {
  readonly id: string;
  readonly attribute?: string;
  readonly standing: Standing;
  /** One sentence: what is there, what is wanted, what to do next. */
  readonly says: string;
  /** Whether nothing is left to do about it. */
  readonly fine: boolean;
}

export interface JudgedStage {
  readonly title: string;
  readonly settings: readonly Judged[];
}

/** The whole plan against a machine: read-only. */
export function judge(plan: FirmwarePlan, snapshot: Snapshot, journal: JournalContent): readonly JudgedStage[] {
  const machine = { registry: snapshot.registry, current: snapshot.current, done: onceDone(journal) };
  return resolvePlan(plan, machine).map(({ title, settings }) => ({
    title,
    settings: settings.map((resolved) => judged(resolved, snapshot, journal)),
  }));
}

export const departs = (stages: readonly JudgedStage[]): boolean =>
  stages.some(({ settings }) => settings.some(({ fine }) => !fine));

function judged(resolved: ResolvedSetting, { current, pending }: Snapshot, { once }: JournalContent): Judged {
  const { setting } = resolved;
  const { id } = setting;
  switch (resolved.state) {
    case "holds": {
      const { attribute } = resolved;
      const at = once[id]?.at;
      if (setting.once)
        return { id, standing: "done once", says: `done once${at ? `, recorded ${at}` : ""}`, fine: true };
      const changes = attribute !== undefined && attribute in pending;
      return {
        id,
        ...(attribute !== undefined && { attribute }),
        standing: changes ? "departs" : "in force",
        says: changes
          ? `${current[attribute]} now, but ${pending[attribute]} is pending, put there by somebody else; find out who`
          : attribute === undefined
            ? "in force"
            : String(current[attribute]),
        fine: !changes,
      };
    }
    case "skipped":
      return { id, standing: "not for this machine", says: resolved.why, fine: true };
    case "waits":
      return {
        id,
        ...(resolved.attribute !== undefined && { attribute: resolved.attribute }),
        standing: "waits for its parents",
        says: `can be written once ${resolved.on.join(", ")} ${resolved.on.length > 1 ? "are" : "is"} in force`,
        fine: false,
      };
    case "problem":
      return { id, standing: problems[resolved.problem], says: resolved.message, fine: false };
    case "write":
      return written(setting, resolved, pending, once);
  }
}

const problems = {
  missing: "missing",
  ambiguous: "ambiguous",
  vanished: "vanished",
  "read-only": "read-only",
  value: "value refused",
} as const;

function written(
  { id, once: isOnce }: FirmwareSetting,
  { attribute, value, current }: Extract<ResolvedSetting, { state: "write" }>,
  pending: Snapshot["pending"],
  once: JournalContent["once"],
): Judged {
  const record = once[id];
  if (attribute in pending && same(pending[attribute], value))
    return { id, attribute, standing: "pending", says: `${value} from the next restart on`, fine: false };
  if (isOnce && record)
    return {
      id,
      attribute,
      standing: "of unknown fate",
      says: `it may have happened (recorded ${record.at}); \`firmware apply\` asks the machine`,
      fine: false,
    };
  const says = isOnce
    ? `one-time action: ${value}, not recorded as done here; if it was done elsewhere, say --happened ${id}`
    : `${current === undefined ? "nothing" : String(current)} now, ${value} wanted`;
  return { id, attribute, standing: "departs", says, fine: false };
}
