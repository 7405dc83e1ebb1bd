/**
 * What Azure and Google Cloud offer for confidential GPU nodes, as data: it changes monthly, so every row says when and
 * where it was read, and how far it can be trusted.
 *
 * On both clouds the whole node is the TEE, and it has exactly one GPU: an HGX or NVL72 design has no counterpart there.
 */

import type { Fact, Grade } from "./fact";
import type { CpuTee } from "./hardware";

export const clouds = ["azure", "gcp"] as const;
export type Cloud = (typeof clouds)[number];

/** A machine size with a confidential GPU. */
export interface GpuSize {
  readonly cloud: Cloud;
  readonly size: string;
  /** The CPU's TEE; `sev` alone proves no memory integrity. */
  readonly tee: CpuTee | "sev";
  readonly gpu: { readonly model: string; readonly memoryGib?: number };
  readonly vCpus: number;
  readonly memoryGib: number;
  readonly stage: "offered" | "preview";
  /** Google's name of the GPU. */
  readonly accelerator?: string;
  /** Local SSDs that come with the machine. */
  readonly localSsds?: number;
  readonly fact: Fact;
}

const read = (source: string, grade: Grade): Fact => ({ asOf: "2026-11-24", source, grade });

const nccSeries = read("Microsoft Learn, NCCads_H100_v5 size series", "docs");
const onboarding = "Azure/az-cgpu-onboarding";
const gcpRelease = read("report mirroring the release notes of 2026-04-29", "secondary");
const gkeGpus = read("Google Cloud, GKE gpus-confidential-nodes and Dataproc confidential-compute", "docs");

/** No Blackwell size with a confidential GPU was found on Azure. */
export const gpuSizes: readonly GpuSize[] = [
  {
    cloud: "azure",
    size: "Standard_NCC40ads_H100_v5",
    tee: "snp",
    gpu: { model: "H100 NVL", memoryGib: 94 },
    vCpus: 40,
    memoryGib: 320,
    stage: "offered",
    fact: nccSeries,
  },
  {
    cloud: "gcp",
    size: "a3-highgpu-1g",
    tee: "tdx",
    gpu: { model: "H100", memoryGib: 80 },
    vCpus: 26,
    memoryGib: 234,
    stage: "offered",
    accelerator: "nvidia-h100-80gb",
    localSsds: 2,
    fact: gkeGpus,
  },
  {
    // Dataproc lists it under SEV; one report says TDX. The machine is AMD's.
    cloud: "gcp",
    size: "g4-standard-48",
    tee: "sev",
    gpu: { model: "RTX PRO 6000" },
    vCpus: 48,
    memoryGib: 180,
    stage: "preview",
    accelerator: "nvidia-rtx-pro-6000",
    fact: gkeGpus,
  },
];

/** Shapes with GPUs for which no confidential mode is documented: several GPUs, parts of one, or other families. */
export const plainGpuSizes: readonly { readonly cloud: Cloud; readonly sizes: RegExp; readonly fact: Fact }[] = [
  {
    // Stands in an old template as an allowed value, and in no size documentation.
    cloud: "azure",
    sizes: /^standard_ncc(?!40ads_h100_v5$)/i,
    fact: read(`${onboarding}, docs/template.json`, "repository"),
  },
  { cloud: "azure", sizes: /^standard_n[cdgv](?!c\d)/i, fact: nccSeries },
  { cloud: "gcp", sizes: /^a3-(?!highgpu-1g$)/, fact: gkeGpus },
  { cloud: "gcp", sizes: /^(a2|a4x?|g2)-/, fact: gkeGpus },
  { cloud: "gcp", sizes: /^g4-(?!standard-48$)/, fact: read("report on G4, 2026-04", "secondary") },
];

/** Families of Azure sizes that exist as confidential virtual machines; a size of another family is refused by Azure. */
export const azureConfidentialFamilies: { readonly sizes: RegExp; readonly fact: Fact } = {
  // DC sizes without `a` or `e` are SGX machines.
  sizes: /^standard_(ncc\d+|[de]c\d+i?[ae]d?s)/i,
  fact: read("Microsoft Learn, Azure confidential computing products; kata cloud-api-adaptor #1742", "docs"),
};

/**
 * Series of Azure's confidential machines, as Azure Policy compares names (`like`, with one `*`). Only those with SEV-SNP
 * can be nodes of AKS.
 */
export const azureConfidentialSeries: readonly {
  readonly like: string;
  readonly tee: CpuTee;
  readonly gpu: boolean;
  readonly fact: Fact;
}[] = [
  { like: "Standard_NCC40ads_H100_v5", tee: "snp", gpu: true, fact: nccSeries },
  ...["DC*as_v5", "DC*ads_v5", "EC*as_v5", "EC*ads_v5", "DC*as_v6", "EC*as_v6"].map((series) => ({
    like: `Standard_${series}`,
    tee: "snp" as const,
    gpu: false,
    fact: read("Microsoft Learn, Azure confidential computing products", "docs"),
  })),
  ...["DC*es_v6", "EC*es_v6"].map((series) => ({
    like: `Standard_${series}`,
    tee: "tdx" as const,
    gpu: false,
    fact: read("Microsoft Learn, Azure confidential computing products", "docs"),
  })),
];

/** Where a size is offered: regions of Azure, zones of Google Cloud. */
export const places: readonly {
  readonly size: string;
  readonly places: readonly string[];
  readonly fact: Fact;
}[] = [
  {
    size: "Standard_NCC40ads_H100_v5",
    places: ["eastus2", "centralus", "westeurope"],
    fact: read(`${onboarding}, release 4.3.3, README and script`, "repository"),
  },
  {
    size: "a3-highgpu-1g",
    places: ["us-central1-a", "us-east5-a", "europe-west4-c"],
    fact: gcpRelease,
  },
];

/** Shared attestation authorities of the regions above. */
export const azureAuthorities: { readonly byRegion: Readonly<Record<string, string>>; readonly fact: Fact } = {
  byRegion: {
    eastus2: "https://sharedeus2.eus2.attest.azure.net",
    centralus: "https://sharedcus.cus.attest.azure.net",
    westeurope: "https://sharedweu.weu.attest.azure.net",
  },
  fact: read("Azure/confidential-computing-cvm, cvm_deployment/key/skr-policy.json", "repository"),
};

/** Images of Canonical's that are made for confidential virtual machines. */
export const azureUbuntuImages: readonly { readonly offer: string; readonly sku: string; readonly fact: Fact }[] = [
  {
    offer: "0001-com-ubuntu-confidential-vm-jammy",
    sku: "22_04-lts-cvm",
    fact: read(`${onboarding}, onboarding script`, "repository"),
  },
  { offer: "ubuntu-24_04-lts", sku: "cvm", fact: read(`${onboarding}, onboarding script`, "repository") },
];

/** Azure's own images with driver, CUDA and verifier for the confidential GPU, in a gallery of the community. */
export const azureGpuImages: { readonly gallery: string; readonly images: readonly string[]; readonly fact: Fact } = {
  gallery: "cgpuimage-db870bae-5bcf-4120-9415-b841adef61d3",
  images: ["cgpu-NCC-2204-base-image", "cgpu-NCC-2404-base-image"],
  fact: read(`${onboarding}, docs VMI-Creation-CLI`, "repository"),
};

/** Quota of the size's vCPUs: 0 until Azure has granted some on request. */
export const azureGpuQuota: { readonly family: string; readonly fact: Fact } = {
  family: "Standard NCCads2023 Family vCPUs",
  fact: read(`${onboarding}, docs/CGPU-Quota.md`, "repository"),
};

/** Versions of Kubernetes with a confidential Ubuntu 24.04, by the name that AKS has for the system. Others are older. */
export const aksUbuntu2404: {
  readonly minors: Readonly<Record<"Ubuntu" | "Ubuntu2404", { readonly first: number; readonly last: number }>>;
  readonly fact: Fact;
} = {
  minors: { Ubuntu: { first: 34, last: 38 }, Ubuntu2404: { first: 32, last: 38 } },
  fact: read("Microsoft Learn, AKS use-cvm (2026-06-24)", "docs"),
};

/** Limits of Azure's confidential machines and pools, by what they demand or forbid. */
export const azureLimits = {
  securityType: read("kata cloud-api-adaptor #1742, hashicorp/terraform-provider-azurerm #30782", "issue"),
  encryptionType: read("Azure/avdaccelerator #686", "issue"),
  encryptionSpelling: read("Azure/azure-sdk-for-python #28818", "issue"),
  vTpm: read("openshift/api #1403", "issue"),
  secureBoot: read("openshift/api #1403, disputed in cluster-api-provider-azure #3265", "secondary"),
  imageConfidential: read("kubernetes-sigs/cluster-api-provider-azure #3264", "issue"),
  imageUnknown: read("nothing that was read lists it among images for confidential machines", "general"),
  imageDrift: read(`${onboarding}, FAQ`, "repository"),
  sizeUnknown: read("no series that was read has the size", "general"),
  generation: nccSeries,
  ownersKey: read("azurerm documentation, linux_virtual_machine; az-cgpu-onboarding cmk_module", "docs"),
  encryptionSet: read("Azure/azure-powershell #18094", "issue"),
  // Was refused until July 2026.
  encryptionAtHost: read("hashicorp/terraform-provider-azurerm #32885, #32846", "secondary"),
  nonPersistedTpm: read("no combination with a confidential GPU was found", "general"),
  acceleratedNetworking: nccSeries,
  nvme: read(`${onboarding}, FAQ`, "repository"),
  zones: read("no zones of the size were found", "general"),
  spot: read("price lists of 2026-08", "secondary"),
  oneGpu: nccSeries,
  gpuInstances: read("nothing that was read tells of instances of a GPU in confidential mode", "general"),
  driverSigned: read("Microsoft Learn, AKS use-confidential-gpus (2026-09-17)", "docs"),
  driverNone: read("Microsoft Learn, AKS use-confidential-gpus (2026-09-17)", "docs"),
  oneOs: read("Microsoft Learn, AKS use-confidential-gpus (2026-09-17)", "docs"),
  poolFeatures: read("Microsoft Learn, AKS use-cvm (2026-06-24)", "docs"),
  poolTee: read("Microsoft Learn, AKS use-cvm (2026-06-24)", "docs"),
  // containerservice.OSSKU of azure-native 3.28.0 (API 2025-09-01) does not list it; whether Azure takes it was not tried.
  poolOsName: read("@pulumi/azure-native 3.28.0 lists no Ubuntu2404", "general"),
  laterKubernetes: read("AKS use-cvm lists versions up to 1.38", "general"),
  kataCc: read("Azure/AKS #3781", "issue"),
  ownAttestation: read("nothing that was read says whom the platform asks when it opens a disk", "general"),
} as const satisfies Record<string, Fact>;

/** The operating system for which a signed driver of the confidential GPU is known on AKS. */
export const aksGpuDriverOs: { readonly release: string; readonly driver: string; readonly fact: Fact } = {
  release: "Ubuntu 24.04",
  driver: "580-<kernel>, kernels *-azure-fde",
  fact: read(`${onboarding}, AKS-Onboarding`, "repository"),
};

/** Operating systems that AKS has for confidential nodes. */
export const aksConfidentialOs: { readonly skus: readonly string[]; readonly fact: Fact } = {
  skus: ["Ubuntu", "Ubuntu2404", "AzureLinux", "AzureLinux3"],
  fact: read("Microsoft Learn, AKS use-cvm (2026-06-24)", "docs"),
};

/** GPU drivers whose GPUs can fail attestation: everything before the floor, and what else is named. */
export const gpuDriver: { readonly floor: string; readonly failing: readonly string[]; readonly fact: Fact } = {
  floor: "550.127.05",
  failing: ["550.54.14", "550.54.15", "550.90.07", "550.90.12", "550.113"],
  fact: read(`${onboarding}, FAQ (2025-05)`, "repository"),
};

/** TEEs of Google Cloud's machine families; families that are not listed are not known. */
export const gcpFamilies: {
  readonly tees: Readonly<Record<string, readonly string[]>>;
  readonly fact: Fact;
} = {
  tees: {
    a3: ["TDX"],
    c2d: ["SEV"],
    c3: ["TDX"],
    c3d: ["SEV"],
    c4d: ["SEV"],
    e2: [],
    n2d: ["SEV", "SEV_SNP"],
  },
  fact: read("Google Cloud, Dataproc confidential-compute; google provider #13871 for e2", "docs"),
};

/**
 * Regions that have Google's CPU TEEs without a GPU; SEV is everywhere that its families are. Two of the three regions
 * with confidential GPUs are among them for SEV-SNP and TDX.
 */
export const gcpTeeRegions: { readonly regions: Readonly<Record<string, readonly string[]>>; readonly fact: Fact } = {
  regions: {
    SEV_SNP: ["asia-southeast1", "europe-west3", "europe-west4", "us-central1"],
    TDX: ["asia-southeast1", "europe-west4", "us-central1", "us-east1"],
  },
  fact: read("common knowledge and dstack's guide to Google Cloud, not looked up in Google's list", "general"),
};

/** First versions of GKE with a TEE on COS nodes; SEV is older than all of them. */
export const gkeFloors: { readonly versions: Readonly<Record<string, string>>; readonly fact: Fact } = {
  versions: { SEV_SNP: "1.32.2-gke.1297000", TDX: "1.32.2-gke.1297000" },
  fact: read("Google Cloud, Confidential GKE Nodes (2026-04-10)", "docs"),
};

/** Google Cloud's ways to get a confidential H100: on demand is not documented. */
export const gcpProvisioning: { readonly models: readonly string[]; readonly fact: Fact } = {
  models: ["SPOT", "FLEX_START", "RESERVATION_BOUND"],
  fact: read("report mirroring the release notes of 2026-04-29; GKE gpus-confidential-nodes", "secondary"),
};

/** GKE versions that something needs beside a TEE on COS: the first of each minor version that has it, oldest first. */
export const gkeFeatureFloors = {
  ubuntuTdx: {
    versions: ["1.33.5-gke.1697000", "1.34.1-gke.2909000"],
    fact: read("Google Cloud, Confidential GKE Nodes (2026-04-10)", "docs"),
  },
  flexStart: {
    versions: ["1.32.2-gke.1652000"],
    fact: read("Google Cloud, GKE gpus-confidential-nodes", "docs"),
  },
  g4: {
    versions: ["1.35.3-gke.1389000"],
    fact: read("Google Cloud, GKE gpus-confidential-nodes", "docs"),
  },
} as const satisfies Record<string, { readonly versions: readonly string[]; readonly fact: Fact }>;

/** Longest run of Flex-start capacity, in seconds. */
export const gcpFlexStart: { readonly longestSeconds: number; readonly fact: Fact } = {
  longestSeconds: 604_800,
  fact: read("Google Cloud, GKE flex-start (concepts/dws): seven days", "docs"),
};

/** What a Flex-start pool has to be like. */
export const gkeFlexStartPools: Fact = read(
  "GoogleCloudPlatform/cluster-toolkit, modules/compute/gke-node-pool (#4027, #3582)",
  "repository",
);

/** Smallest boot disks, in GiB. */
export const gcpBootDisks = {
  confidentialSpace: { gib: 30, fact: read("Google Cloud, Confidential Space deploy-workloads", "docs") },
  other: { gib: 10, fact: read("smallest images of COS and Ubuntu", "general") },
} as const satisfies Record<string, { readonly gib: number; readonly fact: Fact }>;

/** Limits of Google's confidential machines and pools, by what they forbid. */
export const gcpLimits = {
  confidentialGpus: gkeGpus,
  zones: gcpRelease,
  confidentialTypeNamed: read("terraform-google-modules/terraform-google-kubernetes-engine #2418", "issue"),
  terminate: read("@pulumi/gcp 9.37.0, compute.InstanceScheduling.onHostMaintenance", "types"),
  nvme: read("Google Cloud, Confidential VM supported configurations", "docs"),
  gvnic: read("report on Confidential VM network interfaces", "secondary"),
  confidentialDisk: read("@pulumi/gcp 9.37.0, InstanceBootDiskInitializeParams.enableConfidentialCompute", "types"),
  confidentialStorage: read(
    "Confidential GKE Nodes documents it for SEV; an example of Google's sets it for TDX",
    "secondary",
  ),
  imageCapable: read("magic-modules #11166, terraform-gce-atlantis #26; features' names are not documented", "general"),
  nodeLocations: read("@pulumi/gcp 9.37.0, container.NodePool.nodeLocations", "types"),
  controlPlaneRange: read("@pulumi/gcp 9.37.0, container.ClusterPrivateClusterConfig.masterIpv4CidrBlock", "types"),
  confidentialNodes: read("Google Cloud, Confidential GKE Nodes (2026-04-10)", "docs"),
  gpuSharing: read("study guide citing GKE gpus-confidential-nodes", "secondary"),
  driverInstall: read("report on GKE upgrades and confidential GPU nodes, 2026-07", "secondary"),
  driverDaemonSet: read(
    "GoogleCloudPlatform/container-engine-accelerators, daemonset-confidential.yaml (for COS)",
    "repository",
  ),
  reservedPools: read("GKE gpus-confidential-nodes lists Spot, preemptible and Flex-start only", "secondary"),
  g4Tee: read(
    "Dataproc confidential-compute and GoogleCloudPlatform/cluster-toolkit gke-g4-confidential say SEV, a report of 2026-07 TDX",
    "secondary",
  ),
  spaceImages: read("Google Cloud, Confidential Space deploy-workloads", "docs"),
  spaceImageMoves: read("image families name their newest image", "general"),
  spaceGpu: read("Google Cloud, Confidential Space token claims: GCP_NVIDIA_H100", "docs"),
  bootstrapPool: read("hashicorp/terraform-provider-google #13871, FairwindsOps/terraform-gke #42", "issue"),
} as const satisfies Record<string, Fact>;

export function gpuSizeOf(cloud: Cloud, size: string | undefined): GpuSize | undefined {
  return gpuSizes.find((row) => row.cloud === cloud && row.size.toLowerCase() === size?.toLowerCase());
}

/** Whether a size has GPUs, but none in confidential mode. */
export function isPlainGpuSize(cloud: Cloud, size: string | undefined): boolean {
  return size !== undefined && plainGpuSizes.some((row) => row.cloud === cloud && row.sizes.test(size));
}

/** The series that a size of Azure's belongs to; undefined where none is known to be confidential. */
export function azureSeriesOf(size: string): (typeof azureConfidentialSeries)[number] | undefined {
  return azureConfidentialSeries.find(({ like }) => {
    const [start = "", end] = like.toLowerCase().split("*");
    const name = size.toLowerCase();
    if (end === undefined) return name === start;
    // Digits, and a letter where a size takes a whole machine (96ias).
    return name.startsWith(start) && name.endsWith(end) && /^\d+i?$/.test(name.slice(start.length, -end.length));
  });
}

/** Whether GPUs under a driver are known to fail attestation. `580` and `580-6.8.0-1025-azure-fde` name a branch. */
export function failsAttestation(driver: string): boolean {
  const wanted = /^[\d.]+/.exec(driver)?.[0].replace(/\.$/, "");
  if (wanted === undefined) return false;
  if (gpuDriver.failing.includes(wanted)) return true;
  const floor = gpuDriver.floor.split(".").map(Number);
  for (const [index, number] of wanted.split(".").map(Number).entries())
    if (number !== (floor[index] ?? 0)) return number < (floor[index] ?? 0);
  return false;
}

export function isAzureConfidentialSize(size: string): boolean {
  return azureConfidentialFamilies.sizes.test(size);
}

/** Where a size is offered; undefined where nothing is known of it. */
export function placesOf(size: string | undefined): readonly string[] | undefined {
  return places.find((row) => row.size.toLowerCase() === size?.toLowerCase())?.places;
}

/** `East US 2`, as the portal shows it, is `eastus2`. */
export function azureRegion(location: string): string {
  return location.toLowerCase().replace(/\s+/g, "");
}
