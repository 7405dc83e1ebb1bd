import type { CatalogName } from "../../components/catalog";
import { catalogEntry } from "../../components/catalog";
import { emptyLock, resolvePin } from "../../components/catalogLock";
import { gpuOperatorValues } from "../../components/cluster/gpuOperatorValues";
import { nodeFeatureValues } from "../../components/cluster/nodeFeatureValues";
import { nodeGpuOperatorValues } from "../../components/cluster/nodeGpuOperatorValues";
import { cloudNodeTolerations } from "../../components/host/hardware";
import type { HostProfile } from "../../components/host/profile";
import type { PlatformSetName } from "../../components/platform";
import { platformSetNames } from "../../components/platform";
import { kataValues } from "../../components/runtime/kataValues";
import type { PeerPodsSettings } from "../../components/runtime/peerPodsValues";
import { peerPodsValues } from "../../components/runtime/peerPodsValues";
import type { PullTimeouts } from "../../components/runtime/timeouts";
import { defaultPullTimeouts } from "../../components/runtime/timeouts";
import { sampleHost } from "./hosts";
import type { Values } from "./valueKeys";

export const operatorCharts = ["node-feature-discovery", "gpu-operator", "kata-deploy"] as const;
export type OperatorChart = (typeof operatorCharts)[number];

/** Each operator's chart in each platform set. */
export const chartCases = platformSetNames.flatMap((set) =>
  operatorCharts.map((chart) => ({ set, chart, version: catalogEntry(`charts/${chart}`).versions[set] })),
);

/** Folder of the stand-in chart in a platform set. */
export function standIn(chart: OperatorChart, set: PlatformSetName): string {
  return `${chart}-${catalogEntry(`charts/${chart}`).versions[set]}`;
}

/** The values that the components set for a chart. */
export function componentValues(
  chart: OperatorChart,
  set: PlatformSetName,
  { hosts = [sampleHost()], timeouts = defaultPullTimeouts }: { hosts?: HostProfile[]; timeouts?: PullTimeouts } = {},
): Values {
  const pin = (name: CatalogName) => resolvePin(name, set, { lock: emptyLock, simulated: true });
  if (chart === "node-feature-discovery") return nodeFeatureValues(pin("images/node-feature-discovery"));
  if (chart === "gpu-operator") {
    const images = {
      operator: pin("images/gpu-operator"),
      ccManager: pin("images/k8s-cc-manager"),
      driverManager: pin("images/k8s-driver-manager"),
      sandboxDevicePlugin: pin("images/nvidia-sandbox-device-plugin"),
    };
    return gpuOperatorValues(set, images, hosts);
  }
  const images = { kataDeploy: pin("images/kata-deploy"), kubectl: pin("images/kata-kubectl") };
  return kataValues({ platformSet: set, distribution: "k8s", timeouts, images });
}

const simulatedPin = (name: CatalogName, set: PlatformSetName) =>
  resolvePin(name, set, { lock: emptyLock, simulated: true });

/** The values that components set on a cloud's nodes. */
export function nodeValues(chart: "node-feature-discovery" | "gpu-operator", set: PlatformSetName): Values {
  if (chart === "node-feature-discovery")
    return nodeFeatureValues(simulatedPin("images/node-feature-discovery", set), cloudNodeTolerations);
  return nodeGpuOperatorValues(set, {
    operator: simulatedPin("images/gpu-operator", set),
    driverManager: simulatedPin("images/k8s-driver-manager", set),
    toolkit: simulatedPin("images/container-toolkit", set),
    devicePlugin: simulatedPin("images/k8s-device-plugin", set),
  });
}

/** Peer pods as stack configurations describe them. */
export const peerPodsSections = {
  azure: {
    experimental: true,
    azure: {
      subnetId: "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v/subnets/pods",
      imageId: "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g/images/pod/versions/1.0.0",
      size: "Standard_DC4as_v5",
    },
    credentials: { kind: "workloadIdentity", identity: "00000000-0000-4000-8000-000000000009" },
  },
  gcp: {
    experimental: true,
    gcp: {
      zone: "us-central1-a",
      network: "factory",
      subnetwork: "pods",
      image: "projects/made-up-factory/global/images/pod-1-0-0",
      machineType: "n2d-standard-4",
      tee: "SEV_SNP",
    },
    credentials: { kind: "workloadIdentity", identity: "peer-pods@made-up-factory.iam.gserviceaccount.com" },
  },
} as const;

export const peerPodsOnAzure: PeerPodsSettings = {
  cloud: {
    kind: "azure",
    subscriptionId: "00000000-0000-4000-8000-000000000001",
    region: "eastus2",
    resourceGroup: "factory",
    ...peerPodsSections.azure.azure,
    secureBoot: true,
  },
  credentials: peerPodsSections.azure.credentials,
  limitPerNode: 2,
  webhook: true,
};

export const peerPodsOnGcp: PeerPodsSettings = {
  cloud: { kind: "gcp", project: "made-up-factory", ...peerPodsSections.gcp.gcp, rootVolumeGib: 20 },
  credentials: peerPodsSections.gcp.credentials,
  limitPerNode: 2,
  webhook: true,
};

export function peerPodsValuesOf(settings: PeerPodsSettings): Values {
  const pin = (name: CatalogName) => simulatedPin(name, "ra-1.1.0");
  return peerPodsValues(settings, {
    adaptor: pin("images/cloud-api-adaptor"),
    controller: pin("images/peerpod-ctrl"),
    webhook: pin("images/peer-pods-webhook"),
    rbacProxy: pin("images/kube-rbac-proxy"),
    kataDeploy: pin("images/kata-deploy"),
    kubectl: pin("images/kata-kubectl"),
  });
}
