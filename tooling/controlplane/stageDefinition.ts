import type { KubeObject } from "./api";

/**
 * The CustomResourceDefinition of kwok's Stage, in the form that stages here are written in: the deprecated `next` and
 * `key` forms of kwok.x-k8s.io/v1alpha1 are left out, so a stage that uses them is refused.
 *
 * Source of the field names: sigs.k8s.io/kwok v0.8.0, pkg/apis/v1alpha1/stage_types.go (2026-05).
 */
export function stageDefinition(): KubeObject & { readonly spec: unknown } {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "stages.kwok.x-k8s.io" },
    spec: {
      group: "kwok.x-k8s.io",
      scope: "Cluster",
      names: { kind: "Stage", listKind: "StageList", plural: "stages", singular: "stage" },
      versions: [
        {
          name: "v1alpha1",
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: object(
              { apiVersion: text, kind: text, metadata: { type: "object" }, spec: stageSpec(), status: open },
              ["spec"],
            ),
          },
        },
      ],
    },
  };
}

interface Schema {
  readonly type: string;
  readonly [key: string]: unknown;
}

const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const count: Schema = { type: "integer", format: "int64", minimum: 0 };
const open: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

function object(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return { type: "object", properties, ...(required.length > 0 ? { required } : {}) };
}

function list(items: Schema, minItems?: number): Schema {
  return { type: "array", items, ...(minItems ? { minItems } : {}) };
}

function map(values: Schema): Schema {
  return { type: "object", additionalProperties: values };
}

function choice(...values: string[]): Schema {
  return { type: "string", enum: values };
}

function stageSpec(): Schema {
  const cel = object({ expression: text }, ["expression"]);
  const valueFrom = object({ cel, jq: object({ expression: text }, ["expression"]) });
  const jqSelector = object(
    { key: text, operator: choice("In", "NotIn", "Exists", "DoesNotExist"), values: list(text) },
    ["key", "operator"],
  );
  const impersonation = object({ username: text }, ["username"]);
  const finalizers = list(object({ value: text }, ["value"]));
  return object(
    {
      resourceRef: object({ apiGroup: { ...text, default: "v1" }, kind: text }, ["kind"]),
      selector: object({
        matchLabels: map(text),
        matchAnnotations: map(text),
        matchExpressions: list(object({ cel, jq: jqSelector })),
      }),
      weight: { ...count, default: 0 },
      weightFrom: valueFrom,
      delay: object({
        durationMilliseconds: count,
        durationFrom: valueFrom,
        jitterDurationMilliseconds: count,
        jitterDurationFrom: valueFrom,
      }),
      immediateNextStage: flag,
      steps: list(
        object({
          event: object({ type: text, reason: text, message: text }),
          finalizers: object({ add: finalizers, remove: finalizers, empty: flag }),
          delete: flag,
          patch: object({
            subresource: text,
            root: text,
            template: text,
            type: choice("json", "merge", "strategic"),
            impersonation,
          }),
          apply: object({
            subresource: text,
            template: text,
            type: choice("apply", "merge", "strategic"),
            impersonation,
          }),
        }),
        1,
      ),
    },
    // Without a selector a stage would silently match nothing.
    ["resourceRef", "selector", "steps"],
  );
}
