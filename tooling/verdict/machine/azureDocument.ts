import { readFileSync } from "node:fs";
import { z } from "zod";
import { parseAzureEvidence } from "../../../components/verdict/azure/azureEvidence";
import type { AzureMachine } from "../../../components/verdict/azure/judgeAzure";
import type { AdditionalEvidence } from "../../../components/verdict/evidence/attestRequest";
import { EvidenceError } from "../../../components/verdict/evidence/reader";
import { sizeOf } from "../../files";
import { printable, UserError } from "../../ui";
import { checkDevices, checked, mostDocumentBytes, parseJson, runtimeSchema } from "../evidenceDocument";

/** The message that a key broker is sent, and which TEE it is of by the broker's names (kbs-types `Tee`). */
const documentSchema = z.strictObject({
  tee: z.enum(["az-snp-vtpm", "az-tdx-vtpm"], "is neither az-snp-vtpm nor az-tdx-vtpm"),
  "init-data": z.unknown().optional(),
  "runtime-data": runtimeSchema,
  "tee-evidence": z.strictObject({ primary_evidence: z.unknown(), additional_evidence: z.string() }),
  nrasToken: z
    .string()
    .max(1024 * 1024)
    .optional(),
});

const what = "Azure's evidence document";

/** Whether a document is of a machine on Azure, by its form; any other may be a guest's of a release. */
export function isAzureDocument(text: string): boolean {
  try {
    const content = JSON.parse(text) as { hcl_report?: unknown; tee?: unknown } | null;
    return content?.hcl_report !== undefined || String(content?.tee).startsWith("az-");
  } catch {
    return false;
  }
}

/**
 * Reads evidence of a machine on Azure: the whole message, in which nonce, key and GPUs are bound to each other, or what the
 * attester answers with by itself (`GET /aa/evidence`). EvidenceError for anything else.
 */
export function parseAzureDocument(text: string): AzureMachine {
  const content = parseJson(text, what);
  if (typeof content === "object" && content !== null && "hcl_report" in content)
    return { evidence: parseAzureEvidence(content), devices: [] };
  const { nrasToken, ...document } = checked(documentSchema, content, what);
  const { primary_evidence: primary, additional_evidence: additional } = document["tee-evidence"];
  checkDevices(additional);
  const { nvidia } = JSON.parse(additional || "{}") as AdditionalEvidence;
  return {
    evidence: parseAzureEvidence(primary),
    bound: { runtime: document["runtime-data"], additional },
    devices: nvidia?.device_evidence_list ?? [],
    ...(nrasToken !== undefined && { nrasToken }),
  };
}

/** Recorded evidence in a file; UserError where it is none. */
export function readAzureDocument(path: string): AzureMachine {
  sizeOf(path, "evidence of a machine on Azure", mostDocumentBytes);
  try {
    return parseAzureDocument(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof EvidenceError)
      throw new UserError(
        `${path} is no evidence of a machine on Azure: ${printable(error.message)}.`,
        "Evidence of a release's guest is for `trustfoundry verify`, a token of Google's for `verify-confidential-space`.",
      );
    throw error;
  }
}
