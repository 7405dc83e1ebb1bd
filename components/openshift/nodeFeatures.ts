import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { managedLabels } from "../cluster/labels";
import { gpuToleration, tenantToleration } from "../host/hardware";
import { tokens } from "../tokens";
import { featureRules, workerConfiguration } from "./nodeFeatureRules";
import { OpenshiftOperator } from "./operator";
import type { ChosenOperator } from "./operators";

export interface OpenshiftNodeFeaturesArgs {
  readonly operator: ChosenOperator;
  /** Command by which a person approves the operator's installation. */
  readonly approveBy: string;
  readonly approvalTimeoutSeconds?: number;
}

/**
 * Node Feature Discovery by OpenShift's operator, with rules for TEEs. The operand's image is the operator's own, which
 * its CSV names by digest: nothing is named here.
 *
 * Source: openshift/cluster-nfd-operator api/v1/nodefeaturediscovery_types.go and
 * internal/controllers (NODE_FEATURE_DISCOVERY_IMAGE), of 2026-08-19.
 */
export class OpenshiftNodeFeatures extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: OpenshiftNodeFeaturesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.openshiftNodeFeatures, name, {}, opts);
    const { operator: chosen, approveBy, approvalTimeoutSeconds } = args;
    const operator = new OpenshiftOperator(
      `${name}-operator`,
      { operators: [chosen], approveBy, approvalTimeoutSeconds },
      { parent: this },
    );
    const labels = managedLabels("infrastructureProvider");
    // Kinds of the operator's own: they exist once it is installed.
    const child = { parent: this, dependsOn: [operator] };
    const meta = (objectName: string) => ({ name: objectName, namespace: chosen.namespace, labels });
    new k8s.apiextensions.CustomResource(
      `${name}-discovery`,
      {
        apiVersion: "nfd.openshift.io/v1",
        kind: "NodeFeatureDiscovery",
        metadata: meta("nfd-instance"),
        spec: {
          operand: { imagePullPolicy: "IfNotPresent", workerTolerations: [gpuToleration, tenantToleration()] },
          extraLabelNs: ["nvidia.com"],
          workerConfig: { configData: stringify(workerConfiguration) },
        },
      },
      child,
    );
    for (const { name: rule, rules } of featureRules())
      new k8s.apiextensions.CustomResource(
        `${name}-${rule}`,
        { apiVersion: "nfd.openshift.io/v1alpha1", kind: "NodeFeatureRule", metadata: meta(rule), spec: { rules } },
        child,
      );
    this.namespace = operator.namespace;
    this.registerOutputs({ namespace: this.namespace });
  }
}
