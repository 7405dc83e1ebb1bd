import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { HostProfile } from "../host/profile";
import { tokens } from "../tokens";
import { hostProblems, nodeLabels } from "./nodeLabels";

export interface NodeModeArgs {
  /** The provider's GPU hosts, which have joined the cluster under their profiles' names. */
  readonly hosts: readonly HostProfile[];
  /** Namespace of the tenant whose own the confidential hosts are. Default nobody's: tenants share them. */
  readonly dedicatedTo?: string;
}

/**
 * What each GPU host is for, as labels on its Node: GPUs passed through or not, and the confidential mode asked of
 * them. Patches only these labels (server-side apply); the Node stays kubelet's, and on deletion the labels go. A host
 * that has not joined the cluster is an error.
 *
 * Changing the mode of a host takes its GPUs away from every pod on it, and the CC manager does not drain: empty the
 * host first.
 */
export class NodeMode extends pulumi.ComponentResource {
  /** Names of the hosts that were labelled. */
  readonly hostNames: pulumi.Output<string[]>;

  constructor(name: string, args: NodeModeArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.nodeMode, name, {}, opts);
    const problems = args.hosts.flatMap(hostProblems);
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("; "), this, true);

    const patches = args.hosts.map((host) => {
      // A patch by server-side apply creates what is not there: a misspelt name would become a Node that no machine is.
      const joined = k8s.core.v1.Node.get(`${name}-${host.name}-joined`, host.name, { parent: this });
      return new k8s.core.v1.NodePatch(
        `${name}-${host.name}`,
        { metadata: { name: joined.metadata.name, labels: nodeLabels(host, args.dedicatedTo) } },
        { parent: this },
      );
    });
    this.hostNames = pulumi.all(patches.map(({ metadata }) => metadata.name));
    this.registerOutputs({ hostNames: this.hostNames });
  }
}
