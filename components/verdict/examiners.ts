import type { Examination } from "./finding";
import { Findings } from "./finding";
import { examineGpus } from "./gpu/examineGpus";
import type { Examiners } from "./judge";
import { examineSnp } from "./snp/examineSnp";
import { examineTdx } from "./tdx/examineTdx";

/** The checks that verdicts are made of. */
export const examiners: Examiners = {
  cpu: ({ request }, context) => {
    const primary = request["tee-evidence"].primary_evidence;
    if ("quote" in primary) return examineTdx({ quote: Buffer.from(primary.quote, "base64") }, context);
    if ("attestation_report" in primary)
      return examineSnp(
        { report: Buffer.from(primary.attestation_report, "base64"), certificates: primary.cert_chain },
        context,
      );
    return unreadable();
  },
  devices: examineGpus,
};

function unreadable(): Examination {
  const found = new Findings("cpu0");
  found.failed("cpu-readable", "cpu-genuine", "the evidence is of no TEE that is known here");
  return { findings: found.all, collateral: [] };
}
