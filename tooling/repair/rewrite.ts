import type { Finding, Repair } from "./decide";
import type { StackState, StateResource } from "./state";
import { isHelmRelease, isKubernetes, pendingOperations, resourcesOf } from "./state";

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
  const kept = resourcesOf(state).filter(({ urn }) => !forgotten.has(urn));
  const asked = new Set(findings.filter(({ repair }) => repair.kind === "ask").map(({ resource }) => resource.urn));
  const adopted = findings.flatMap(({ resource, repair }) => {
    if (repair.kind === "adopt") return [adoptedResource(resource, repair)];
    if (repair.kind !== "failRecords" || repair.adoptedId === undefined) return [];
    return [adoptedResource(resource, { id: repair.adoptedId })];
  });
  const resources = withDependenciesFirst(kept, adopted);
  const there = new Set(resources.map(({ urn }) => urn));
  // What could not be adopted either, since its parent or provider is nowhere, is not forgotten.
  const left = new Set([...asked, ...adopted.map(({ urn }) => urn).filter((urn) => !there.has(urn))]);
  const pending = pendingOperations(state).filter(
    ({ resource, type }) => type === "creating" && left.has(resource.urn),
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

/** Appends resources so that each stands behind what it depends on; those whose dependencies are nowhere stay out. */
function withDependenciesFirst(kept: readonly StateResource[], added: readonly StateResource[]): StateResource[] {
  const all = [...kept];
  const there = new Set(kept.map(({ urn }) => urn));
  let waiting = [...added];
  for (;;) {
    const ready = waiting.filter((each) => needs(each).every((urn) => there.has(urn)));
    if (ready.length === 0) return all;
    for (const each of ready) {
      all.push(each);
      there.add(each.urn);
    }
    waiting = waiting.filter((each) => !ready.includes(each));
  }
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
