import type { Release } from "../workload/release";
import type { NodeAdmission } from "./nodeAdmission";

/** Who judges evidence: Trustee's own attestation service, or Intel Trust Authority. */
export type AttestationServiceChoice =
  | { readonly kind: "coco" }
  | {
      readonly kind: "intelTrustAuthority";
      readonly baseUrl: string;
      /** Policies in Intel's portal that evidence has to match. */
      readonly policyIds: readonly string[];
      readonly allowUnmatchedPolicy: false;
    };

/**
 * Why releases cannot be held to tokens of this service, as sentences. Empty for Trustee's own.
 *
 * kbs/src/attestation/intel_trust_authority/mod.rs of v0.21.0: evidence of SGX, TDX and NVIDIA GPUs is passed on and
 * nothing else; init-data is not, nor is NVSwitch evidence, and GPUs of an architecture that Intel does not know are left
 * out without failing. Of the token, Trustee reads the guest's key (/tdx/attester_runtime_data/tee-pubkey) and hands all
 * claims to the resource policy as they are: no `submods`, no status for each device, no count.
 */
export function serviceProblems(
  service: AttestationServiceChoice,
  releases: readonly Release[],
  nodes: readonly NodeAdmission[] = [],
): string[] {
  if (service.kind === "coco") return [];
  const ofNodes = nodes.map(
    ({ name }) => `service.kind: Intel Trust Authority is not supported for nodes, and node ${name} is one; write coco`,
  );
  return ofNodes.concat(
    releases.flatMap(({ name, tee, gpu }) => [
      ...(tee === "snp"
        ? [`service.kind: Intel Trust Authority takes no SEV-SNP evidence, and release ${name} is for snp; write coco`]
        : []),
      ...(gpu.count > 0
        ? [
            `service.kind: Intel Trust Authority is not supported for releases with GPUs, because nothing that Trustee defines of its token ` +
              `holds release ${name} to ${gpu.count} ${gpu.model} one by one, so no key would be released; write coco`,
          ]
        : []),
    ]),
  );
}
