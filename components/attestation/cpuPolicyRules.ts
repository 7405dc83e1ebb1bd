import { requiredRegisters } from "./nodeAdmission";
import { isAtLeast, isAtLeastAsText, isOneOf } from "./referenceValueRego";
import { numberOfText, registersInPlace } from "./virtualTpmRego";

/**
 * What the CPU's evidence has to show: firmware, kernel and configuration that some release names. Each rule first asks
 * for its TEE's claims, so that no reference value is queried for the other's.
 */
export const cpuRules = `
# AMD SEV-SNP: launch digest, oldest firmware, and a guest policy without debug and migration.
executables := 3 if {
	input.snp
	${isOneOf("input.snp.measurement", "snp_launch_measurement")}
}

hardware := 2 if {
	input.snp
	${isAtLeast("input.snp.reported_tcb_bootloader", "snp_bootloader")}
	${isAtLeast("input.snp.reported_tcb_microcode", "snp_microcode")}
	${isAtLeast("input.snp.reported_tcb_snp", "snp_snp_svn")}
	${isAtLeast("input.snp.reported_tcb_tee", "snp_tee_svn")}
}

configuration := 2 if {
	input.snp
	input.snp.policy_debug_allowed == false
	input.snp.policy_migrate_ma == false
}

# Intel TDX: MRTD is firmware only, so kernel (RTMR1) and command line (RTMR2) count as much.
executables := 3 if {
	input.tdx
	${isOneOf("input.tdx.quote.body.rtmr_1", "rtmr_1")}
	${isOneOf("input.tdx.quote.body.rtmr_2", "rtmr_2")}
}

hardware := 2 if {
	input.tdx
	input.tdx.quote.header.tee_type == "81000000"
	input.tdx.quote.header.vendor_id == "939a7233f79c4ca9940a0db3957f0607"
	${isOneOf("input.tdx.quote.body.mr_td", "mr_td")}
	input.tdx.tcb_status == "UpToDate"
	input.tdx.collateral_expiration_status == "0"
}

configuration := 2 if {
	input.tdx
	${isOneOf("input.tdx.quote.body.xfam", "xfam")}
	input.tdx.td_attributes.debug == false
	${isOneOf("input.tdx.quote.body.td_attributes", "td_attributes")}
}

at_least(version, floors) if {
	is_number(version)
	# Where there is no such value it is null, on which regorus fails rather than say "undefined".
	is_array(floors)
	some floor in floors
	is_number(floor)
	version >= floor
}
`;

const azure = 'input["az-snp-vtpm"]';

/**
 * The same of a confidential node of Azure. Trustee's own rules take register 11 alone, which whoever boots something
 * else can fill, and look at neither debug nor migration.
 */
export const azureNodeRules = `
# AMD SEV-SNP under Microsoft's paravisor: its launch digest, and what booted above it in the virtual TPM.
executables := 3 if {
	${azure}
	${isOneOf(`${azure}.measurement`, "measurement")}
	in_place(${azure}.tpm)
	${requiredRegisters.map((register) => isOneOf(`${azure}.tpm.pcr${register}`, `snp_pcr${register}`)).join("\n\t")}
}

hardware := 2 if {
	${azure}
	${isAtLeastAsText(`${azure}.reported_tcb_bootloader`, "tcb_bootloader")}
	${isAtLeastAsText(`${azure}.reported_tcb_microcode`, "tcb_microcode")}
	${isAtLeastAsText(`${azure}.reported_tcb_snp`, "tcb_snp")}
	${isAtLeastAsText(`${azure}.reported_tcb_tee`, "tcb_tee")}
}

configuration := 2 if {
	${azure}
	${azure}.policy_debug_allowed == "false"
	${azure}.policy_migrate_ma == "false"
}
${registersInPlace}${numberOfText}`;
