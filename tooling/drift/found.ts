import { canonicalJson } from "../../components/names";
import { printable } from "../ui";
import type { Difference } from "./compare";
import type { ClusterLook } from "./cluster";
import { meaningOf } from "./meanings";
import { lastWriter, writerOf } from "./owners";
import type { WantedStack } from "./state";
import type { Step, Tree } from "./tree";
import { isTree, pathText } from "./tree";
import type { Finding, Happening, Healing, ObjectId, Party, WantedObject } from "./types";

export type StackRole = "trust" | "infrastructure" | "workloads";

/** A stack with the cluster that it was applied to. */
export interface LookedStack {
  readonly stack: WantedStack;
  readonly role: StackRole;
  readonly party: { readonly role: Party; readonly name: string };
  readonly look: ClusterLook;
  /** What its charts consist of. */
  readonly charts: readonly WantedObject[];
  /** Namespace in which another stack of the same party places workloads. */
  readonly tenant?: string;
  /** Charts of which nobody knows what they consist of: nothing tells their objects from others'. Default: none. */
  readonly unrendered?: readonly string[];
}

/** A finding, and what is needed to mend it. */
export interface Found {
  readonly finding: Finding;
  readonly of: LookedStack;
  readonly wanted?: WantedObject;
  readonly difference?: Difference;
  /** As it is now; undefined where it is gone. */
  readonly live?: Tree;
}

export interface Told {
  readonly of: LookedStack;
  readonly object: ObjectId;
  readonly change: Happening;
  readonly healing: Healing;
  readonly wanted?: WantedObject;
  readonly difference?: Difference;
  readonly live?: Tree;
  /** In place of what the values come to. */
  readonly expected?: string;
  readonly shown?: string;
}

/** Puts a finding into words: what it means is looked up, secrets are left out. */
export function found({ of, object, change, healing, wanted, difference, live, expected, shown }: Told): Found {
  const { apiVersion, kind, namespace, name } = object;
  const path = difference ? pathText(difference.path) : "";
  const ours = wanted?.by.kind === "apply" ? [wanted.by.manager] : [];
  const writer =
    live && (difference && change !== "removed" ? writerOf(live, difference.path, ours) : lastWriter(live, ours));
  const values = difference ? valuesShown(difference, kind, wanted) : {};
  const text = { ...values, ...(expected !== undefined && { expected }), ...(shown !== undefined && { live: shown }) };
  const { severity, claim, means, stands } = meaningOf({ role: of.party.role, kind, name, path, change });
  return {
    of,
    finding: {
      severity,
      party: of.party,
      stack: of.stack.stackName,
      object: { apiVersion, kind, ...(namespace !== undefined && { namespace }), name },
      change,
      path,
      ...text,
      ...(writer && { writer }),
      means,
      stands,
      claim,
      healing,
    },
    ...(wanted && { wanted }),
    ...(difference && { difference }),
    ...(live && { live }),
  };
}

const longestShown = 160;

function valuesShown(
  difference: Difference,
  kind: string,
  wanted: WantedObject | undefined,
): Partial<Record<"expected" | "live", string>> {
  const { expected, live, path } = difference;
  const hidden = isSecret(path, kind, wanted);
  const show = (value: unknown, other: unknown, which: string) =>
    value === undefined ? "nothing" : hidden ? `a secret value${which}` : valueText(value, other);
  return {
    expected: show(expected, live, ""),
    live: show(live, expected, expected === undefined ? "" : ", another one"),
  };
}

/** Where kubectl keeps a whole object once more, in plain text. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

function isSecret(path: readonly Step[], kind: string, wanted: WantedObject | undefined): boolean {
  if (path.includes(lastApplied) && (kind === "Secret" || (wanted?.secret ?? []).length > 0)) return true;
  if (kind === "Secret" && (path[0] === "data" || path[0] === "stringData" || path.length === 0)) return true;
  const steps = path.filter((step): step is string => typeof step === "string");
  // Of a list's items the state knows the place and a difference the key: all below the list counts.
  return (wanted?.secret ?? []).some((each) => {
    const secret = (JSON.parse(each) as (string | number)[]).filter((step): step is string => typeof step === "string");
    const shorter = Math.min(secret.length, steps.length);
    return canonicalJson(secret.slice(0, shorter)) === canonicalJson(steps.slice(0, shorter));
  });
}

/** One line; of long texts the first one that differs. */
function valueText(value: unknown, other: unknown): string {
  if (typeof value !== "string" || !value.includes("\n"))
    return printable(typeof value === "string" ? value || '""' : canonicalJson(value), longestShown);
  const lines = value.split("\n");
  const against = typeof other === "string" ? other.split("\n") : [];
  const index = Math.max(
    0,
    lines.findIndex((line, at) => line !== against[at]),
  );
  return `line ${index + 1}: ${printable(lines[index] ?? "", longestShown) || "(empty)"}`;
}

export const metadataOf = (object: Tree): Tree => (isTree(object.metadata) ? object.metadata : {});
export const nameOf = (object: Tree): string => String(metadataOf(object).name ?? "");

export function idOf(object: Tree): ObjectId {
  const { namespace } = metadataOf(object);
  return {
    apiVersion: String(object.apiVersion),
    kind: String(object.kind),
    ...(typeof namespace === "string" && { namespace }),
    name: nameOf(object),
  };
}

/** The same object, whatever version of its kind it is asked for by. */
export function keyOf({ apiVersion, kind, namespace, name }: ObjectId): string {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return `${group}/${kind} ${namespace ?? ""}/${name}`;
}

/** Everything that a stack has in its cluster. */
export function objectsOf({ stack, charts }: Pick<LookedStack, "stack" | "charts">): readonly WantedObject[] {
  return [...stack.objects, ...charts];
}
