import type { Finding, Repair } from "./decide";
import type { StackState, StateResource } from "./state";
import { isHelmRelease, isKubernetes, operationKey, pendingOperations, resourcesOf } from "./state";

/**
 * What the next run is told about an adopted resource. A resource with such an error is updated by the engine although
 * nothing of its inputs differs (github.com/pulumi/pulumi/pkg/v3 v3.216.0, resource/deploy/step_generator.go): so it is
 * brought to its end, and waited for.
 */
const unfinished = "Its creation was interrupted; the next run completes it.";

/** The state after all repairs: nothing pending but what a person has to be asked about. */
export function repairedState(state: StackState, findings: readonly Finding[]): StackState {
  const forgotten = new Set(
    findings.filter(({ repair }) => repair.kind === "forget").map(({ resource }) => resource.urn),
  );
  const asked = findings.filter(({ repair }) => repair.kind === "ask" || repair.kind === "leave");
  const adopted = findings.flatMap(({ resource, repair }) => {
    if (repair.kind === "adopt") return [adoptedResource(resource, repair)];
    if (repair.kind !== "failRecords" || repair.adoptedId === undefined) return [];
    return [adoptedResource(resource, { id: repair.adoptedId })];
  });
  const kept = resourcesOf(state).filter(({ urn }) => !forgotten.has(urn));
  const { resources, waiting } = placed(kept, adopted);
  // What could not be adopted either, since its parent or provider is nowhere, is not forgotten.
  const left = new Set([...asked.map(({ resource }) => resource), ...waiting].map(operationKey));
  const pending = pendingOperations(state).filter(
    ({ resource, type }) => type === "creating" && left.has(operationKey(resource)),
  );
  return {
    ...state,
    deployment: {
      ...state.deployment,
      resources: resources.map((each) => withoutForgotten(each, forgotten)),
      pending_operations: pending,
    },
  };
}

/**
 * As the provider itself writes it after a creation (github.com/pulumi/pulumi-kubernetes/provider/v4,
 * pkg/provider/provider.go, checkpointObject): the next step needs the inputs and the owner of the fields.
 */
function adoptedResource(
  resource: StateResource,
  repair: Pick<Extract<Repair, { kind: "adopt" }>, "id" | "manager">,
): StateResource {
  const inputs = resource.inputs ?? {};
  const notes = !isKubernetes(resource)
    ? {}
    : // A release's former inputs are a secret as a whole (helm_release.go, parseCheckpointRelease), which only the engine
      // can encrypt; without them it is taken for changed, which it is.
      isHelmRelease(resource)
      ? {}
      : {
          __inputs: inputs,
          __initialApiVersion: inputs.apiVersion,
          ...(repair.manager !== undefined && { __fieldManager: repair.manager }),
        };
  return { ...resource, id: repair.id, outputs: { ...inputs, ...notes }, initErrors: [unfinished] };
}

/**
 * Appends resources so that each stands behind what it depends on; those whose dependencies are nowhere have to wait. What
 * one replaces is noted as the engine does it once the new one is there: to be deleted; or, where it was deleted first, its
 * successor stands in its place.
 */
function placed(kept: readonly StateResource[], added: readonly StateResource[]) {
  const all: StateResource[] = [];
  const there = new Set<string>();
  const isReady = (each: StateResource) => needs(each).every((urn) => there.has(urn));
  const successorOf = ({ urn, delete: going }: StateResource) =>
    going ? undefined : added.find((each) => each.urn === urn);
  const push = (each: StateResource) => {
    all.push(each);
    there.add(each.urn);
  };
  for (const each of kept) {
    const successor = successorOf(each);
    push(successor && each.pendingReplacement && isReady(successor) ? successor : each);
  }
  let waiting = added.filter(
    (each) => !all.includes(each) && !all.some((of) => of.pendingReplacement && of.urn === each.urn),
  );
  const stuck = added.filter((each) => !all.includes(each) && !waiting.includes(each));
  for (;;) {
    const ready = waiting.filter(isReady);
    if (ready.length === 0) break;
    ready.forEach(push);
    waiting = waiting.filter((each) => !ready.includes(each));
  }
  const resources = all.map((each) => {
    const successor = added.includes(each) ? undefined : successorOf(each);
    return successor && all.includes(successor) ? { ...each, delete: true } : each;
  });
  return { resources, waiting: [...waiting, ...stuck] };
}

function needs({ parent, dependencies, provider }: StateResource): string[] {
  const providerUrn = provider?.replace(/::[^:]*$/, "");
  return [...(parent ? [parent] : []), ...(dependencies ?? []), ...(providerUrn ? [providerUrn] : [])];
}

function withoutForgotten(resource: StateResource, forgotten: ReadonlySet<string>): StateResource {
  if (forgotten.size === 0 || !resource.dependencies) return resource;
  const left = (urns: readonly string[]) => urns.filter((urn) => !forgotten.has(urn));
  const byProperty = resource.propertyDependencies as Readonly<Record<string, readonly string[] | null>> | undefined;
  return {
    ...resource,
    dependencies: left(resource.dependencies),
    ...(byProperty && {
      propertyDependencies: Object.fromEntries(
        Object.entries(byProperty).map(([property, urns]) => [property, left(urns ?? [])]),
      ),
    }),
  };
}
