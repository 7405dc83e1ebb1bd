/**
 * Rego about the quote of Azure's virtual TPM. Trustee v0.21.0 (deps/verifier/src/az_snp_vtpm/mod.rs) calls the quoted
 * registers pcr00, pcr01, … by their order in the evidence and compares them with the digest in the quote, but never with
 * the quote's selection, which root of the machine chooses: a quote of others stands under the same names. So all 24 have
 * to be there, 16 as the firmware left it and 17 to 22 as they are reset (all ones), in their places. Fewer registers of
 * the SHA-256 bank do not pass for all; several banks, or one named twice, may be made to fit. docs/trust.md says so.
 */
export const registersInPlace = `
# The registers are what they are called: all of them, and those that nothing extends where they belong.
in_place(tpm) if {
	count(tpm) == 24
	tpm.pcr16 == "${"0".repeat(64)}"
	every register in {"pcr17", "pcr18", "pcr19", "pcr20", "pcr21", "pcr22"} {
		tpm[register] == "${"f".repeat(64)}"
	}
}
`;

/**
 * Numbers of Azure's evidence are texts (parse_tee_evidence_az), and to Rego every text is more than any number: a text of
 * digits is made a number first, and anything else is none.
 */
export const numberOfText = `
number_of(text) := to_number(text) if {
	is_string(text)
	regex.match("^[0-9]{1,3}$", text)
}
`;
