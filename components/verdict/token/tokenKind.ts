import { isObject } from "./strictJson";
import type { JsonObject } from "./strictJson";

export const confidentialSpaceIssuer = "https://confidentialcomputing.googleapis.com";

/**
 * What a token is by its own, still unverified, word: so that a reader who gives the wrong one is told which it is. Names of
 * issuers: intel/trustauthority-kbs (model/attestation_token_v2.go), Google Cloud "Confidential Space token claims", Microsoft
 * Learn "Azure Attestation claim sets", NVIDIA "Attestation service, token format".
 */
export function foreignKind({ iss, tdx, policy_ids_matched: matched, ...claims }: JsonObject): string | undefined {
  const issuer = typeof iss === "string" ? iss : "";
  if (/intel/i.test(issuer) || matched !== undefined || (isObject(tdx) && "tdx_mrtd" in tdx))
    return "a token of Intel Trust Authority: it has no submodules with statuses, and Intel's own keys and policies stand behind it; Trustfoundry reads none of those, so give the raw evidence";
  if (issuer === confidentialSpaceIssuer || claims.swname !== undefined)
    return "a token of Google's about a Confidential Space machine, whose checks are others";
  if (/\.attest\.azure\.(net|us|cn)$/.test(issuer) || claims["x-ms-attestation-type"] !== undefined)
    return "a token of Microsoft Azure Attestation: Microsoft's word about its own machines; Trustfoundry does not read it, so give the raw evidence";
  if (/nvidia/i.test(issuer) || issuer === "NRAS" || claims["x-nvidia-overall-att-result"] !== undefined)
    return "a token of NVIDIA's attestation service about GPUs alone; give it beside the raw evidence";
  return undefined;
}
