import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../cluster";
import type { InfrastructureConfig } from "../config/factory";
import type { Provider } from "../config/providers";
import type { CloudNodes } from "./nodes";

/**
 * A provider's confidential nodes on a cloud. The node is the TEE: kubelet, every pod and whoever commands the cluster
 * are inside the boundary. Knows no model and no key of one.
 *
 * Without `cluster`, the cloud's part alone: a private cluster is reachable only once it is there, from its own network.
 * Credentials for it stay in the kubeconfig of whoever runs the program, and get into no state.
 */
export async function cloudInfrastructure(
  config: InfrastructureConfig,
  provider: Provider,
  environment: Environment,
): Promise<Record<string, unknown>> {
  const { cluster } = config;
  // The cluster's part is loaded by those who have one, and refuses what it cannot place before anything is made.
  const part = cluster && (await import("./cluster.js"));
  const plan = part && (await part.planForCluster(config, cluster.context, provider, environment));
  const nodes = await cloudNodes(config, provider);
  await pulumi.log.warn(unitWarning(provider));
  const inCluster = plan && (await part.clusterOfNodes(config, plan, provider, nodes));
  return {
    isolationUnit: config.isolationUnit,
    ...nodes.outputs,
    ...inCluster,
    nextSteps: nodes.nextSteps,
  };
}

/** A cloud's SDK takes half a second and a hundred megabytes, so it is loaded by those who use it. */
async function cloudNodes(config: InfrastructureConfig, { azure, gcp }: Provider): Promise<CloudNodes> {
  if (azure) return (await import("./azure.js")).azureNodes(config, azure);
  if (gcp) return (await import("./gcp.js")).gcpNodes(config, gcp);
  return { pools: [], outputs: {}, nextSteps: [] };
}

/** What is inside the boundary, so that nobody takes a node for a confidential pod. */
function unitWarning({ azure, gcp }: Provider): string {
  const cloud = azure ? "Azure" : "Google Cloud";
  return (azure ?? gcp)?.cluster
    ? `isolationUnit node: on ${cloud} the whole node is the TEE; kubelet, every pod on it and the cluster's administrators are inside the boundary (docs/clouds.md)`
    : `isolationUnit node: on ${cloud} the whole machine is the TEE; whatever runs on it and whoever may log in are inside the boundary (docs/clouds.md)`;
}
