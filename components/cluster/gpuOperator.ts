import * as pulumi from "@pulumi/pulumi";
import type { CatalogName } from "../catalog";
import { resolvePin } from "../catalogLock";
import type { ChartPlacement } from "../chartSource";
import type { HostProfile } from "../host/profile";
import { tokens } from "../tokens";
import { gpuOperatorValues } from "./gpuOperatorValues";
import type { NodeFeatures } from "./nodeFeatures";
import type { NodeMode } from "./nodeMode";
import { operatorRelease, pinned } from "./operatorRelease";

export interface GpuOperatorArgs {
  readonly placement: ChartPlacement;
  /** The provider's GPU hosts; they decide whether NVSwitches are bound. */
  readonly hosts: readonly HostProfile[];
  /** Must be installed first: the operator finds GPU hosts by NFD's labels, and brings rules for it. */
  readonly nodeFeatures: NodeFeatures;
  /** Must be in place first: an unlabelled host is taken for a confidential one, whatever its profile says. */
  readonly nodeMode: NodeMode;
}

/** NVIDIA's GPU Operator in sandbox mode for Kata, with the CC manager that puts GPUs into confidential mode. */
export class GpuOperator extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** State of the Helm release: `deployed`. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: GpuOperatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.gpuOperator, name, {}, opts);
    const { platformSet, pins } = args.placement;
    const pin = (image: CatalogName) => pinned(this, () => resolvePin(image, platformSet, pins));
    const images = {
      operator: pin("images/gpu-operator"),
      ccManager: pin("images/k8s-cc-manager"),
      driverManager: pin("images/k8s-driver-manager"),
      sandboxDevicePlugin: pin("images/nvidia-sandbox-device-plugin"),
    };
    const release = operatorRelease(this, name, {
      chart: "charts/gpu-operator",
      namespace: "gpu-operator",
      releaseName: "gpu-operator",
      values: gpuOperatorValues(platformSet, images, args.hosts),
      placement: args.placement,
      after: [args.nodeFeatures, args.nodeMode],
    });
    this.namespace = release.namespace;
    this.status = release.status.apply(({ status }) => status);
    this.registerOutputs({ namespace: this.namespace, status: this.status });
  }
}
