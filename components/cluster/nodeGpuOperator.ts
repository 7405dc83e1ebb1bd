import * as pulumi from "@pulumi/pulumi";
import type { CatalogName } from "../catalog";
import { resolvePin } from "../catalogLock";
import type { ChartPlacement } from "../chartSource";
import { tokens } from "../tokens";
import type { NodeFeatures } from "./nodeFeatures";
import { nodeGpuOperatorValues } from "./nodeGpuOperatorValues";
import { operatorRelease, pinned } from "./operatorRelease";

export interface NodeGpuOperatorArgs {
  readonly placement: ChartPlacement;
  /** Must be installed first: the operator finds nodes with a GPU, and the kernels to find drivers for, by NFD's labels. */
  readonly nodeFeatures: NodeFeatures;
}

/**
 * NVIDIA's GPU Operator on nodes that are TEEs themselves: a signed driver and a device plugin, nothing of Kata's.
 *
 * The driver leaves the GPU closed until somebody sets its ready state on the node (`nvidia-smi conf-compute -srs 1`), which
 * the operator does not do: after the node's GPU attested, once for each start of a node.
 */
export class NodeGpuOperator extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** State of the Helm release: `deployed`. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: NodeGpuOperatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.nodeGpuOperator, name, {}, opts);
    const { platformSet, pins } = args.placement;
    const pin = (image: CatalogName) => pinned(this, () => resolvePin(image, platformSet, pins));
    const release = operatorRelease(this, name, {
      chart: "charts/gpu-operator",
      namespace: "gpu-operator",
      releaseName: "gpu-operator",
      values: nodeGpuOperatorValues(platformSet, {
        operator: pin("images/gpu-operator"),
        driverManager: pin("images/k8s-driver-manager"),
        toolkit: pin("images/container-toolkit"),
        devicePlugin: pin("images/k8s-device-plugin"),
      }),
      placement: args.placement,
      after: [args.nodeFeatures],
    });
    this.namespace = release.namespace;
    this.status = release.status.apply(({ status }) => status);
    this.registerOutputs({ namespace: this.namespace, status: this.status });
  }
}
