import type { Change, Difference } from "./compare";
import type { Writer } from "./owners";
import type { Tree } from "./tree";

export const severities = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof severities)[number];

export const parties = ["modelOwner", "infrastructureProvider"] as const;
export type Party = (typeof parties)[number];

/** Which object of a cluster. */
export interface ObjectId {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** An object as a stack applied it last. */
export interface WantedObject extends ObjectId {
  /** What the stack wrote, secrets in plain text. */
  readonly wanted: Tree;
  /** As it stood afterwards, where the state knows that. */
  readonly after?: Tree;
  /** How it came to be: by server-side apply as this field manager, or by Helm. */
  readonly by:
    { readonly kind: "apply"; readonly manager: string } | { readonly kind: "helm"; readonly release: string };
  /** Only some fields of an object that is not ours. */
  readonly partial: boolean;
  /** Values in it that were sealed where the state was read, so that nothing can be said of them. */
  readonly sealed: readonly string[];
  /** Fields that the state keeps secret, as JSON paths: neither value is ever shown. */
  readonly secret: readonly string[];
}

/** What happened to an object as a whole. */
export type Happening = Change | "deleted" | "foreign" | "stale";

/** How a finding is mended, or why it is not. */
export type Healing =
  | { readonly kind: "restore"; readonly says: string }
  | { readonly kind: "remove"; readonly says: string }
  | { readonly kind: "replacePod"; readonly says: string }
  /** Not ours to mend; says what its owner can do. */
  | { readonly kind: "refused"; readonly says: string };

export interface Finding {
  readonly severity: Severity;
  readonly party: { readonly role: Party; readonly name: string };
  readonly stack: string;
  readonly object: ObjectId;
  readonly change: Happening;
  /** Of the field; empty for the object as a whole. */
  readonly path: string;
  /** What a person may see of both values. */
  readonly expected?: string;
  readonly live?: string;
  readonly writer?: Writer;
  /** What it opens, as one sentence. */
  readonly means: string;
  /** `trust boundary` where keys or guests depend on it, `guard rail` where evidence would show it all the same. */
  readonly stands: "trust boundary" | "guard rail";
  readonly claim: string;
  readonly healing: Healing;
}

/** What could not be looked at: never taken for fine. */
export interface Unlooked {
  readonly stack: string;
  readonly what: string;
  readonly why: string;
}

export interface DriftReport {
  readonly findings: readonly Finding[];
  readonly unlooked: readonly Unlooked[];
  /** How many objects were compared. */
  readonly compared: number;
}

export type { Difference };

export function objectText({ kind, namespace, name }: ObjectId): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
