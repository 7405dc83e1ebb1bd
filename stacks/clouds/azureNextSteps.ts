import { azureGpuQuota, azureRegion, gpuSizeOf } from "../../components/host/offerings";
import type { Azure } from "../config/azure";

/** What people do next, in order; `inCluster`: whether the program has reached the cluster already. */
export function azureNextSteps(
  azure: Azure,
  cluster: { readonly name: string; readonly resourceGroup: string } | undefined,
  inCluster: boolean,
): string[] {
  const { diskKey, machines, nodePools, subscriptionId } = azure;
  return [
    quotaStep(azure),
    ...(diskKey.kind === "external" && !diskKey.granted
      ? [
          "Have the owner of the disks' key see that it is exportable under the releasePolicy in the output diskKeys, and grant get, wrap and unwrap to the identity there (grantTo), get and release to the Confidential VM Orchestrator; then write diskKey.granted: true and run `pulumi up` again: machines are made then.",
        ]
      : []),
    ...(cluster && !inCluster
      ? [
          `From a network that reaches the private cluster (peering, VPN), as a member of adminGroups: \`az aks get-credentials --subscription ${subscriptionId} --resource-group ${cluster.resourceGroup} --name ${cluster.name}\` and \`kubelogin convert-kubeconfig -l azurecli\`.`,
          `Write trustfoundry:cluster: {context: ${cluster.name}} and run \`pulumi up\` again: it places admission policies, the GPU Operator and the tenant's namespace.`,
        ]
      : []),
    ...(cluster && nodePools.length > 0
      ? [
          "On every new GPU node, once its driver runs and its GPU has attested, turn the GPU's ready-state on: `kubectl exec -n gpu-operator <nvidia-driver-daemonset pod of the node> -c nvidia-driver-ctr -- nvidia-smi conf-compute -srs 1`; until then no program gets the GPU.",
          "Change pools with `pulumi up --refresh`: Azure refuses a change that names another number of nodes than the autoscaler has made.",
          `Nodes are updated when you say so, since the signed driver fits one kernel: \`az aks nodepool upgrade --node-image-only --resource-group ${cluster.resourceGroup} --cluster-name ${cluster.name} --name <pool>\`.`,
        ]
      : []),
    ...(machines.length > 0
      ? [
          "On machines without a prepared image install a signed GPU driver, and remove the package unattended-upgrades; then `sudo nvidia-smi conf-compute -srs 1` when the GPU has attested.",
        ]
      : []),
    azure.cluster && "existing" in azure.cluster && machines.length === 0
      ? "Let the cluster's address in at the model owner's key broker."
      : "Let the address in the output egressAddress in at the model owner's key broker.",
    ...(azure.denyOtherSizes
      ? [
          `Try the policy of sizes, some minutes later, whose property names were not tried with Azure: \`az vm create --resource-group ${azure.resourceGroup} --name probe --image Ubuntu2204 --size Standard_D2s_v5 --validate\` has to be disallowed by policy.`,
        ]
      : []),
    "Not made here: pools of Azure Batch, whose confidential settings providers do not cover (hashicorp/terraform-provider-azurerm #31422).",
  ];
}

/** Quota of the family is 0 until somebody asks, and no preview can see it. */
function quotaStep({ machines, nodePools, region, subscriptionId }: Azure): string {
  const vCpus = [
    ...nodePools.map(({ size, maxCount }) => ({ size, count: maxCount })),
    ...machines.map(({ size }) => ({ size, count: 1 })),
  ]
    .map(({ size, count }) => (gpuSizeOf("azure", size)?.vCpus ?? 0) * count)
    .reduce((sum, each) => sum + each, 0);
  return `Check that the quota of ${azureGpuQuota.family} is ${vCpus} or more (it is 0 until Azure has granted some): \`az vm list-usage --subscription ${subscriptionId} --location ${azureRegion(region)} --query "[?localName=='${azureGpuQuota.family}']"\`.`;
}
