import type { ResourcePlugin } from "../images/kbsResource";
import type { EvidenceOptions } from "./acceptedEvidence";

/** What a token has to show of whomever a block is about: time, exactly its parts, and an affirming verdict on each. */
export function partsAre(entry: string): string {
  return `	in_time(${entry})
	# Neither fewer parts than the ${entry} names nor more: no GPU left out, none from elsewhere added.
	{name | some name, _ in input.submods} == {name | some name in ${entry}.submods}
	every submod in input.submods {
		submod["ear.status"] == "affirming"
		submod["ear.appraisal-policy-id"] == "default"
	}
	earned("cpu0", {"configuration", "executables", "hardware"})`;
}

/**
 * Who may ask for what: a guest of a release for the paths of that release. Trustee asks the policy about every plugin alike, by the plugin's
 * name and all of the path behind it: what is not exactly one of the paths, as `wrap-key` of the PKCS#11 plugin, is refused.
 */
export const allowedPaths = (plugin: ResourcePlugin): string => `allow if {
	data.plugin == "${plugin}"
	count(data.query) == 0
	some release in releases
	data["resource-path"] in release.paths
	guest_is(release)
}`;

/** Rules of the resource policy for guests of releases. */
export const releaseRules = (plugin: ResourcePlugin): string => `
${allowedPaths(plugin)}

guest_is(release) if {
${partsAre("release")}
	evidence("cpu0").init_data == release.init_data
	cpu_is(release.cpu)
	devices_are(release)
}
`;

export function releaseCpuRules({ chips }: Pick<EvidenceOptions, "chips">): string {
  return `
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
`;
}
