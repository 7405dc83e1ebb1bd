import type { Actor } from "../../acceptance/partners/partnerCase";
import type { Definition, TestCluster } from "../../acceptance/cluster";
import { nodeFeatureDiscovery, sandboxedContainersOperator } from "./kata";
import { machineConfigOperator } from "./machines";
import { approver, olm } from "./olm";

export { platformDefinitions } from "./definitions";
export { initialPools } from "./machines";

/**
 * SIMULATED OpenShift of a provider: its own controllers, what operators do once they are installed, and a person who
 * approves what may be approved. `also` adds kinds that further packages bring.
 */
export function providerOpenshift(
  cluster: TestCluster,
  also: Readonly<Record<string, readonly Definition[]>> = {},
): Actor[] {
  return [
    olm(cluster, also),
    approver(cluster),
    machineConfigOperator(cluster),
    nodeFeatureDiscovery(cluster),
    sandboxedContainersOperator(cluster),
  ];
}

/** SIMULATED OpenShift of a model owner: operators alone, and a person who approves. */
export function ownerOpenshift(
  cluster: TestCluster,
  also: Readonly<Record<string, readonly Definition[]>> = {},
): Actor[] {
  return [olm(cluster, also), approver(cluster)];
}
