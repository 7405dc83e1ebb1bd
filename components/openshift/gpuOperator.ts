import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { managedLabels } from "../cluster/labels";
import type { HostProfile } from "../host/profile";
import { tokens } from "../tokens";
import { clusterPolicySpec } from "./clusterPolicy";
import { OpenshiftOperator } from "./operator";
import type { ChosenOperator } from "./operators";

export interface OpenshiftGpuOperatorArgs {
  readonly operator: ChosenOperator;
  /** Command by which a person approves the operator's installation. */
  readonly approveBy: string;
  readonly approvalTimeoutSeconds?: number;
  /** The provider's GPU hosts; they decide whether NVSwitches are bound. */
  readonly hosts: readonly HostProfile[];
  /** Labels of hosts, which are looked for, and Kata, whose guests the GPUs are for. */
  readonly after: readonly pulumi.Resource[];
}

/** NVIDIA's certified GPU Operator on OpenShift, in sandbox mode for Kata with the CC manager. */
export class OpenshiftGpuOperator extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: OpenshiftGpuOperatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.openshiftGpuOperator, name, {}, opts);
    const { operator: chosen, approveBy, approvalTimeoutSeconds } = args;
    const operator = new OpenshiftOperator(
      `${name}-operator`,
      { operators: [chosen], approveBy, approvalTimeoutSeconds },
      { parent: this },
    );
    new k8s.apiextensions.CustomResource(
      `${name}-policy`,
      {
        apiVersion: "nvidia.com/v1",
        kind: "ClusterPolicy",
        metadata: { name: "gpu-cluster-policy", labels: managedLabels("infrastructureProvider") },
        spec: clusterPolicySpec(args.hosts, chosen.namespace),
      },
      { parent: this, dependsOn: [operator, ...args.after] },
    );
    this.namespace = operator.namespace;
    this.registerOutputs({ namespace: this.namespace });
  }
}
