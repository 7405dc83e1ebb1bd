import type { PeerPodsSettings } from "../../components/runtime/peerPodsValues";
import type { Provider } from "../config/providers";

/** A provider's peer pods as the component takes them: what its cloud is, it has said already. */
export function peerPodsOf({ peerPods, azure, gcp }: Provider): PeerPodsSettings | undefined {
  if (!peerPods) return undefined;
  const { limitPerNode, webhook } = peerPods;
  const credentials = peerPods.credentials.kind === "secret" ? ({ kind: "secret" } as const) : peerPods.credentials;
  if (azure && peerPods.azure) {
    const { subscriptionId, region, resourceGroup } = azure;
    const cloud = { kind: "azure" as const, subscriptionId, region, resourceGroup, ...peerPods.azure };
    return { cloud, credentials, limitPerNode, webhook };
  }
  if (gcp && peerPods.gcp)
    return { cloud: { kind: "gcp", project: gcp.project, ...peerPods.gcp }, credentials, limitPerNode, webhook };
  return undefined;
}
