import { gpuOperatorChart, releases } from "./helm";
import { objects } from "./kubernetes";
import type { Place } from "./place";
import type { Selector } from "./rule";

/** What the GPU Operator is told, by its chart's values or by its ClusterPolicy: the same keys in both. */
export interface GpuOperatorSettings {
  readonly settings: Place;
  /** What holds where a key is left out: the chart and the API differ. */
  readonly defaults: { readonly ccManagerEnabled: boolean; readonly ccManagerMode: string | undefined };
  readonly partial: boolean;
}

const charts = releases(gpuOperatorChart);
const policies = objects("nvidia.com/v1/ClusterPolicy");

/**
 * Defaults: GPU Operator v26.3.1, deployments/gpu-operator/values.yaml, and the Go API, where an unset `enabled` of the
 * CC manager is false.
 */
export const gpuOperatorSettings: Selector<GpuOperatorSettings> = {
  kinds: [...charts.kinds, ...policies.kinds],
  *select(resource) {
    for (const { values } of charts.select(resource))
      yield { settings: values, defaults: { ccManagerEnabled: true, ccManagerMode: "on" }, partial: false };
    for (const { body, partial } of policies.select(resource))
      yield {
        settings: body.at("spec"),
        defaults: { ccManagerEnabled: partial, ccManagerMode: partial ? "on" : undefined },
        partial,
      };
  },
};
