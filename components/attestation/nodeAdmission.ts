import type { GpuModelName } from "../host/hardware";

/**
 * A kind of confidential node of a cloud that the key broker serves. There the node is the TEE: kubelet, every pod and
 * every administrator of the node's cluster are inside, and its evidence names neither cluster nor tenant nor pod. No
 * release stands behind it, and nobody signs it: the owner's configuration is the statement. The accepted values were
 * observed on a node that the owner trusts, and change with each image of the nodes.
 */
export interface NodeAdmission {
  readonly name: string;
  /** What the node's CPU has to prove, by the kind of evidence. */
  readonly evidence: NodeEvidence;
  /** Its one GPU: no confidential node of a cloud has more (components/host/offerings.ts). */
  readonly gpu: {
    readonly model: GpuModelName;
    readonly drivers: readonly string[];
    readonly vbios: readonly string[];
  };
  /** KBS resources that such nodes, and nobody else, are given. */
  readonly resources: readonly string[];
  /** Required and best short: a list that nobody renews keeps old node images in. `YYYY-MM-DDTHH:MM:SSZ` each. */
  readonly validity: { readonly notBefore: string; readonly notAfter: string };
  /** Who runs such nodes; for people alone, since evidence does not say it. */
  readonly provider?: string | undefined;
  /** The values are made up, as in a rehearsal. */
  readonly simulated: boolean;
}

export type NodeEvidence = AzureSnpVtpmEvidence | TdxNodeEvidence;

/**
 * AMD SEV-SNP under Microsoft's paravisor (HCL), which runs in VMPL0 and keeps the node's virtual TPM. The launch
 * measurement is the paravisor's; what booted above it is in the TPM's registers, SHA-256.
 */
export interface AzureSnpVtpmEvidence {
  readonly kind: "azureSnpVtpm";
  /** Launch measurements of accepted paravisors, 48 bytes as lower-case hex. */
  readonly measurements: readonly string[];
  /** Accepted values by register, 32 bytes as lower-case hex. All of `requiredRegisters` are in it. */
  readonly pcrs: Readonly<Record<(typeof requiredRegisters)[number], readonly string[]>> &
    Readonly<Partial<Record<PinnedRegister, readonly string[] | undefined>>>;
  /** Oldest accepted firmware. */
  readonly tcb: {
    readonly bootloader: number;
    readonly microcode: number;
    readonly snp: number;
    readonly tee: number;
  };
}

/** An ordinary TDX quote: the cloud's firmware in MRTD, what booted in the RTMRs. */
export interface TdxNodeEvidence {
  readonly kind: "tdx";
  readonly mrTd: readonly string[];
  /** Firmware's configuration and Secure Boot variables. Default: not compared. */
  readonly rtmr0?: readonly string[] | undefined;
  /** Boot loader. */
  readonly rtmr1: readonly string[];
  /** Kernel, its command line, initrd. */
  readonly rtmr2: readonly string[];
  /** What runs extends by itself. Default: not compared. */
  readonly rtmr3?: readonly string[] | undefined;
  readonly xfam: readonly string[];
  readonly attributes: readonly string[];
  /** TDX modules. Default: any that Intel calls UpToDate. */
  readonly mrSeam?: readonly string[] | undefined;
  /** MRCONFIGID, where a release's guest has its init-data. A node has none: all zeros, unless the cloud writes one. */
  readonly mrConfigId: readonly string[];
}

/**
 * Registers without which the others say nothing, or too little:
 * 04 the boot programs that firmware loads: it alone is extended before anything of the image runs, and whoever boots
 *    something else can fill 08 to 15 as they like, since those are zero until software extends them;
 * 08 boot loader's commands, and init-data of peer pods: pinned, so that such a pod is never taken for the node;
 * 09 files that the boot loader reads, kernel and initrd; 11 the unified kernel image; 12 its command line and
 *    credentials from outside.
 */
export const requiredRegisters = ["04", "08", "09", "11", "12"] as const;

/**
 * Registers that may be compared: 03 and 07 (option ROMs, Secure Boot) seldom change. 16 and 23 are left out, since
 * whoever runs in the node can reset them, and 17 to 22, which nothing on Azure extends.
 */
export const pinnedRegisters = [
  ...(["00", "01", "02", "03", "05", "06", "07", "10", "13", "14", "15"] as const),
  ...requiredRegisters,
] as const;
export type PinnedRegister = (typeof pinnedRegisters)[number];

/** The evidence's name in claims: kbs-types `Tee` as Trustee v0.21.0 writes it. */
export function claimOf({ kind }: NodeEvidence): "az-snp-vtpm" | "tdx" {
  return kind === "azureSnpVtpm" ? "az-snp-vtpm" : "tdx";
}

/** Always the same order, whatever the caller's. */
export function sortedNodes(nodes: readonly NodeAdmission[]): NodeAdmission[] {
  return [...nodes].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Seconds since 1970 from which, and before which, nodes are given keys. */
export function nodeWindow({ validity }: NodeAdmission): { readonly from: number; readonly until: number } {
  return {
    from: Math.floor(Date.parse(validity.notBefore) / 1000),
    until: Math.floor(Date.parse(validity.notAfter) / 1000),
  };
}

/** Which kinds of node evidence policies have to judge. */
export interface NodeKinds {
  readonly azureSnpVtpm: boolean;
  readonly tdx: boolean;
}

export function kindsOf(nodes: readonly NodeAdmission[]): NodeKinds {
  const has = (kind: NodeEvidence["kind"]) => nodes.some(({ evidence }) => evidence.kind === kind);
  return { azureSnpVtpm: has("azureSnpVtpm"), tdx: has("tdx") };
}

/** Trustee v0.21.0 reports the measurement of this evidence in base64, not in hex as of SNP (az_snp_vtpm/mod.rs). */
export function measurementClaim(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64");
}
