import * as pulumi from "@pulumi/pulumi";
import { resolvePin } from "../catalogLock";
import type { ChartPlacement } from "../chartSource";
import { tokens } from "../tokens";
import { nodeFeatureValues } from "./nodeFeatureValues";
import { operatorRelease, pinned } from "./operatorRelease";

export interface NodeFeaturesArgs {
  readonly placement: ChartPlacement;
  /** Taints that its workers tolerate beside control planes'. Default those of GPU hosts and of tenants' own hosts. */
  readonly tolerations?: readonly object[];
}

/**
 * Node Feature Discovery, installed once and by nobody else: the GPU Operator's and kata-deploy's own copies are off.
 *
 * Kata and GpuOperator depend on this component. kata-deploy 4.0.0 teaches NFD the labels of SEV-SNP and TDX hosts only
 * if NFD's CRDs exist when it starts; installed in the documented order, before the GPU Operator's NFD, it leaves the
 * labels out for good and no confidential pod is ever scheduled.
 */
export class NodeFeatures extends pulumi.ComponentResource {
  /** Namespace of NFD, where kata-deploy 4.1.0 looks for it, too. */
  readonly namespace: pulumi.Output<string>;
  /** State of the Helm release: `deployed`. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: NodeFeaturesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.nodeFeatures, name, {}, opts);
    const { platformSet, pins } = args.placement;
    const release = operatorRelease(this, name, {
      chart: "charts/node-feature-discovery",
      namespace: "node-feature-discovery",
      releaseName: "node-feature-discovery",
      values: nodeFeatureValues(
        pinned(this, () => resolvePin("images/node-feature-discovery", platformSet, pins)),
        args.tolerations,
      ),
      placement: args.placement,
    });
    this.namespace = release.namespace;
    this.status = release.status.apply(({ status }) => status);
    this.registerOutputs({ namespace: this.namespace, status: this.status });
  }
}
