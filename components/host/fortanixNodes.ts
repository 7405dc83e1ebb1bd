import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { managedLabels, namespaceLabels } from "../cluster/labels";
import type { TenantPlatform } from "../cluster/tenantRules";
import { partnerRelease } from "../partnerChart";
import { tokens } from "../tokens";
import type { NodeAgent, NodeAgentDaemonSet } from "./fortanixPlan";
import { nodeAgentLabels, nodeAgentNetwork, nodeAgentPod, nodeAgentProblems } from "./fortanixPlan";

export interface FortanixNodesArgs {
  readonly agent: NodeAgent;
  /** Kubernetes names of the hosts that are enrolled. */
  readonly hosts: readonly string[];
  /** Where the cluster's DNS is found. Default kubernetes. */
  readonly platform?: TenantPlatform | undefined;
  /** What has to be there first. Default: nothing. */
  readonly after?: readonly pulumi.Resource[];
}

/**
 * Hosts enrolled with Fortanix Confidential Computing Manager (CCM) by its Node Agent and a join token. The token is in a
 * Secret that the provider makes in the agent's namespace; its name is all that is known here.
 *
 * Where the namespace is made by this component, the Secret comes after the first update has begun: the agent's pods wait
 * for it.
 */
export class FortanixNodes extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: FortanixNodesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.fortanixNodes, name, {}, opts);
    const problems = [
      ...nodeAgentProblems(args.agent),
      ...(args.hosts.length === 0 ? ["hosts is empty; name the hosts to enrol"] : []),
    ];
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this, true);
    this.namespace =
      args.agent.kind === "chart"
        ? partnerRelease(this, name, args.agent.chart, "infrastructureProvider", args.after).namespace
        : this.#daemonSet(name, args.agent, args);
    this.registerOutputs({ namespace: this.namespace });
  }

  #daemonSet(
    name: string,
    agent: NodeAgentDaemonSet,
    { hosts, platform, after }: FortanixNodesArgs,
  ): pulumi.Output<string> {
    const labels = managedLabels("infrastructureProvider");
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: agent.namespace,
          labels: namespaceLabels("infrastructureProvider", "restricted"),
        },
      },
      { parent: this },
    ).metadata.name;
    for (const [policy, spec] of Object.entries(nodeAgentNetwork(agent, platform)))
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${policy}`,
        { metadata: { name: policy, namespace, labels }, spec },
        { parent: this },
      );
    new k8s.apps.v1.DaemonSet(
      `${name}-agent`,
      {
        metadata: {
          name: nodeAgentLabels["app.kubernetes.io/name"],
          namespace,
          labels: nodeAgentLabels,
        },
        spec: {
          selector: { matchLabels: { "app.kubernetes.io/name": nodeAgentLabels["app.kubernetes.io/name"] } },
          template: nodeAgentPod(agent, hosts),
        },
      },
      { parent: this, dependsOn: [...(after ?? [])] },
    );
    return namespace;
  }
}
