import type { Step, Tree } from "./tree";
import { isTree } from "./tree";

/** Who set a field, as the API server remembers it. It takes the writer's own word for the name. */
export interface Writer {
  readonly manager: string;
  /** To the second, as the API server writes it. */
  readonly time?: string;
}

interface Entry {
  readonly manager?: string;
  readonly operation?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
}

/** The last one that is on record for a field, ours left out where others are (metav1.ManagedFieldsEntry, FieldsV1). */
export function writerOf(object: Tree, path: readonly Step[], ours: readonly string[]): Writer | undefined {
  const owning = entriesOf(object).filter(({ fieldsV1 }) => owns(fieldsV1, path));
  const others = owning.filter(({ manager = "" }) => !ours.includes(manager));
  return newest(others.length > 0 ? others : owning);
}

/** Whether a field is on record as set by anybody but these. What the API server filled in is nobody's. */
export function isOthers(object: Tree, path: readonly Step[], ours: readonly string[]): boolean {
  return entriesOf(object).some(
    ({ manager = "", subresource, fieldsV1 }) =>
      subresource === undefined && !ours.includes(manager) && owns(fieldsV1, path),
  );
}

/** The last one that wrote anything to the object, ours and status left out. */
export function lastWriter(object: Tree, ours: readonly string[]): Writer | undefined {
  return newest(
    entriesOf(object).filter(({ manager = "", subresource }) => subresource === undefined && !ours.includes(manager)),
  );
}

function entriesOf(object: Tree): Entry[] {
  const { managedFields } = isTree(object.metadata) ? object.metadata : {};
  return Array.isArray(managedFields) ? managedFields.filter(isTree) : [];
}

function newest(entries: readonly Entry[]): Writer | undefined {
  const last = [...entries].sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? -1 : 1)).at(-1);
  return last?.manager === undefined
    ? undefined
    : { manager: last.manager, ...(last.time !== undefined && { time: last.time }) };
}

/** A field without fields of its own below it is owned as a whole. */
function owns(fields: unknown, [step, ...rest]: readonly Step[]): boolean {
  if (!isTree(fields)) return false;
  if (step === undefined) return true;
  const below = Object.keys(fields).filter((key) => key !== ".");
  if (below.length === 0) return true;
  const key = below.find((each) => isStep(each, step));
  return key !== undefined && owns(fields[key], rest);
}

function isStep(key: string, step: Step): boolean {
  if (typeof step === "string") return key === `f:${step}`;
  if (typeof step === "number") return key === `i:${step}`;
  if (!key.startsWith("k:")) return false;
  try {
    const parts = JSON.parse(key.slice(2)) as Tree;
    return (
      step.by
        .split(",")
        .map((name) => String(parts[name] ?? ""))
        .join("/") === step.is
    );
  } catch {
    return false;
  }
}
