import { isOneOf } from "./referenceValueRego";

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

export const gpuRules = `${remoteRules("gpu", ["driver-rim", "vbios-rim"])}
configuration := 2 if {
	input.nvidia.secboot == true
	input.nvidia.dbgstat == "disabled"
	${isOneOf('input.nvidia["x-nvidia-gpu-driver-version"]', "allowed_driver_versions")}
	${isOneOf('input.nvidia["x-nvidia-gpu-vbios-version"]', "allowed_vbios_versions")}
}
`;

export const switchRules = `${remoteRules("switch", ["bios-rim"])}
configuration := 2 if {
	input.nvidia.secboot == true
	input.nvidia.dbgstat == "disabled"
	${isOneOf('input.nvidia["x-nvidia-switch-bios-version"]', "allowed_switch_bios_versions")}
}
`;

/**
 * Trustee's own verifier: chain, signature and nonce of a Hopper report were checked before this policy runs. It says
 * nothing about the executables, since no measurement is compared with NVIDIA's reference manifests.
 */
export const localGpuRules = `
hardware := 2 if {
	input.nvidia.arch == "Hopper"
}

configuration := 2 if {
	${isOneOf("input.nvidia.config.driver_version", "allowed_driver_versions")}
	${isOneOf("input.nvidia.config.vbios_version", "allowed_vbios_versions")}
}
`;

/** Made by the attestation service itself, once eight GPUs and four switches name each other. */
export const ppcieRules = `
configuration := 2 if {
	input.nvidia.gpu_count == 8
	input.nvidia.switch_count == 4
}
`;
