import type { AttributeValue, FirmwarePlan, FirmwareSetting, FirmwareStage } from "./plan";
import type { MachineState, RegisteredAttribute } from "./registry";
import { describeAllowed, holds, valueToWrite } from "./values";

/** What keeps a setting from being written; `vanished`: registered, but without a value at the moment. */
export type ResolutionProblem = "missing" | "ambiguous" | "vanished" | "read-only" | "value";

/** What becomes of one setting on one machine, as of now. */
export type ResolvedSetting =
  /** In force already, or done once. */
  | { readonly setting: FirmwareSetting; readonly state: "holds"; readonly attribute?: string }
  | {
      readonly setting: FirmwareSetting;
      readonly state: "write";
      readonly attribute: string;
      readonly value: AttributeValue;
      readonly current?: AttributeValue;
    }
  /** Read-only, absent or without a value, while settings of earlier stages that it depends on are not in force. */
  | {
      readonly setting: FirmwareSetting;
      readonly state: "waits";
      readonly attribute?: string;
      readonly on: readonly string[];
    }
  /** Not for this machine: optional and absent, or of another variant. */
  | { readonly setting: FirmwareSetting; readonly state: "skipped"; readonly why: string }
  | {
      readonly setting: FirmwareSetting;
      readonly state: "problem";
      readonly problem: ResolutionProblem;
      /** One sentence: what was looked for, and what was found. */
      readonly message: string;
    };

export interface ResolvedStage {
  readonly title: string;
  readonly settings: readonly ResolvedSetting[];
}

/** The whole plan against the machine as it is: what holds, what to write, what waits, and what stops the plan. */
export function resolvePlan(plan: FirmwarePlan, machine: MachineState): readonly ResolvedStage[] {
  const all = plan.stages.flatMap(({ settings }) => settings);
  return plan.stages.map((stage) => ({
    title: stage.title,
    settings: stage.settings.map((setting) => resolveSetting(setting, machine, all)),
  }));
}

/** One stage, when its turn has come: whatever waits is then a problem, since its parents should be in force. */
export function resolveStage(stage: FirmwareStage, machine: MachineState): ResolvedStage {
  const settings = stage.settings.map((setting) => resolveSetting(setting, machine, []));
  return { title: stage.title, settings };
}

export function problemsOf(stages: readonly ResolvedStage[]): readonly string[] {
  return stages.flatMap(({ settings }) =>
    settings.flatMap((setting) => (setting.state === "problem" ? [setting.message] : [])),
  );
}

/** What is to be staged together, by the machine's own names. */
export function toWrite({ settings }: ResolvedStage): Readonly<Record<string, AttributeValue>> {
  return Object.fromEntries(
    settings.flatMap((setting) => (setting.state === "write" ? [[setting.attribute, setting.value] as const] : [])),
  );
}

/** `all`: settings among which parents are looked up; a parent that is not in force lets its children wait. */
export function resolveSetting(
  setting: FirmwareSetting,
  machine: MachineState,
  all: readonly FirmwareSetting[],
): ResolvedSetting {
  const otherVariant = elsewhere(setting, machine);
  if (otherVariant !== undefined) return { setting, state: "skipped", why: otherVariant };
  if (setting.once && machine.done?.has(setting.id)) return { setting, state: "holds" };
  const on = unmetParents(setting, machine, all);
  const found = findAttribute(setting, machine.registry);
  const [attribute, ...others] = found;
  if (attribute === undefined) {
    if (on.length > 0) return { setting, state: "waits", on };
    if (setting.optional) return { setting, state: "skipped", why: `this machine has no ${sought(setting)}` };
    return problem(
      setting,
      "missing",
      `this machine has no ${sought(setting)}${suggestions(setting, machine.registry)}`,
    );
  }
  if (others.length > 0)
    return problem(setting, "ambiguous", `${sought(setting)} could be any of ${found.map(label).join(", ")}`);
  const current = machine.current[attribute.name];
  if (current !== undefined && !setting.once && holds(setting, current))
    return { setting, state: "holds", attribute: attribute.name };
  if (on.length > 0 && (current === undefined || attribute.readOnly))
    return { setting, state: "waits", attribute: attribute.name, on };
  if (current === undefined)
    return problem(setting, "vanished", `${label(attribute)} is in this machine's registry, but has no value now`);
  const value = valueToWrite(setting, attribute);
  const wanted = setting.atLeast === undefined ? setting.values.join(" or ") : `${setting.atLeast} or more`;
  if (value === undefined)
    return problem(
      setting,
      "value",
      `${label(attribute)} takes ${describeAllowed(attribute)}, and ${wanted} is wanted; it is ${String(current)}`,
    );
  if (attribute.readOnly)
    return problem(
      setting,
      "read-only",
      `${label(attribute)} is read-only and ${String(current)}, and ${wanted} is wanted` +
        (setting.after ? `, although ${setting.after.join(", ")} should be in force by now` : ""),
    );
  return { setting, state: "write", attribute: attribute.name, value, current };
}

function problem(setting: FirmwareSetting, kind: ResolutionProblem, found: string): ResolvedSetting {
  return { setting, state: "problem", problem: kind, message: `${setting.id}: ${found}` };
}

function elsewhere({ where }: FirmwareSetting, { registry }: MachineState): string | undefined {
  const names = new Set(registry.map(({ name }) => name));
  const lacking = where?.has?.find((name) => !names.has(name));
  if (lacking !== undefined) return `for machines with ${lacking}`;
  const having = where?.lacks?.find((name) => names.has(name));
  return having === undefined ? undefined : `for machines without ${having}`;
}

/** Parents that this machine has, but not in force. */
function unmetParents(
  setting: FirmwareSetting,
  machine: MachineState,
  all: readonly FirmwareSetting[],
): readonly string[] {
  return (setting.after ?? []).filter((id) =>
    all.some((parent) => parent.id === id && !inForce(resolveSetting(parent, machine, []))),
  );
}

const inForce = ({ state }: ResolvedSetting): boolean => state === "holds" || state === "skipped";

/** By exact name, the first that is there; else by display name, all hits. */
export function findAttribute(
  { find }: FirmwareSetting,
  registry: readonly RegisteredAttribute[],
): readonly RegisteredAttribute[] {
  for (const name of find.names) {
    const named = registry.filter((attribute) => attribute.name === name);
    if (named.length > 0) return named;
  }
  const { displayName, notDisplayName = [] } = find;
  if (!displayName) return [];
  return registry.filter(
    (attribute) =>
      displayName.every((words) => contains(attribute, words)) &&
      !notDisplayName.some((words) => contains(attribute, words)),
  );
}

/** Whole words, whatever their case and what stands between them: "SEAM Loader" is in "TDX SEAM-Loader (SEAMLDR)". */
function contains({ displayName }: RegisteredAttribute, words: string): boolean {
  const plain = (text: string) =>
    ` ${text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, " ")
      .trim()} `;
  return displayName !== undefined && plain(displayName).includes(plain(words));
}

const label = ({ name, displayName }: RegisteredAttribute): string =>
  displayName === undefined || displayName === name ? name : `${name} ("${displayName}")`;

function sought({ find }: FirmwareSetting): string {
  const words = find.displayName?.map((text) => `"${text}"`).join(" and ");
  const byDisplay = words && `attribute with ${words} in its display name`;
  return [find.names.join(", "), byDisplay].filter(Boolean).join(", nor an ") || "attribute";
}

/** Where no single attribute has all the words: those that have one of them. */
function suggestions({ find }: FirmwareSetting, registry: readonly RegisteredAttribute[]): string {
  const near = registry.filter((attribute) => find.displayName?.some((words) => contains(attribute, words)));
  return near.length === 0 ? "" : `; nearest: ${near.slice(0, 5).map(label).join(", ")}`;
}
