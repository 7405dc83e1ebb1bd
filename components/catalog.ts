import type { Party } from "./cluster/labels";
import type { PlatformSetName, PlatformVersions } from "./platform";
import { kata4TrusteeRef, platformSetNames, platformSets } from "./platform";

/**
 * What a provider prepares: hosts on bare metal, a cloud's nodes that are TEEs themselves, peer pods beside them, quotes of
 * TDX hosts by Intel's operators.
 */
export type CatalogPart = "hosts" | "nodes" | "peerPods" | "tdxQuotes";

/**
 * Every chart and image that Trustfoundry places, by version, date, source and licence. Digests are not here and are
 * typed nowhere: `npm run catalog -- lock` reads them from the registries into catalog.lock.
 */
export interface CatalogEntry {
  readonly kind: "chart" | "image";
  /** An image's repository; a chart's OCI address (`oci://…/<name>`), or the URL of the index that lists it. */
  readonly repository: string;
  readonly versions: Readonly<Record<PlatformSetName, string>>;
  /** Day the versions were read from their source. */
  readonly date: string;
  readonly source: string;
  readonly licence: string;
  /** Whose stacks place it. */
  readonly party: Exclude<Party, "dataOwner">;
  /** Which of its preparations need it. Default all. */
  readonly parts?: readonly CatalogPart[];
}

const gpuNodes: readonly CatalogPart[] = ["hosts", "nodes"];

export const catalog = {
  "charts/node-feature-discovery": {
    kind: "chart",
    repository: "oci://registry.k8s.io/nfd/charts/node-feature-discovery",
    versions: bySet(({ nfd }) => nfd),
    date: "2026-08-21",
    source: "NVIDIA/gpu-operator deployments/gpu-operator/Chart.yaml (v26.3.1: 0.18.3; v26.7.0: 0.19.0)",
    licence: "Apache-2.0",
    party: "infrastructureProvider",
    parts: gpuNodes,
  },
  "charts/gpu-operator": {
    kind: "chart",
    repository: "https://helm.ngc.nvidia.com/nvidia",
    versions: bySet(({ gpuOperator }) => gpuOperator),
    date: "2026-08-21",
    source:
      "NVIDIA cloud-native-docs confidential-containers/confidential-containers-deploy; releases of NVIDIA/gpu-operator",
    licence: "Apache-2.0",
    party: "infrastructureProvider",
    parts: gpuNodes,
  },
  "charts/kata-deploy": {
    kind: "chart",
    repository: "oci://ghcr.io/kata-containers/kata-deploy-charts/kata-deploy",
    versions: bySet(({ kata }) => kata),
    date: "2026-08-21",
    source: "kata-containers tools/packaging/kata-deploy/helm-chart (4.0.0, 4.1.0)",
    licence: "Apache-2.0",
    party: "infrastructureProvider",
    parts: ["hosts"],
  },
  "images/node-feature-discovery": {
    kind: "image",
    repository: "registry.k8s.io/nfd/node-feature-discovery",
    versions: bySet(({ nfd }) => `v${nfd}`),
    date: "2026-08-21",
    source: "node-feature-discovery chart 0.18.3 and 0.19.0, values image.repository and Chart.yaml appVersion",
    licence: "Apache-2.0",
    party: "infrastructureProvider",
    parts: gpuNodes,
  },
  "images/gpu-operator": {
    ...operand("gpu-operator", { "ra-1.1.0": "v26.3.1", newest: "v26.7.0" }),
    repository: "nvcr.io/nvidia/gpu-operator",
    parts: gpuNodes,
  },
  "images/k8s-cc-manager": operand("k8s-cc-manager", { "ra-1.1.0": "v0.4.0", newest: "v0.4.3" }),
  "images/k8s-driver-manager": {
    ...operand("k8s-driver-manager", { "ra-1.1.0": "v0.10.0", newest: "v0.12.0" }),
    parts: gpuNodes,
  },
  "images/nvidia-sandbox-device-plugin": operand("nvidia-sandbox-device-plugin", {
    "ra-1.1.0": "v0.0.3",
    newest: "v0.0.5",
  }),
  "images/container-toolkit": {
    ...operand("container-toolkit", { "ra-1.1.0": "v1.19.0", newest: "v1.20.0" }),
    repository: "nvcr.io/nvidia/k8s/container-toolkit",
    parts: ["nodes"],
  },
  "images/k8s-device-plugin": {
    ...operand("k8s-device-plugin", { "ra-1.1.0": "v0.19.0", newest: "v0.20.0" }),
    repository: "nvcr.io/nvidia/k8s-device-plugin",
    parts: ["nodes"],
  },
  "charts/peerpods": {
    ...peerPods("charts/peerpods"),
    kind: "chart",
    repository: "oci://ghcr.io/confidential-containers/cloud-api-adaptor/charts/peerpods",
    versions: { "ra-1.1.0": "0.4.0", newest: "0.4.0" },
  },
  "images/cloud-api-adaptor": peerPods("cloud-api-adaptor"),
  "images/peerpod-ctrl": peerPods("peerpod-ctrl"),
  "images/peer-pods-webhook": peerPods("peer-pods-webhook"),
  "images/kube-rbac-proxy": {
    ...peerPods("kube-rbac-proxy"),
    repository: "registry.k8s.io/kubebuilder/kube-rbac-proxy",
    versions: { "ra-1.1.0": "v0.14.0", newest: "v0.14.0" },
  },
  "charts/intel-device-plugins-operator": {
    ...devicePlugins("intel-device-plugins-operator"),
    kind: "chart",
    repository: "https://intel.github.io/helm-charts",
    date: "2026-11-26",
    source: "intel/helm-charts charts/device-plugin-operator (110e39e)",
  },
  "images/intel-deviceplugin-operator": devicePlugins("intel-deviceplugin-operator"),
  "images/intel-sgx-plugin": devicePlugins("intel-sgx-plugin"),
  "images/kata-deploy": {
    kind: "image",
    repository: "quay.io/kata-containers/kata-deploy",
    versions: bySet(({ kata }) => kata),
    date: "2026-08-21",
    source: "kata-deploy chart 4.0.0 and 4.1.0, values image.reference and Chart.yaml appVersion",
    licence: "Apache-2.0",
    party: "infrastructureProvider",
    parts: ["hosts", "peerPods"],
  },
  "images/kata-kubectl": {
    kind: "image",
    repository: "quay.io/kata-containers/kubectl",
    // The chart names a floating tag. The image is built each Sunday and tagged with the day as well.
    versions: { "ra-1.1.0": "20260816", newest: "20260816" },
    date: "2026-08-22",
    source: "kata-containers .github/workflows/build-kubectl-image.yaml (4.1.0)",
    licence: "Apache-2.0",
    party: "infrastructureProvider",
    parts: ["hosts", "peerPods"],
  },
  "images/trustee-kbs": trustee("kbs"),
  "images/trustee-kbs-grpc-as": trustee("kbs-grpc-as"),
  // Built for Intel Trust Authority, and without key stores but mounted files.
  "images/trustee-kbs-ita-as": trustee("kbs-ita-as"),
  "images/trustee-coco-as-grpc": trustee("coco-as-grpc"),
  "images/trustee-rvps": trustee("rvps"),
} as const satisfies Record<string, CatalogEntry>;

export type CatalogName = keyof typeof catalog;
export const catalogNames = Object.keys(catalog) as CatalogName[];

export function catalogEntry(name: CatalogName): CatalogEntry {
  return catalog[name];
}

function bySet(version: (versions: PlatformVersions) => string): Record<PlatformSetName, string> {
  return Object.fromEntries(platformSetNames.map((set) => [set, version(platformSets[set].versions)])) as Record<
    PlatformSetName,
    string
  >;
}

/** An image that the GPU Operator runs on confidential hosts. */
function operand(image: string, versions: Record<PlatformSetName, string>): CatalogEntry {
  return {
    kind: "image",
    repository: `nvcr.io/nvidia/cloud-native/${image}`,
    versions,
    date: "2026-08-21",
    source: "NVIDIA/gpu-operator deployments/gpu-operator/values.yaml (v26.3.1, v26.7.0)",
    licence: "NVIDIA Deep Learning Container License",
    party: "infrastructureProvider",
    parts: ["hosts"],
  };
}

/** What chart peerpods 0.4.0 runs, by the one commit that it names; experimental, and the same in every platform set. */
function peerPods(image: string): CatalogEntry {
  const commit = "61b1aba91df646a663e60ab6b55c6a7dc93cd167";
  return {
    kind: "image",
    repository: `quay.io/confidential-containers/${image}`,
    versions: { "ra-1.1.0": commit, newest: commit },
    date: "2026-11-26",
    source:
      "confidential-containers/cloud-api-adaptor, values.yaml of charts peerpods, peerpod-ctrl and webhook (v0.22.0)",
    licence: "Apache-2.0",
    party: "infrastructureProvider",
    parts: ["peerPods"],
  };
}

/** Intel's operator of device plugins, and what it runs for SGX; the same in every platform set. */
function devicePlugins(image: string): CatalogEntry {
  return {
    kind: "image",
    repository: `docker.io/intel/${image}`,
    versions: { "ra-1.1.0": "0.36.0", newest: "0.36.0" },
    date: "2026-11-26",
    source: "intel/intel-device-plugins-for-kubernetes v0.36.0 (released 2026-05-27)",
    licence: "Apache-2.0",
    party: "infrastructureProvider",
    parts: ["tdxQuotes"],
  };
}

/** Tagged with the commit alone, which is that of tag v0.21.0 and the one Kata 4.0.0 and 4.1.0 name. */
function trustee(image: string): CatalogEntry {
  return {
    kind: "image",
    repository: `ghcr.io/confidential-containers/staged-images/${image}`,
    versions: { "ra-1.1.0": kata4TrusteeRef, newest: kata4TrusteeRef },
    date: "2026-08-21",
    source: "confidential-containers/trustee .github/workflows (v0.21.0); kata-containers versions.yaml (4.0.0, 4.1.0)",
    licence: "Apache-2.0",
    party: "modelOwner",
  };
}
