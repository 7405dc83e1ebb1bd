import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { managedLabels } from "../cluster/labels";
import type { HostProfile } from "../host/profile";
import type { PullTimeouts } from "../runtime/timeouts";
import { defaultPullTimeouts, pullTimeoutProblems } from "../runtime/timeouts";
import { tokens } from "../tokens";
import { openshiftHostProblems } from "./hostProblems";
import type { HostPool, MachineConfig } from "./machineConfigs";
import { kubeletSettings, machineConfigs } from "./machineConfigs";
import { awaitPool, machineApi, poolLabel, roleLabel } from "./pool";
import { waitFor } from "./waiting";

export interface OpenshiftHostsArgs {
  /** The provider's GPU hosts; their CPUs decide kernel arguments, their TEE which files there are. */
  readonly hosts: readonly HostProfile[];
  /** Pool that the hosts start in; all of its machines are configured, and restarted. */
  readonly pool: HostPool;
  /** Image pull timeouts. Default 1200 s each. */
  readonly timeouts?: PullTimeouts;
  /** Seconds until `up` gives up waiting for the pool. Default 5400: machines restart one after the other. */
  readonly poolTimeoutSeconds?: number;
  /** What has to be there before machines restart. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * Kernel, kubelet and files of the hosts, by OpenShift's Machine Config Operator, which drains and restarts every machine
 * of the pool. Ready when the pool runs all of it.
 *
 * On a single node the API goes away while it restarts: `up` may then fail, and goes on where it was when it is run again.
 */
export class OpenshiftHosts extends pulumi.ComponentResource {
  /** Names of the MachineConfigs. */
  readonly machineConfigNames: pulumi.Output<string[]>;
  /** The same, with their content, for pools that inherit them. */
  readonly machineConfigs: readonly MachineConfig[];

  constructor(name: string, args: OpenshiftHostsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.openshiftHosts, name, {}, opts);
    const timeouts = args.timeouts ?? defaultPullTimeouts;
    const problems = [
      ...openshiftHostProblems(args.hosts),
      ...pullTimeoutProblems(timeouts).map((problem) => `timeouts: ${problem}`),
    ];
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this, true);

    const { pool, poolTimeoutSeconds = 5400 } = args;
    const labels = managedLabels("infrastructureProvider");
    // A misspelt pool would be made anew by the patch below, and nobody would ever be in it.
    const existing = k8s.apiextensions.CustomResource.get(`${name}-pool`, {
      apiVersion: machineApi,
      kind: "MachineConfigPool",
      id: pool,
      parent: this,
    });
    const kubelet = new k8s.apiextensions.CustomResource(
      `${name}-kubelet`,
      {
        apiVersion: machineApi,
        kind: "KubeletConfig",
        metadata: { name: "trustfoundry", labels, annotations: waitFor("condition=Success") },
        spec: {
          machineConfigPoolSelector: { matchLabels: poolLabel(pool) },
          kubeletConfig: kubeletSettings(timeouts.kubeletSeconds),
        },
      },
      { parent: this, dependsOn: [...args.after], customTimeouts: { create: "600s", update: "600s" } },
    );
    this.machineConfigs = machineConfigs(args.hosts, pool);
    // Behind the kubelet's: a configuration of the pool that has these then has that, too.
    const placed = this.machineConfigs.map(
      (config) =>
        new k8s.apiextensions.CustomResource(
          `${name}-${config.name.replace(/-[0-9a-f]+$/, "")}`,
          {
            apiVersion: machineApi,
            kind: "MachineConfig",
            metadata: { name: config.name, labels: { ...labels, ...roleLabel(pool) } },
            spec: config.spec,
          },
          // Another content is another name. Both at once would be one more restart of every machine.
          { parent: this, dependsOn: [kubelet], deleteBeforeReplace: true },
        ),
    );
    const arrived = awaitPool(
      this,
      `${name}-arrived`,
      { pool, machineConfigs: this.machineConfigs, timeoutSeconds: poolTimeoutSeconds },
      [existing, kubelet, ...placed],
    );
    this.machineConfigNames = pulumi
      .all([arrived.urn, ...placed.map(({ urn }) => urn)])
      .apply(() => this.machineConfigs.map((config) => config.name));
    this.registerOutputs({ machineConfigNames: this.machineConfigNames });
  }
}
