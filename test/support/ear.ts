import type { Status, TrustClaims } from "../../components/verdict/token/trustTiers";
import { statusOf } from "../../components/verdict/token/trustTiers";
import { partNames, tokenClaims } from "../../tooling/attestation/ear";

interface Submodule {
  readonly "ear.status": Status;
  readonly "ear.trustworthiness-vector": TrustClaims;
  /** Trustee's key broker asks for policies called default, and gets them by class: default_cpu, default_gpu, … */
  readonly "ear.appraisal-policy-id": string;
  readonly "ear.veraison.annotated-evidence": Readonly<Record<string, unknown>>;
}

/** The claims of an attestation token, as far as a resource policy can see them. */
export interface Token {
  readonly eat_profile: string;
  /** When the attestation service signed it, and until when it holds: seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
  readonly submods: Readonly<Record<string, Submodule>>;
}

/** Puts appraised parts together as the attestation service does: a class's name and a number (ear_token/broker.rs). */
export function tokenOf(
  parts: readonly {
    readonly deviceClass: string;
    readonly claims: Readonly<Record<string, unknown>>;
    readonly trust: TrustClaims;
  }[],
  iat: number,
): Token {
  const names = partNames(parts);
  const appraised = parts.map((part, index) => ({ ...part, name: names[index]!, status: statusOf(part.trust) }));
  return { ...tokenClaims(appraised), iat, exp: iat + 300 } as Token;
}
