import type { AcceptedEvidence } from "./acceptedEvidence";

/**
 * What the attestation service makes of evidence, in AR4SI terms: Rego for its four device classes, stricter than the
 * ones it comes with. No rule names a sample attester, debug guests never affirm, and a configuration whose parts were
 * not all compared is not "no known vulnerabilities" but unknown. Verdicts: 2 and 3 affirm, 33 and 36 warn, 97
 * contraindicates, 0 says nothing.
 *
 * Claims: attestation-service/docs/tcb_claims.md and deps/verifier of Trustee v0.21.0; GPU claims as NVIDIA's
 * attestation service names them (claims version 3.0).
 */
export type PolicyClass = "default_cpu" | "default_gpu" | "default_switch" | "default_ppcie";

export function attestationPolicies(verifier: AcceptedEvidence["nvidiaVerifier"]): Record<PolicyClass, string> {
  return {
    default_cpu: policy(cpuRules),
    default_gpu: policy(
      verifier === "remote" ? gpuRules : localGpuRules,
      verifier === "remote" ? undefined : { executables: 0 },
    ),
    default_switch: policy(switchRules),
    default_ppcie: policy(ppcieRules, { executables: 0, hardware: 0 }),
  };
}

interface Defaults {
  readonly executables?: number;
  readonly hardware?: number;
}

/** Frame of every policy: a verdict for each claim, "unrecognised" until a rule says better. */
function policy(rules: string, { executables = 33, hardware = 97 }: Defaults = {}): string {
  return `package policy

import rego.v1

default executables := ${executables}

default hardware := ${hardware}

default configuration := 36

trust_claims := {
	"configuration": configuration,
	"executables": executables,
	"file-system": 0,
	"hardware": hardware,
	"instance-identity": 0,
	"runtime-opaque": 0,
	"sourced-data": 0,
	"storage-opaque": 0,
}
${rules}`;
}

const cpuRules = `
# AMD SEV-SNP: launch digest, firmware, and a guest policy without debug and migration.
executables := 3 if {
	input.snp.measurement in query_reference_value("snp_launch_measurement")
}

hardware := 2 if {
	input.snp.reported_tcb_bootloader in query_reference_value("snp_bootloader")
	input.snp.reported_tcb_microcode in query_reference_value("snp_microcode")
	input.snp.reported_tcb_snp in query_reference_value("snp_snp_svn")
	input.snp.reported_tcb_tee in query_reference_value("snp_tee_svn")
}

configuration := 2 if {
	input.snp.policy_debug_allowed == false
	input.snp.policy_migrate_ma == false
}

# Intel TDX: MRTD is firmware only, so kernel (RTMR1) and command line (RTMR2) count as much.
executables := 3 if {
	input.tdx.quote.body.rtmr_1 in query_reference_value("rtmr_1")
	input.tdx.quote.body.rtmr_2 in query_reference_value("rtmr_2")
}

hardware := 2 if {
	input.tdx.quote.header.tee_type == "81000000"
	input.tdx.quote.header.vendor_id == "939a7233f79c4ca9940a0db3957f0607"
	input.tdx.quote.body.mr_td in query_reference_value("mr_td")
	input.tdx.tcb_status == "UpToDate"
	input.tdx.collateral_expiration_status == "0"
}

configuration := 2 if {
	input.tdx.td_attributes.debug == false
	input.tdx.quote.body.xfam in query_reference_value("xfam")
}
`;

/** Firmware judged by NVIDIA's attestation service against its reference manifests. */
function remoteRules(device: "gpu" | "switch", rims: readonly string[]): string {
  const prefix = `x-nvidia-${device}`;
  const report = `${prefix}-attestation-report`;
  return `
hardware := 2 if {
	good_chain("${report}-cert-chain")
	input.nvidia["${report}-cert-chain-fwid-match"] == true
	input.nvidia["${report}-parsed"] == true
	input.nvidia["${report}-signature-verified"] == true
	input.nvidia["${report}-nonce-match"] == true
	input.nvidia["${prefix}-arch-check"] == true
}

executables := 3 if {
${rims
  .map((rim) => {
    const name = `${prefix}-${rim}`;
    return `	good_chain("${name}-cert-chain")
	input.nvidia["${name}-fetched"] == true
	input.nvidia["${name}-measurements-available"] == true
	input.nvidia["${name}-schema-validated"] == true
	input.nvidia["${name}-signature-verified"] == true
	input.nvidia["${name}-version-match"] == true
`;
  })
  .join("")}	input.nvidia.measres == "success"
}

good_chain(name) if {
	input.nvidia[name]["x-nvidia-cert-ocsp-status"] == "good"
	input.nvidia[name]["x-nvidia-cert-status"] == "valid"
}
`;
}

const gpuRules = `${remoteRules("gpu", ["driver-rim", "vbios-rim"])}
configuration := 2 if {
	input.nvidia.secboot == true
	input.nvidia.dbgstat == "disabled"
	input.nvidia["x-nvidia-gpu-driver-version"] in query_reference_value("allowed_driver_versions")
	input.nvidia["x-nvidia-gpu-vbios-version"] in query_reference_value("allowed_vbios_versions")
}
`;

const switchRules = `${remoteRules("switch", ["bios-rim"])}
configuration := 2 if {
	input.nvidia.secboot == true
	input.nvidia.dbgstat == "disabled"
	input.nvidia["x-nvidia-switch-bios-version"] in query_reference_value("allowed_switch_bios_versions")
}
`;

/**
 * Trustee's own verifier: chain, signature and nonce of a Hopper report were checked before this policy runs. It says
 * nothing about the executables, since no measurement is compared with NVIDIA's reference manifests.
 */
const localGpuRules = `
hardware := 2 if {
	input.nvidia.arch == "Hopper"
}

configuration := 2 if {
	input.nvidia.config.driver_version in query_reference_value("allowed_driver_versions")
	input.nvidia.config.vbios_version in query_reference_value("allowed_vbios_versions")
}
`;

/** Made by the attestation service itself, once eight GPUs and four switches name each other. */
const ppcieRules = `
configuration := 2 if {
	input.nvidia.gpu_count == 8
	input.nvidia.switch_count == 4
}
`;
