import { isObject } from "../../../policies/place";
import { canonicalJson } from "../../../components/names";
import type { ReviewedResource } from "../types";

/** An object of Kubernetes with what its guard reads. */
export interface ReviewedObject {
  /** Name of the Pulumi resource, or of the object in a manifest. */
  readonly resource: string;
  readonly name: string;
  readonly namespace: string;
  readonly body: Tree;
}

export type Tree = Readonly<Record<string, unknown>>;

/** Stands where only `up` knows a value; the engine's own mark. */
const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Objects of one kind, e.g. `networking.k8s.io/v1:NetworkPolicy`. Core kinds begin with `core/`. */
export function objectsOf(resources: readonly ReviewedResource[], ...kinds: readonly string[]): ReviewedObject[] {
  return resources
    .filter(({ type }) => kinds.some((kind) => type === `kubernetes:${kind}`))
    .map(({ name, inputs }) => {
      const metadata = tree(inputs.metadata);
      return {
        resource: name,
        name: text(metadata.name) || name,
        namespace: text(metadata.namespace),
        body: inputs,
      };
    });
}

export function tree(value: unknown): Tree {
  return isObject(value) ? value : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string {
  if (value === unknownMark) return "(known to `up` only)";
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

/** Any value as text, the same for the same value. */
export function written(value: unknown): string {
  if (typeof value === "string") return text(value);
  return canonicalJson(value ?? null).replaceAll(unknownMark, "(known to `up` only)");
}

/** `in namespace acme: `, or nothing for objects of the whole cluster. */
export function where({ namespace }: Pick<ReviewedObject, "namespace">): string {
  return namespace === "" ? "" : `in ${namespace}: `;
}
