import { gpuOperatorChart, releases } from "./helm";
import { objects } from "./kubernetes";
import type { Place } from "./place";
import type { Selector } from "./rule";

/** What the GPU Operator is told, by its chart's values or by its ClusterPolicy: the same keys in both. */
export interface GpuOperatorSettings {
  readonly settings: Place;
  /** Whether the CC manager runs where the key is left out: in the chart it does, in the API it does not. */
  readonly ccManagerByDefault: boolean;
  readonly partial: boolean;
}

/** CEL: a setting of a ClusterPolicy, or what counts where it is left out. */
export const clusterPolicySetting = (path: readonly string[], otherwise: string): string =>
  `object.?spec.?${path.join(".?")}.orValue(${otherwise})`;

export const clusterPolicyScope = [{ group: "nvidia.com", version: "v1", resource: "clusterpolicies" }];

const charts = releases(gpuOperatorChart);
const policies = objects("nvidia.com/v1/ClusterPolicy");

/** Defaults: GPU Operator v26.3.1, deployments/gpu-operator/values.yaml and api/nvidia/v1/clusterpolicy_types.go. */
export const gpuOperatorSettings: Selector<GpuOperatorSettings> = {
  kinds: [...charts.kinds, ...policies.kinds],
  *select(resource) {
    for (const { values } of charts.select(resource))
      yield { settings: values, ccManagerByDefault: true, partial: false };
    for (const { body, partial } of policies.select(resource))
      yield { settings: body.at("spec"), ccManagerByDefault: partial, partial };
  },
};
