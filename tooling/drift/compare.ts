import { canonicalJson } from "../../components/names";
import { isDefault, isWrittenByController } from "./defaults";
import { sameQuantity } from "./quantities";
import type { Step, Tree } from "./tree";
import { child, isNothing, isTree, keyOfList, keyPart } from "./tree";

export type Change = "changed" | "removed" | "added";

/** One field that is not as it was applied. */
export interface Difference {
  readonly change: Change;
  readonly path: readonly Step[];
  readonly expected?: unknown;
  readonly live?: unknown;
}

export interface CompareArgs {
  /** What was applied: only what somebody wrote. */
  readonly wanted: Tree;
  readonly live: Tree;
  /** The object as it stood after it was applied, defaults and all, where that is known. */
  readonly after?: Tree | undefined;
  /** Whether somebody else is on record as having set a field: then it is no default, however long it stands there. */
  readonly isOthers?: (path: readonly Step[]) => boolean;
  /** Only these fields of the object are ours: nothing beside them is looked at. */
  readonly partial?: boolean;
  /** Whether a value beside ours is what the kind's own definition sets, e.g. a default of a CustomResourceDefinition. */
  readonly isOwnDefault?: (path: readonly Step[], value: unknown) => boolean;
}

/** What an API server itself keeps of every object, where it lies, and what controllers report. */
const volatile = new Set([
  "metadata.creationTimestamp",
  "metadata.deletionGracePeriodSeconds",
  "metadata.deletionTimestamp",
  "metadata.generation",
  "metadata.managedFields",
  "metadata.namespace",
  "metadata.resourceVersion",
  "metadata.selfLink",
  "metadata.uid",
  "status",
]);

/** How a live object differs from what was applied. Pure; in the order of the fields' names. */
export function compare({
  wanted,
  live,
  after,
  partial = false,
  isOthers = () => false,
  isOwnDefault = () => false,
}: CompareArgs): Difference[] {
  const found: Difference[] = [];
  walk([], wanted, live, after);
  return found;

  function walk(path: readonly Step[], want: unknown, is: unknown, was: unknown): void {
    if (volatile.has(path.join("."))) return;
    const field = path.at(-1);
    if (isTree(want) && isTree(is)) return fields(path, want, is, was);
    if (isNothing(want, field)) return beside(path, is, was);
    if (Array.isArray(want) && Array.isArray(is)) return items(path, want, is, was);
    if (isNothing(is, field) && isDropped(path, want, was)) return;
    if (isNothing(is, field)) found.push({ change: "removed", path, expected: want });
    else if (!sameValue(path, want, is)) found.push({ change: "changed", path, expected: want, live: is });
  }

  function fields(path: readonly Step[], want: Tree, is: Tree, was: unknown): void {
    for (const key of [...new Set([...Object.keys(want), ...Object.keys(is)])].sort()) {
      const step = [...path, key];
      if (isNothing(want[key], key)) beside(step, is[key], child(was, key));
      else walk(step, want[key], is[key], child(was, key));
    }
  }

  function items(path: readonly Step[], want: readonly unknown[], is: readonly unknown[], was: unknown): void {
    if (![...want, ...is].every(isTree)) {
      if (canonicalJson(want) !== canonicalJson(is)) found.push({ change: "changed", path, expected: want, live: is });
      return;
    }
    const field = path.at(-1);
    const by = typeof field === "string" ? keyOfList(field, want, is) : undefined;
    const steps = (list: readonly unknown[]): Step[] =>
      list.map((item, index) => (by === undefined ? index : keyPart(item as Tree, by)));
    for (const step of steps(want)) walk([...path, step], child(want, step), child(is, step), child(was, step));
    for (const step of steps(is))
      if (child(want, step) === undefined) beside([...path, step], child(is, step), child(was, step));
  }

  /** Something that nobody of ours wrote: as it stood when we had applied, a default, or somebody's. */
  function beside(path: readonly Step[], is: unknown, was: unknown): void {
    const field = path.at(-1);
    if (partial || volatile.has(path.join(".")) || isNothing(is, field)) return;
    if (isKeyOfController(path)) return;
    const stood = was !== undefined && canonicalJson(is) === canonicalJson(was);
    if (stood && !isOthers(path)) return;
    if (isTree(is) && (isTree(was) || isMapOfFields(path))) {
      for (const key of Object.keys(is).sort()) beside([...path, key], is[key], child(was, key));
      return;
    }
    if (isOwnDefault(path, is) || (typeof field === "string" && isDefault(field, is))) return;
    const added = was === undefined || stood;
    found.push({
      change: added ? "added" : "changed",
      path,
      ...(!added && { expected: was }),
      live: is,
    });
  }
}

/** Flags that the API server does not keep where they are off (`omitempty` in k8s.io/api v0.36.3, core/v1/types.go). */
const flags = new Set(["hostIPC", "hostNetwork", "hostPID", "readOnly", "stdin", "stdinOnce", "tty"]);
/** Maps in which a key without a value says something. */
const textMaps = new Set(["annotations", "data", "labels", "matchLabels", "nodeSelector"]);

/** Whether a value that was written reads like none: it did so when it had been applied, or always does. */
function isDropped(path: readonly Step[], want: unknown, was: unknown): boolean {
  const [above, field] = [path.at(-2), path.at(-1)];
  if (want === "") return !(typeof above === "string" && textMaps.has(above));
  return want === false && typeof field === "string" && flags.has(field) && was === undefined;
}

function isKeyOfController(path: readonly Step[]): boolean {
  const [first, second, key] = path;
  return (
    first === "metadata" &&
    (second === "labels" || second === "annotations") &&
    typeof key === "string" &&
    isWrittenByController(key)
  );
}

/** Labels and annotations are told one by one, whoever wrote the map. */
function isMapOfFields(path: readonly Step[]): boolean {
  return path.length === 1 || (path.length === 2 && path[0] === "metadata");
}

function sameValue(path: readonly Step[], want: unknown, is: unknown): boolean {
  if (canonicalJson(want) === canonicalJson(is)) return true;
  if (!isPlain(want) || !isPlain(is)) return false;
  return inQuantities(path) && sameQuantity(String(want), String(is));
}

const isPlain = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);

/** Fields that the API server rewrites to the shortest form: `1000m` to `1`. */
const quantities = new Set([
  "limits",
  "requests",
  "podFixed",
  "hard",
  "default",
  "defaultRequest",
  "max",
  "min",
  "sizeLimit",
]);

function inQuantities(path: readonly Step[]): boolean {
  return path.slice(-2).some((step) => typeof step === "string" && quantities.has(step));
}
