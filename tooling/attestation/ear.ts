import type { Status, TrustClaims } from "../../components/verdict/token/trustTiers";
import type { VerifiedPart } from "./verification";

/** A part of a guest with what the attestation service made of it. */
export interface Appraisal extends VerifiedPart {
  /** Class and number: `gpu1` is the second GPU. */
  readonly name: string;
  readonly trust: TrustClaims;
  readonly status: Status;
  /** For each claim that does not affirm, the condition that failed. */
  readonly reasons: readonly string[];
}

/** Names of parts as the attestation service counts them (ear_token/broker.rs). */
export function partNames(parts: readonly { readonly deviceClass: string }[]): string[] {
  const counts = new Map<string, number>();
  return parts.map(({ deviceClass }) => {
    const count = counts.get(deviceClass) ?? 0;
    counts.set(deviceClass, count + 1);
    return `${deviceClass}${count}`;
  });
}

/** What of an appraised part a token says. */
export type AppraisedPart = Pick<Appraisal, "name" | "claims" | "trust" | "status">;

/** Claims of the attestation token, without its times: EAR, as `ear_token/broker.rs` of Trustee v0.21.0 fills it. */
export function tokenClaims(appraisals: readonly AppraisedPart[]) {
  return {
    eat_profile: "tag:github.com,2024:confidential-containers/Trustee",
    "ear.verifier-id": {
      developer: "https://confidentialcontainers.org",
      build: "SIMULATED by a Trustfoundry rehearsal",
    },
    submods: Object.fromEntries(
      appraisals.map(({ name, trust, status, claims }) => [
        name,
        {
          "ear.status": status,
          "ear.trustworthiness-vector": trust,
          // Trustee asks for policies called default, and gets them by class: default_cpu, default_gpu, …
          "ear.appraisal-policy-id": "default",
          "ear.veraison.annotated-evidence": claims,
        },
      ]),
    ),
  };
}
