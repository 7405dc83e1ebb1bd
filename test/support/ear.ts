/** Names of an attestation result's claims (AR4SI), in the order of the EAR specification. */
export type TrustClaims = Readonly<Record<string, number>>;

const tiers = ["none", "affirming", "warning", "contraindicated"] as const;
export type Status = (typeof tiers)[number];

/**
 * The status that a token gives a part, from its trust claims: the worst tier among them, as `Appraisal` of the `ear` crate
 * (src/trust/claim.rs, src/appraisal.rs) works it out.
 */
export function statusOf(claims: TrustClaims): Status {
  return tiers[Math.max(...Object.values(claims).map(tierOf))] ?? "contraindicated";
}

function tierOf(value: number): number {
  if (value >= -1 && value <= 1) return 0;
  if ((value >= 2 && value <= 31) || (value >= -32 && value <= -2)) return 1;
  if ((value >= 32 && value <= 95) || (value >= -96 && value <= -33)) return 2;
  return 3;
}

export interface Submodule {
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
  const counts = new Map<string, number>();
  const submods = parts.map(({ deviceClass, claims, trust }) => {
    const count = counts.get(deviceClass) ?? 0;
    counts.set(deviceClass, count + 1);
    return [
      `${deviceClass}${count}`,
      {
        "ear.status": statusOf(trust),
        "ear.trustworthiness-vector": trust,
        "ear.appraisal-policy-id": "default",
        "ear.veraison.annotated-evidence": claims,
      },
    ];
  });
  return {
    eat_profile: "tag:github.com,2024:confidential-containers/Trustee",
    iat,
    exp: iat + 300,
    submods: Object.fromEntries(submods) as Record<string, Submodule>,
  };
}
