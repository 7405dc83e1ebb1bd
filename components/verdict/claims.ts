/**
 * What the reference architecture claims, and what makes each claim true: the one source of docs/claims.md, of reports
 * and of verdicts. Rules of the policy packs name the claim that they guard.
 */
export interface Claim {
  /** What holds, as a sentence that a data owner can check. */
  readonly says: string;
  /** What hardware measures or encrypts, or software inside the attested guest decides. */
  readonly measured?: string;
  /** What the key broker compares before it gives a key. */
  readonly keyBroker?: string;
  /** Where to find it in evidence or in the attestation result (EAR). Paths start at the submodule `cpu0`, `gpu<n>`. */
  readonly evidence: readonly EvidencePath[];
  /** What it does not cover. */
  readonly limit: string;
}

export interface EvidencePath {
  readonly of: "SNP" | "TDX" | "GPU" | "token" | "release";
  /** Name as the policies read it, from `ear.veraison.annotated-evidence` down, or the token's or release's own key. */
  readonly path: string;
}

const snp = (path: string): EvidencePath => ({ of: "SNP", path: `snp.${path}` });
const tdx = (path: string): EvidencePath => ({ of: "TDX", path: `tdx.${path}` });
const gpu = (path: string): EvidencePath => ({ of: "GPU", path: `nvidia.${path}` });
const token = (path: string): EvidencePath => ({ of: "token", path });
const release = (path: string): EvidencePath => ({ of: "release", path });

export const claims = {
  "cpu-genuine": {
    says: "The guest runs in a TEE of a genuine AMD or Intel processor",
    measured: "the processor signs the report with a key that its maker certified",
    keyBroker: "submodule cpu0 is affirming, and its claim hardware was earned",
    evidence: [token("ear.status"), token("ear.trustworthiness-vector"), tdx("quote.header.tee_type")],
    limit: "physical attacks on a processor and its memory",
  },
  "cpu-firmware-current": {
    says: "The processor's firmware is not older than the release demands",
    measured: "the report names the version of every part of the TCB",
    keyBroker: "each part is at the release's floor, or Intel calls the platform up to date",
    evidence: [
      snp("reported_tcb_bootloader"),
      snp("reported_tcb_tee"),
      snp("reported_tcb_snp"),
      snp("reported_tcb_microcode"),
      tdx("tcb_status"),
      tdx("collateral_expiration_status"),
    ],
    limit: "defects that nobody has published yet",
  },
  "guest-booted-as-released": {
    says: "Firmware, kernel and kernel command line of the guest are those of the release",
    measured: "launch digest of SEV-SNP; MRTD, RTMR1 and RTMR2 of TDX",
    keyBroker: "each equals the value of the release's own block",
    evidence: [
      snp("measurement"),
      tdx("quote.body.mr_td"),
      tdx("quote.body.rtmr_1"),
      tdx("quote.body.rtmr_2"),
      token("ear.appraisal-policy-id"),
    ],
    limit: "who built the guest image; on TDX vCPUs and virtual devices (RTMR0); memory size",
  },
  "guest-not-debuggable": {
    says: "Nobody outside can debug or migrate the guest",
    measured: "guest policy of SEV-SNP, attributes of the TD",
    keyBroker: "debugging and migration agents are off in the report",
    evidence: [
      snp("policy_debug_allowed"),
      snp("policy_migrate_ma"),
      tdx("td_attributes.debug"),
      tdx("quote.body.td_attributes"),
      tdx("quote.body.xfam"),
    ],
    limit: "side channels",
  },
  "guest-rules-bound": {
    says: "Agent policy, image policy, and the key broker's address and CA are those of the release",
    measured: "their digest is in HOST_DATA (SEV-SNP) or MRCONFIGID (TDX)",
    keyBroker: "the digest equals the release's",
    evidence: [token("init_data")],
    limit: "what the policies themselves leave open; see a release's notMeasured",
  },
  "image-as-released": {
    says: "The image that runs is the one that the release names, unpacked inside the guest",
    measured: "agent policy and image security policy, by digest or cosign key",
    evidence: [token("init_data"), release("image")],
    limit: "what the image contains, and what its program does",
  },
  "host-kept-out": {
    says: "The host cannot run programs in the guest, read its output, mount paths into it or replace its policy",
    measured: "agent policy, default deny",
    evidence: [token("init_data"), release("agentPolicy")],
    limit: "what the program itself sends out; environment beyond the known switches",
  },
  "gpu-genuine": {
    says: "The GPUs are genuine, run firmware that NVIDIA signed, and are as many as the release names",
    measured: "each GPU signs a report over a nonce bound to the guest",
    keyBroker: "one affirming submodule for each GPU and NVSwitch, no more and no fewer, each with its own identity",
    evidence: [
      gpu("x-nvidia-overall-att-result"),
      gpu("measres"),
      gpu("ueid"),
      gpu("x-nvidia-gpu-driver-version"),
      gpu("x-nvidia-gpu-vbios-version"),
    ],
    limit: "with the local verifier: firmware measurements, production or development device",
  },
  "gpu-confidential": {
    says: "The GPUs are in confidential mode and closed to debuggers, and belong to this guest alone",
    measured: "the mode is in the report; memory and bus are encrypted",
    keyBroker: "secure boot on, debugging off",
    evidence: [gpu("secboot"), gpu("dbgstat")],
    limit: "NVLink between Hopper GPUs in ppcie mode is in the clear inside the chassis",
  },
  "keys-for-release-only": {
    says: "A key opens for the guests of one release, as a whole, while the release is valid",
    keyBroker: "one block for each release; path, measurement, init-data, GPUs and time have to fit together",
    evidence: [token("iat"), release("resources")],
    limit: "five minutes of a token's life",
  },
  "keys-never-in-clear": {
    says: "Weights, keys and secrets are in plain text inside attested guests alone",
    measured: "keys are encrypted to a key that the evidence binds",
    evidence: [release("artifact")],
    limit: "what an attested program does with them; an owner's own key store",
  },
  "key-broker-closed": {
    says: "Nobody but its owner decides whom the key broker trusts",
    evidence: [],
    limit: "whoever administers the owner's cluster; not visible in evidence",
  },
  "key-broker-reachable-by-guests": {
    says: "The key broker answers guests over authenticated TLS, and other networks not at all",
    measured: "the guest takes the key broker's CA from measured init-data",
    evidence: [token("init_data")],
    limit: "guests trust public CAs beside it; the provider can drop the traffic",
  },
  "operators-as-pinned": {
    says: "Operators, charts and host software are the versions that were read and tested together",
    evidence: [],
    limit: "outside the TCB: what they do wrong shows in measurements, or costs availability",
  },
  "host-prepared": {
    says: "Confidential pods land on hosts that can run them, and start",
    evidence: [],
    limit: "availability is the provider's to give: labels and settings are no evidence",
  },
  "cluster-closed": {
    says: "Neighbours in the cluster, and whoever has credentials to it, cannot reach into confidential pods",
    evidence: [],
    limit: "the provider, who is administrator; network policies without a plugin that enforces them",
  },
  "cloud-node-confidential": {
    says: "On a cloud, the node that kubelet and pods share is one confidential VM with its disks encrypted",
    measured: "the cloud's own attestation of the VM",
    evidence: [],
    limit: "kubelet and every pod of the node are inside the boundary; the cloud runs attestation and vault itself",
  },
  "tenant-accepted": {
    says: "A provider runs workloads that it accepted: known signers and registries, scanned, within quota and network",
    evidence: [release("image")],
    limit: "protects the provider, who enforces it himself; says nothing to a data owner",
  },
} as const satisfies Record<string, Claim>;

export type ClaimId = keyof typeof claims;
export const claimIds = Object.keys(claims) as ClaimId[];

export function claimOf(id: ClaimId): Claim {
  return claims[id];
}

/** What the key broker enforces, each with the evidence of those kinds that it reads: what a granted key has shown. */
export function enforcedClaims(kinds: readonly EvidencePath["of"][]): readonly { says: string; paths: string[] }[] {
  return claimIds
    .map(claimOf)
    .filter(({ keyBroker }) => keyBroker !== undefined)
    .map(({ says, evidence }) => ({
      says,
      paths: evidence.filter(({ of }) => kinds.includes(of)).map(({ path }) => path),
    }));
}
