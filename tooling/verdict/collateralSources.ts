import type { CollateralSource } from "../../components/verdict/collateralSource";
import type { AdditionalEvidence } from "../../components/verdict/evidence/attestRequest";
import { EvidenceError } from "../../components/verdict/evidence/reader";
import { parseSnpReport } from "../../components/verdict/evidence/snpReport";
import { gpuSources } from "../../components/verdict/gpu/sources";
import { snpSources } from "../../components/verdict/snp/snpSources";
import { tdxSources } from "../../components/verdict/tdx/sources";
import { printable, UserError } from "../ui";
import type { EvidenceDocument } from "./evidenceDocument";

/** A document and where it lies; in the body of an answer, or, for a chain of Intel's, in a header. */
export interface Wanted extends CollateralSource {
  readonly header?: string;
}

/** What to fetch for evidence. UserError where it cannot be told, since the evidence cannot be read. */
export function collateralSources({ evidence }: EvidenceDocument): Wanted[] {
  const { primary_evidence: primary, additional_evidence: additional } = evidence.request["tee-evidence"];
  try {
    const cpu =
      "quote" in primary
        ? tdxSources(Buffer.from(primary.quote, "base64")).map((source) => ({ title: source.kind, ...source }))
        : snpSources(parseSnpReport(Buffer.from(primary.attestation_report, "base64")));
    const { nvidia } = JSON.parse(additional || "{}") as AdditionalEvidence;
    return [...cpu, ...gpuSources(nvidia?.device_evidence_list ?? [])];
  } catch (error) {
    if (error instanceof EvidenceError)
      throw new UserError(`The evidence does not say what to fetch: ${printable(error.message)}.`);
    throw error;
  }
}
