import type { ResourcePlugin } from "../images/kbsResource";
import type { EvidenceOptions } from "./acceptedEvidence";
import type { NodeKinds } from "./nodeAdmission";
import { nodeRules } from "./nodePolicyRules";
import { sortedList } from "./releaseBlock";
import { releaseCpuRules, releaseRules } from "./releasePolicyRules";

/** Whose blocks there are: rules for others are left out. */
export interface PolicySubjects {
  readonly releases: boolean;
  readonly nodes: NodeKinds;
}

/**
 * The rules of the resource policy; the blocks of releases and nodes are appended by `resourcePolicy`. Written for two
 * engines, OPA and regorus. Types are checked before an order is asked for, since to Rego every text is more than any
 * number.
 *
 * Claims: attestation-service/docs/tcb_claims.md and deps/verifier of Trustee v0.21.0; GPU claims as NVIDIA's
 * attestation service names them (claims version 3.0).
 */
export function resourcePolicyRules(
  options: EvidenceOptions,
  { releases, nodes }: PolicySubjects,
  plugin: ResourcePlugin = "resource",
): string {
  const { verifier, chips, gpus } = options;
  return `package policy

import rego.v1

default allow := false
${releases ? releaseRules(plugin) : ""}${nodes.azureSnpVtpm || nodes.tdx ? nodeRules(nodes, options, plugin) : ""}
# When the attestation service judged the guest, in seconds since 1970.
in_time(release) if {
	is_number(input.iat)
	input.iat >= release.from
	input.iat < release.until
}

# "Affirming" also says who has nothing to say of a claim; these must have been looked at.
earned(name, claims) if {
	vector := input.submods[name]["ear.trustworthiness-vector"]
	every claim in claims {
		vector[claim] in {2, 3}
	}
}

evidence(name) := input.submods[name]["ear.veraison.annotated-evidence"]
${releases ? releaseCpuRules(options) : ""}
at_least(version, floor) if {
	is_number(version)
	version >= floor
}

module_is(_, accepted) if is_null(accepted)

module_is(mr_seam, accepted) if mr_seam in accepted
${chips ? `\n# The only CPUs that guests may run on.\n${list("chips", chips)}` : ""}
${verifier === "remote" ? remoteDevices(gpus) : localDevices}`;
}

function list(name: string, values: readonly string[]): string {
  const lines = sortedList(values).map((value) => `\t${JSON.stringify(value)},\n`);
  return `${name} := {\n${lines.join("")}}\n`;
}

function remoteDevices(gpus: EvidenceOptions["gpus"]): string {
  return `devices_are(release) if {
	every name in names("gpu") {
		earned(name, {"configuration", "executables", "hardware"})
		gpu := evidence(name).nvidia
		verified(gpu)
		gpu["x-nvidia-gpu-driver-version"] in release.drivers
		gpu["x-nvidia-gpu-vbios-version"] in release.vbios${gpus ? "\n\t\tgpu.ueid in known_gpus" : ""}
	}
	every name in names("switch") {
		earned(name, {"configuration", "executables", "hardware"})
		nvswitch := evidence(name).nvidia
		verified(nvswitch)
		nvswitch["x-nvidia-switch-bios-version"] in release.switch_bios
	}
	# As many different devices, not one reported many times.
	count(identities("gpu")) == release.gpus
	count(identities("switch")) == release.switches
}

names(kind) := {name | some name, _ in input.submods; startswith(name, kind)}

identities(kind) := {ueid |
	some name in names(kind)
	ueid := evidence(name).nvidia.ueid
	is_string(ueid)
	ueid != ""
}

verified(device) if {
	device["x-nvidia-overall-att-result"] == true
	device.measres == "success"
	device.secboot == true
	device.dbgstat == "disabled"
}
${gpus ? `\n# The only GPUs that guests may have.\n${list("known_gpus", gpus)}` : ""}`;
}

const localDevices = `# Trustee's own verifier: one Hopper GPU, whose claims carry neither debug state nor measurement results.
devices_are(release) if {
	release.gpus == 1
	release.switches == 0
	earned("gpu0", {"configuration", "hardware"})
	gpu := evidence("gpu0").nvidia
	gpu.arch == "Hopper"
	gpu.config.driver_version in release.drivers
	gpu.config.vbios_version in release.vbios
}
`;
