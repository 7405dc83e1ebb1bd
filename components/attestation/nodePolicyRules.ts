import type { ResourcePlugin } from "../images/kbsResource";
import type { EvidenceOptions } from "./acceptedEvidence";
import type { NodeKinds } from "./nodeAdmission";
import { partsAre } from "./releasePolicyRules";
import { numberOfText, registersInPlace } from "./virtualTpmRego";

/**
 * Rules of the resource policy for confidential nodes of clouds. They share nothing with the releases' but what both ask
 * of any token; the evidence's kind, init-data and measurements tell the two apart. There is no init-data of a node: what
 * stands in its place (register 08 on Azure, MRCONFIGID on TDX) is one of the values that the owner accepts.
 */
export function nodeRules(
  { azureSnpVtpm, tdx }: NodeKinds,
  { chips }: Pick<EvidenceOptions, "chips">,
  plugin: ResourcePlugin,
): string {
  return `
allow if {
	data.plugin == "${plugin}"
	count(data.query) == 0
	some node in nodes
	data["resource-path"] in node.paths
	node_is(node)
}

# A confidential node of a cloud: kubelet, its pods and whoever commands its cluster are inside.
node_is(node) if {
${partsAre("node")}
	evidence("cpu0").init_data in node.init_data
	node_cpu_is(node.cpu)
	devices_are(node)
}
${azureSnpVtpm ? azureCpu : ""}${tdx ? tdxCpu(chips !== undefined) : ""}`;
}

const azureCpu = `
# AMD SEV-SNP under Microsoft's paravisor; all claims of this verifier are texts.
node_cpu_is(cpu) if {
	cpu.tee == "az-snp-vtpm"
	snp := evidence("cpu0")["az-snp-vtpm"]
	snp.measurement in cpu.measurements
	snp.policy_debug_allowed == "false"
	snp.policy_migrate_ma == "false"
	at_least(number_of(snp.reported_tcb_bootloader), cpu.floor.bootloader)
	at_least(number_of(snp.reported_tcb_tee), cpu.floor.tee)
	at_least(number_of(snp.reported_tcb_snp), cpu.floor.snp)
	at_least(number_of(snp.reported_tcb_microcode), cpu.floor.microcode)
	in_place(snp.tpm)
	every register, accepted in cpu.pcrs {
		snp.tpm[register] in accepted
	}
}
${registersInPlace}${numberOfText}`;

function tdxCpu(chips: boolean): string {
  return `
node_cpu_is(cpu) if {
	cpu.tee == "tdx"
	tdx := evidence("cpu0").tdx
	tdx.quote.header.tee_type == "81000000"
	tdx.quote.body.mr_td in cpu.mr_td
	tdx.quote.body.rtmr_1 in cpu.rtmr_1
	tdx.quote.body.rtmr_2 in cpu.rtmr_2
	every register, accepted in cpu.others {
		tdx.quote.body[register] in accepted
	}
	tdx.quote.body.xfam in cpu.xfam
	tdx.quote.body.td_attributes in cpu.attributes
	tdx.td_attributes.debug == false
	tdx.tcb_status == "UpToDate"
	tdx.collateral_expiration_status == "0"
	module_is(tdx.quote.body.mr_seam, cpu.mr_seam)${chips ? "\n\ttdx.platform_provider_id in chips" : ""}
}
`;
}
