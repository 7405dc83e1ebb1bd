import type { LiveObject, LiveRelease } from "../../../tooling/repair/live";
import type { Seen, Told } from "../../../tooling/repair/decide";
import type { PendingOperation, StackState, StateResource } from "../../../tooling/repair/state";
import { pendingOperations, stateSchema } from "../../../tooling/repair/state";

const prefix = "urn:pulumi:acme-trust::trustfoundry::";
export const providerUrn = `${prefix}pulumi:providers:kubernetes::acme`;

export function resource(type: string, name: string, more: Record<string, unknown> = {}): StateResource {
  return {
    urn: `${prefix}${type}::${name}`,
    type,
    custom: true,
    parent: `${prefix}pulumi:pulumi:Stack::trustfoundry-acme-trust`,
    provider: `${providerUrn}::0b1c`,
    ...more,
  };
}

export const configMap = resource("kubernetes:core/v1:ConfigMap", "settings", {
  inputs: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "acme" }, data: { a: "1" } },
});

export const helmRelease = resource("kubernetes:helm.sh/v3:Release", "gpu-operator", {
  inputs: { name: "gpu-operator", namespace: "gpu", chart: "gpu-operator" },
});

/** A state with its stack and its provider, as `pulumi stack export` prints it. */
export function stateOf(
  resources: readonly StateResource[],
  pending: readonly { readonly type: string; readonly resource: StateResource }[] = [],
): StackState {
  return stateSchema.parse({
    version: 3,
    deployment: {
      manifest: { magic: "m" },
      resources: [
        { urn: `${prefix}pulumi:pulumi:Stack::trustfoundry-acme-trust`, type: "pulumi:pulumi:Stack" },
        {
          urn: providerUrn,
          type: "pulumi:providers:kubernetes",
          custom: true,
          id: "0b1c",
          inputs: { context: "trust" },
        },
        ...resources,
      ],
      pending_operations: pending,
    },
  });
}

export interface Saw {
  /** What is live of every pending operation. */
  readonly object?: LiveObject;
  readonly release?: LiveRelease;
  readonly told?: Told;
}

export function seenOf(state: StackState, { object, release, told }: Saw): Seen {
  const operations = pendingOperations(state);
  const urns = [...operations.map(({ resource: { urn } }) => urn), helmRelease.urn];
  return {
    objects: new Map<PendingOperation, LiveObject>(object ? operations.map((each) => [each, object]) : []),
    releases: new Map(release ? urns.map((urn) => [urn, release]) : []),
    told: new Map(told ? urns.map((urn) => [urn, told]) : []),
  };
}
