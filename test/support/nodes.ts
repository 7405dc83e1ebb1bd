import type { EvidenceOptions } from "../../components/attestation/acceptedEvidence";
import type {
  AzureSnpVtpmEvidence,
  NodeAdmission,
  NodeEvidence,
  TdxNodeEvidence,
} from "../../components/attestation/nodeAdmission";
import { measurementClaim } from "../../components/attestation/nodeAdmission";
import type { Token } from "./ear";
import { tokenOf } from "./ear";
import type { Claims } from "./evidence";
import { deviceClaims, genuineTrust, samplePpid, sampleTime } from "./evidence";

const zeros = "0".repeat(64);

/** Made-up values in the shape of an AKS node's; register 11 is zeros, as it is without a unified kernel image. */
export const azureEvidence: AzureSnpVtpmEvidence = {
  kind: "azureSnpVtpm",
  measurements: ["c1".repeat(48), "c2".repeat(48)],
  pcrs: {
    "03": ["3d".repeat(32)],
    "04": ["a4".repeat(32), "b4".repeat(32)],
    "08": [zeros],
    "09": ["a9".repeat(32), "b9".repeat(32)],
    "11": [zeros],
    "12": ["ac".repeat(32)],
  },
  tcb: { bootloader: 4, microcode: 213, snp: 22, tee: 1 },
};

export const tdxEvidence: TdxNodeEvidence = {
  kind: "tdx",
  mrTd: ["d1".repeat(48)],
  rtmr0: ["d0".repeat(48)],
  rtmr1: ["e1".repeat(48), "f1".repeat(48)],
  rtmr2: ["e2".repeat(48), "f2".repeat(48)],
  xfam: ["e742060000000000"],
  attributes: ["0000001000000000"],
  mrSeam: ["5e".repeat(48)],
  mrConfigId: ["0".repeat(96)],
};

/** A kind of node with made-up values. */
export function sampleNode(changes: Partial<NodeAdmission> = {}): NodeAdmission {
  return {
    name: "aks-ncc",
    evidence: azureEvidence,
    gpu: { model: "H100", drivers: ["580.95.05"], vbios: ["96.00.9F.00.04"] },
    resources: ["acme/node-key/llama-8b", "acme/node-key/adapter"],
    validity: { notBefore: "2026-11-20T00:00:00Z", notAfter: "2027-01-20T00:00:00Z" },
    provider: "azure-west",
    simulated: true,
    ...changes,
  };
}

export function sampleTdxNode(changes: Partial<NodeAdmission> = {}): NodeAdmission {
  return sampleNode({
    name: "gke-a3",
    evidence: tdxEvidence,
    resources: ["acme/node-key/gke"],
    provider: "google-central",
    ...changes,
  });
}

/** Everything that a genuine node of the kind proves, in the shape of Trustee v0.21.0; of each list the first value. */
export function genuineNodeClaims(node: NodeAdmission, { verifier }: Pick<EvidenceOptions, "verifier">): Claims[] {
  const { drivers, vbios } = node.gpu;
  const nvidia =
    verifier === "local"
      ? {
          arch: "Hopper",
          uuid: "GPU-0",
          measurements: {},
          config: { driver_version: drivers[0], vbios_version: vbios[0] },
        }
      : {
          ...deviceClaims("gpu", ["driver-rim", "vbios-rim"], 0),
          hwmodel: "GH100 A01 GSP BROM",
          "x-nvidia-gpu-driver-version": drivers[0],
          "x-nvidia-gpu-vbios-version": vbios[0],
        };
  return [
    { deviceClass: "cpu", claims: cpuClaims(node.evidence) },
    { deviceClass: "gpu", claims: { nvidia } },
  ];
}

/** The token of a genuine node. */
export function genuineNodeToken(
  node: NodeAdmission,
  options: Pick<EvidenceOptions, "verifier">,
  iat = sampleTime,
): Token {
  const parts = genuineNodeClaims(node, options).map((part) => ({
    ...part,
    trust: genuineTrust(part.deviceClass, options.verifier),
  }));
  return tokenOf(parts, iat);
}

function cpuClaims(evidence: NodeEvidence): Claims["claims"] {
  const common = {
    init_data_claims: null,
    report_data: "5e".repeat(48),
    runtime_data_claims: { nonce: "bm9uY2U=", "tee-pubkey": { kty: "EC" } },
  };
  return evidence.kind === "azureSnpVtpm"
    ? { ...common, init_data: evidence.pcrs["08"][0], "az-snp-vtpm": azureClaims(evidence) }
    : { ...common, init_data: evidence.mrConfigId[0], tdx: tdxClaims(evidence) };
}

/** All texts, as parse_tee_evidence_az of deps/verifier/src/az_snp_vtpm/mod.rs writes them, and 24 registers. */
function azureClaims({ measurements, pcrs, tcb }: AzureSnpVtpmEvidence) {
  const accepted: Readonly<Record<string, readonly string[] | undefined>> = pcrs;
  const registers = Array.from({ length: 24 }, (_, index) => String(index).padStart(2, "0"));
  const atReset = (index: number) => (index >= 17 && index <= 22 ? "f".repeat(64) : index >= 16 ? zeros : "");
  return {
    measurement: measurementClaim(measurements[0] ?? ""),
    platform_smt_enabled: "true",
    platform_tsme_enabled: "false",
    policy_abi_major: "0",
    policy_abi_minor: "31",
    policy_debug_allowed: "false",
    policy_migrate_ma: "false",
    policy_single_socket: "false",
    policy_smt_allowed: "true",
    reported_tcb_bootloader: String(tcb.bootloader),
    reported_tcb_microcode: String(tcb.microcode),
    reported_tcb_snp: String(tcb.snp),
    reported_tcb_tee: String(tcb.tee),
    tpm: Object.fromEntries(
      registers.map((register, index) => [
        `pcr${register}`,
        accepted[register]?.[0] ?? (atReset(index) || register.repeat(32)),
      ]),
    ),
  };
}

function tdxClaims({ mrTd, rtmr0, rtmr1, rtmr2, xfam, attributes, mrConfigId, mrSeam }: TdxNodeEvidence) {
  return {
    advisory_ids: [],
    collateral_expiration_status: "0",
    platform_provider_id: samplePpid,
    quote: {
      header: { tee_type: "81000000", vendor_id: "939a7233f79c4ca9940a0db3957f0607", version: "0400" },
      body: {
        mr_config_id: mrConfigId[0],
        mr_seam: mrSeam?.[0] ?? "2f".repeat(48),
        mr_td: mrTd[0],
        rtmr_0: rtmr0?.[0] ?? "2e".repeat(48),
        rtmr_1: rtmr1[0],
        rtmr_2: rtmr2[0],
        rtmr_3: "0".repeat(96),
        seam_attributes: "0".repeat(16),
        td_attributes: attributes[0],
        xfam: xfam[0],
      },
    },
    tcb_status: "UpToDate",
    td_attributes: { debug: false, septve_disable: true },
  };
}

/** A kind of node as the configuration has it. */
export function nodeSection(): Record<string, unknown> {
  const { name, provider, evidence, gpu, resources, validity } = sampleNode();
  return structuredClone({ name, provider, evidence, gpu, keys: resources, ...validity });
}
