import type { Definition } from "../../acceptance/cluster";

/** A structural schema, as far as these stand-ins use it. */
export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: "string" };
export const yes: Schema = { type: "boolean" };
export const whole: Schema = { type: "integer" };
/** What nobody here sets, or what a controller writes: anything. */
export const anything: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
export const oneOf = (...values: readonly string[]): Schema => ({ type: "string", enum: values });
export const list = (items: Schema): Schema => ({ type: "array", items });
export const texts = list(text);
export const map = (values: Schema): Schema => ({ type: "object", additionalProperties: values });
/** An object with these fields and no others: a misspelt one is refused. */
export const fields = (properties: Readonly<Record<string, Schema>>, ...required: readonly string[]): Schema => ({
  type: "object",
  properties,
  ...(required.length > 0 && { required }),
});
export const selector: Schema = fields({
  matchLabels: map(text),
  matchExpressions: list(fields({ key: text, operator: text, values: texts }, "key", "operator")),
});

export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly spec: Schema;
  /** SecurityContextConstraints and such have their fields beside metadata. */
  readonly top?: Readonly<Record<string, Schema>>;
}

/** A stand-in definition of our own: what is set here is checked, everything else is refused, status is anybody's. */
export function definition({ group, version, kind, plural, scope, spec, top }: Kind): Definition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: fields({ ...(top ?? { spec }), status: anything }) },
        },
      ],
    },
  } as unknown as Definition;
}
