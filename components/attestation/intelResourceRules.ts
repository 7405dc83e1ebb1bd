import type { ResourcePlugin } from "../images/kbsResource";
import type { EvidenceOptions } from "./acceptedEvidence";
import { sortedIds } from "./intelTrustAuthority";
import { sortedList } from "./releaseBlock";
import { allowedPaths } from "./releasePolicyRules";

/**
 * Rules of the resource policy for tokens of Intel Trust Authority, whose claims are not those of Trustee's own tokens:
 * no submodules and no verdict of each, but what the quote and NVIDIA's service said, in `tdx` and `nvgpu`. They hold a
 * guest to its release just the same: the policies at Intel are a first filter, as Trustee's own are.
 *
 * CPU and GPUs are bound by Trustee: report data of the quote is over the session's key, nonce and the GPUs' evidence, and
 * the GPUs' nonce is over key and nonce (mod.rs of intel_trust_authority, v0.21.0).
 *
 * Claims, version 2 of the token: intel/trustauthority-kbs model/attestation_token_v2.go and its test (720b6e2, 2026);
 * claims of each GPU as NVIDIA's service names them (claims version 3.0), by names GPU-0, GPU-1, …
 */
export function intelResourceRules(
  policyIds: readonly string[],
  { gpus }: Pick<EvidenceOptions, "gpus">,
  plugin: ResourcePlugin = "resource",
): string {
  return `package policy

import rego.v1

default allow := false

${allowedPaths(plugin)}

guest_is(release) if {
	in_time(release)
	input.ver == "2.0.0"
	every id in policy_ids {
		id in policy_ids_matched
	}
	object.get(input, "policy_ids_unmatched", []) == []
	cpu_is(release)
	devices_are(release)
}

# When Intel judged the guest, in seconds since 1970.
in_time(release) if {
	is_number(input.iat)
	input.iat >= release.from
	input.iat < release.until
}

policy_ids_matched := {lower(policy.id) |
	some policy in input.policy_ids_matched
	is_string(policy.id)
}

cpu_is(release) if {
	tdx := input.tdx
	tdx.tdx_mrtd == release.cpu.mr_td
	tdx.tdx_rtmr1 == release.cpu.rtmr_1
	tdx.tdx_rtmr2 == release.cpu.rtmr_2
	tdx.tdx_mrconfigid == release.init_data
	tdx.tdx_xfam in release.cpu.xfam
	tdx.tdx_td_attributes in release.cpu.attributes
	tdx.tdx_is_debuggable == false
	tdx.attester_tcb_status == "UpToDate"
	module_is(tdx.tdx_mrseam, release.cpu.mr_seam)
}

module_is(_, accepted) if is_null(accepted)

module_is(mr_seam, accepted) if mr_seam in accepted

devices_are(release) if {
	# No evidence of switches reaches Intel.
	release.switches == 0
	input.nvgpu["x-nvidia-overall-att-result"] == true
	count(input.nvgpu.claim_details) == release.gpus
	every gpu in input.nvgpu.claim_details {
		gpu["x-nvidia-gpu-attestation-report-nonce-match"] == true
		gpu.measres == "success"
		gpu.secboot == true
		gpu.dbgstat == "disabled"
		gpu["x-nvidia-gpu-driver-version"] in release.drivers
		gpu["x-nvidia-gpu-vbios-version"] in release.vbios${gpus ? "\n\t\tgpu.ueid in known_gpus" : ""}
	}
	# As many different GPUs, not one reported many times.
	count(gpu_identities) == release.gpus
}

gpu_identities := {gpu.ueid |
	some gpu in input.nvgpu.claim_details
	is_string(gpu.ueid)
	gpu.ueid != ""
}

${list("policy_ids", sortedIds(policyIds))}${gpus ? `\n# The only GPUs that guests may have.\n${list("known_gpus", sortedList(gpus))}` : ""}`;
}

function list(name: string, values: readonly string[]): string {
  return `${name} := {\n${values.map((value) => `\t${JSON.stringify(value)},\n`).join("")}}\n`;
}
