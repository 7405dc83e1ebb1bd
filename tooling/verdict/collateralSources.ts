import { readFileSync } from "node:fs";
import { azureSources } from "../../components/verdict/azure/azureSources";
import type { CollateralSource } from "../../components/verdict/collateralSource";
import type { AdditionalEvidence } from "../../components/verdict/evidence/attestRequest";
import { EvidenceError } from "../../components/verdict/evidence/reader";
import { parseSnpReport } from "../../components/verdict/evidence/snpReport";
import { gpuSources } from "../../components/verdict/gpu/sources";
import { snpSources } from "../../components/verdict/snp/snpSources";
import { tdxSources } from "../../components/verdict/tdx/sources";
import { confidentialSpaceSources } from "../../components/verdict/token/examineConfidentialSpace";
import { sizeOf } from "../files";
import { printable, UserError } from "../ui";
import type { EvidenceDocument } from "./evidenceDocument";
import { mostDocumentBytes } from "./evidenceDocument";
import { isAzureDocument, readAzureDocument } from "./machine/azureDocument";
import { recordedDocument } from "./verify";

/** A document and where it lies; in the body of an answer, or, for a chain of Intel's, in a header. */
export interface Wanted extends CollateralSource {
  readonly header?: string;
}

/** What to fetch for evidence in a file: a guest's, a machine's on Azure, a token about a Confidential Space machine. */
export function recordedSources(path: string): Wanted[] {
  sizeOf(path, "evidence, or a token", mostDocumentBytes);
  const text = readFileSync(path, "utf8");
  if (isAzureDocument(text)) {
    const { evidence, devices } = readAzureDocument(path);
    return orUnclear(() => [...azureSources(evidence, devices)]);
  }
  const token = text.trim();
  if (/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}$/.test(token)) return [...confidentialSpaceSources({ token })];
  return collateralSources(recordedDocument(path));
}

/** What to fetch for evidence. UserError where it cannot be told, since the evidence cannot be read. */
export function collateralSources({ evidence }: EvidenceDocument): Wanted[] {
  const { primary_evidence: primary, additional_evidence: additional } = evidence.request["tee-evidence"];
  return orUnclear(() => {
    const cpu =
      "quote" in primary
        ? tdxSources(Buffer.from(primary.quote, "base64")).map((source) => ({ title: source.kind, ...source }))
        : snpSources(parseSnpReport(Buffer.from(primary.attestation_report, "base64")));
    const { nvidia } = JSON.parse(additional || "{}") as AdditionalEvidence;
    return [...cpu, ...gpuSources(nvidia?.device_evidence_list ?? [])];
  });
}

function orUnclear(sources: () => Wanted[]): Wanted[] {
  try {
    return sources();
  } catch (error) {
    if (error instanceof EvidenceError)
      throw new UserError(`The evidence does not say what to fetch: ${printable(error.message)}.`);
    throw error;
  }
}
