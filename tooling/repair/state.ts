import { z } from "zod";

/** A resource as a stack's state holds it. What is encrypted in it stays so: nothing here needs it in plain text. */
const resourceSchema = z.looseObject({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().default(false),
  delete: z.boolean().optional(),
  /** Deleted already; its successor of the same name is still to be made. */
  pendingReplacement: z.boolean().optional(),
  id: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  parent: z.string().optional(),
  dependencies: z.array(z.string()).nullish(),
  provider: z.string().optional(),
  initErrors: z.array(z.string()).nullish(),
});
export type StateResource = z.infer<typeof resourceSchema>;

const operationSchema = z.looseObject({ resource: resourceSchema, type: z.string() });
/** What an engine had begun and not noted as finished. */
export type PendingOperation = z.infer<typeof operationSchema>;

const deploymentSchema = z.looseObject({
  resources: z.array(resourceSchema).nullish(),
  pending_operations: z.array(operationSchema).nullish(),
});

/** What `pulumi stack export` prints, as far as it matters here; the rest is handed through. */
export const stateSchema = z.looseObject({ version: z.number(), deployment: deploymentSchema });
export type StackState = z.infer<typeof stateSchema>;

export function resourcesOf(state: StackState): readonly StateResource[] {
  return state.deployment.resources ?? [];
}

export function pendingOperations(state: StackState): readonly PendingOperation[] {
  return state.deployment.pending_operations ?? [];
}

/** A Kubernetes object as a resource's inputs name it. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Undefined where the inputs do not say which object it is. */
export function objectOf({ inputs = {} }: StateResource): ObjectName | undefined {
  const metadata = inputs.metadata as { name?: unknown; namespace?: unknown } | undefined;
  const { apiVersion, kind } = inputs;
  const name = metadata?.name;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string") return undefined;
  return { apiVersion, kind, name, ...(typeof metadata?.namespace === "string" && { namespace: metadata.namespace }) };
}

/** The same for two operations that were about one thing: objects that are named after their content share a URN. */
export function operationKey(resource: StateResource): string {
  return JSON.stringify([resource.urn, objectOf(resource) ?? null]);
}

export interface HelmName {
  readonly name: string;
  readonly namespace: string;
}

export const isHelmRelease = ({ type }: StateResource) => type === "kubernetes:helm.sh/v3:Release";

export function helmNameOf({ inputs = {} }: StateResource): HelmName | undefined {
  const { name, namespace } = inputs;
  if (typeof name !== "string") return undefined;
  return { name, namespace: typeof namespace === "string" ? namespace : "default" };
}

export const isKubernetes = ({ type }: StateResource) => type.startsWith("kubernetes:");

/** The kubeconfig context that a resource's provider is told to use; undefined: the current one. */
export function contextOf(state: StackState, resource: StateResource): string | undefined {
  const [provider = ""] = (resource.provider ?? "").split(/::[^:]*$/);
  const found = resourcesOf(state).find(({ urn }) => urn === provider);
  const context = found?.inputs?.context;
  return typeof context === "string" ? context : undefined;
}

/** Field managers by which resources of this state own what they have set on live objects. */
export function claimedManagers(state: StackState): ReadonlySet<string> {
  return new Set(
    resourcesOf(state).flatMap(({ outputs }) => {
      const manager = outputs?.__fieldManager;
      return typeof manager === "string" ? [manager] : [];
    }),
  );
}

/** `ConfigMap acme/settings`, or type and name of the resource where it is no Kubernetes object. */
export function inWords(resource: StateResource): string {
  const helm = isHelmRelease(resource) ? helmNameOf(resource) : undefined;
  if (helm) return `Helm release ${helm.namespace}/${helm.name}`;
  const object = isKubernetes(resource) ? objectOf(resource) : undefined;
  if (object) return `${object.kind} ${object.namespace ? `${object.namespace}/` : ""}${object.name}`;
  const [, , type = "", name = resource.urn] = resource.urn.split("::");
  return `${type.split("$").at(-1)} ${name}`;
}
