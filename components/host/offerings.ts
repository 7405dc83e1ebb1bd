/**
 * What Azure and Google Cloud offer for confidential GPU nodes, as data: it changes monthly, so every row says when and
 * where it was read, and how far it can be trusted.
 *
 * On both clouds the whole node is the TEE, and it has exactly one GPU: an HGX or NVL72 design has no counterpart there.
 */

import type { CpuTee } from "./hardware";

/**
 * How well a row is founded. `types`: the published provider SDK; `docs`: the vendor's documentation; `repository`: a file
 * of a vendor's repository; `issue`: a thread; `secondary`: others' reports; `general`: common knowledge, not looked up.
 * What rests on the last two is a hint.
 */
export type Grade = "types" | "docs" | "repository" | "issue" | "secondary" | "general";

export interface Fact {
  /** Day on which it was read, YYYY-MM-DD. */
  readonly asOf: string;
  readonly source: string;
  readonly grade: Grade;
}

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
  readonly fact: Fact;
}

const read = (source: string, grade: Grade): Fact => ({ asOf: "2026-11-24", source, grade });

const nccSeries = read("Microsoft Learn, NCCads_H100_v5 size series", "docs");
const onboarding = "Azure/az-cgpu-onboarding";
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
    fact: read("report mirroring the release notes of 2026-04-29", "secondary"),
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

export function gpuSizeOf(cloud: Cloud, size: string | undefined): GpuSize | undefined {
  return gpuSizes.find((row) => row.cloud === cloud && row.size.toLowerCase() === size?.toLowerCase());
}

/** Whether a size has GPUs, but none in confidential mode. */
export function isPlainGpuSize(cloud: Cloud, size: string | undefined): boolean {
  return size !== undefined && plainGpuSizes.some((row) => row.cloud === cloud && row.sizes.test(size));
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
