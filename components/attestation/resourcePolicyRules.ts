import type { EvidenceOptions } from "./acceptedEvidence";
import { sortedList } from "./releaseBlock";

/**
 * The rules of the resource policy; the releases' blocks are appended by `resourcePolicy`. Written for two engines, OPA
 * and regorus. Types are checked before an order is asked for, since to Rego every text is more than any number.
 *
 * Claims: attestation-service/docs/tcb_claims.md and deps/verifier of Trustee v0.21.0; GPU claims as NVIDIA's
 * attestation service names them (claims version 3.0).
 */
export function resourcePolicyRules({ verifier, chips, gpus }: EvidenceOptions): string {
  return `package policy

import rego.v1

default allow := false

allow if {
	data.plugin == "resource"
	count(data.query) == 0
	some release in releases
	data["resource-path"] in release.paths
	guest_is(release)
}

guest_is(release) if {
	in_time(release)
	# Neither fewer parts than the release names nor more: no GPU left out, none from elsewhere added.
	{name | some name, _ in input.submods} == {name | some name in release.submods}
	every submod in input.submods {
		submod["ear.status"] == "affirming"
		submod["ear.appraisal-policy-id"] == "default"
	}
	earned("cpu0", {"configuration", "executables", "hardware"})
	evidence("cpu0").init_data == release.init_data
	cpu_is(release.cpu)
	devices_are(release)
}

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

cpu_is(cpu) if {
	cpu.tee == "snp"
	snp := evidence("cpu0").snp
	snp.measurement == cpu.measurement
	snp.policy_debug_allowed == false
	snp.policy_migrate_ma == false
	at_least(snp.reported_tcb_bootloader, cpu.floor.bootloader)
	at_least(snp.reported_tcb_tee, cpu.floor.tee)
	at_least(snp.reported_tcb_snp, cpu.floor.snp)
	at_least(snp.reported_tcb_microcode, cpu.floor.microcode)
}

at_least(version, floor) if {
	is_number(version)
	version >= floor
}

cpu_is(cpu) if {
	cpu.tee == "tdx"
	tdx := evidence("cpu0").tdx
	tdx.quote.header.tee_type == "81000000"
	tdx.quote.body.mr_td == cpu.mr_td
	tdx.quote.body.rtmr_1 == cpu.rtmr_1
	tdx.quote.body.rtmr_2 == cpu.rtmr_2
	tdx.quote.body.xfam in cpu.xfam
	tdx.quote.body.td_attributes in cpu.attributes
	tdx.td_attributes.debug == false
	tdx.tcb_status == "UpToDate"
	tdx.collateral_expiration_status == "0"
	module_is(tdx.quote.body.mr_seam, cpu.mr_seam)${chips ? "\n\ttdx.platform_provider_id in chips" : ""}
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
