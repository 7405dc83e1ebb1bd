import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { managedLabels } from "../cluster/labels";
import { labels } from "../host/hardware";
import { openshiftRuntimeClassName } from "../runtime/runtimeClasses";
import { tokens } from "../tokens";
import type { OpenshiftHosts } from "./hosts";
import type { HostPool } from "./machineConfigs";
import { OpenshiftOperator } from "./operator";
import type { ChosenOperator } from "./operators";
import { awaitPool, kataPool, poolLabel } from "./pool";
import { waitFor } from "./waiting";

export interface SandboxedContainersArgs {
  readonly operator: ChosenOperator;
  /** Command by which a person approves the operator's installation. */
  readonly approveBy: string;
  readonly approvalTimeoutSeconds?: number;
  /** Pool that the hosts start in: workers get a pool of their own (`kata-oc`), a master pool stays what it is. */
  readonly pool: HostPool;
  /** Kernel and kubelet of the hosts, which have to be as TEEs need them when the operator looks at the hosts. */
  readonly hosts: OpenshiftHosts;
  /** Labels of TEEs and of the hosts' purpose: without a TEE's label the operator makes no confidential class. */
  readonly after: readonly pulumi.Resource[];
  /** Seconds until `up` gives up waiting for Kata on the hosts. Default 5400: each restarts, 10 to 30 minutes. */
  readonly poolTimeoutSeconds?: number;
}

/**
 * OpenShift sandboxed containers: Kata with confidential guests under CRI-O, and the runtime class of guests with GPUs.
 *
 * The gate `confidential` is there before KataConfig, since the operator reads it when it starts to install; any other
 * spelling counts as no. A KataConfig cannot be changed into another choice of hosts; deleting it restarts them, and waits
 * for their Kata pods to be gone.
 *
 * Sources: openshift/sandboxed-containers-operator docs/FEATURE-GATES.md, api/v1/kataconfig_types.go and
 * controllers/openshift_controller.go (selector, status, pool `kata-oc`).
 */
export class SandboxedContainers extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** RuntimeClasses that confidential pods with GPUs use. */
  readonly runtimeClassNames: pulumi.Output<string[]>;

  constructor(name: string, args: SandboxedContainersArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.openshiftSandboxedContainers, name, {}, opts);
    const { operator: chosen, approveBy, approvalTimeoutSeconds, pool, hosts, poolTimeoutSeconds = 5400 } = args;
    const managed = managedLabels("infrastructureProvider");
    const operator = new OpenshiftOperator(
      `${name}-operator`,
      { operators: [chosen], approveBy, approvalTimeoutSeconds },
      { parent: this },
    );
    const gates = new k8s.core.v1.ConfigMap(
      `${name}-gates`,
      {
        metadata: { name: "osc-feature-gates", namespace: operator.namespace, labels: managed },
        data: { confidential: "true" },
      },
      { parent: this },
    );
    const timeout = `${poolTimeoutSeconds}s`;
    const kataConfig = new k8s.apiextensions.CustomResource(
      `${name}-kata`,
      {
        apiVersion: "kataconfiguration.openshift.io/v1",
        kind: "KataConfig",
        metadata: {
          name: "trustfoundry",
          labels: managed,
          annotations: waitFor(
            "condition=InProgress=False",
            `jsonpath={.status.runtimeClasses[?@ == '${openshiftRuntimeClassName}']}`,
          ),
        },
        spec: {
          // Hosts are chosen by the label that says what they are for, and their TEE's label by the runtime class.
          checkNodeEligibility: false,
          enablePeerPods: false,
          logLevel: "info",
          kataConfigPoolSelector: {
            matchLabels: pool === "worker" ? { [labels.workloadConfig]: "vm-passthrough" } : poolLabel("master"),
          },
        },
      },
      {
        parent: this,
        dependsOn: [operator, gates, hosts, ...args.after],
        customTimeouts: { create: timeout, update: timeout, delete: timeout },
      },
    );
    const arrived =
      pool === "worker"
        ? awaitPool(
            this,
            `${name}-arrived`,
            { pool: kataPool, machineConfigs: hosts.machineConfigs, timeoutSeconds: poolTimeoutSeconds },
            [kataConfig],
          )
        : kataConfig;
    this.namespace = operator.namespace;
    this.runtimeClassNames = arrived.urn.apply(() => [openshiftRuntimeClassName]);
    this.registerOutputs({ namespace: this.namespace, runtimeClassNames: this.runtimeClassNames });
  }
}
