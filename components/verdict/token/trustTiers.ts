/*
 * Statuses of an attestation result (EAR), by the `ear` crate that Trustee signs with: veraison/rust-ear, src/trust/tier.rs,
 * claim.rs and appraisal.rs; names of claims: src/trust/vector.rs.
 */

/** Names of an attestation result's claims (AR4SI) with their values. */
export type TrustClaims = Readonly<Record<string, number>>;

/** From best to worst; `none`: nothing was claimed, which is no praise. */
const tiers = ["none", "affirming", "warning", "contraindicated"] as const;
export type Status = (typeof tiers)[number];

export const trustClaimNames = [
  "instance-identity",
  "configuration",
  "executables",
  "file-system",
  "hardware",
  "runtime-opaque",
  "storage-opaque",
  "sourced-data",
] as const;

/** The worst tier among trust claims, as `Appraisal` of the `ear` crate works it out. */
export function statusOf(claims: TrustClaims): Status {
  return tiers[Math.max(...Object.values(claims).map(tierOf))] ?? "contraindicated";
}

export function isStatus(value: unknown): value is Status {
  return (tiers as readonly unknown[]).includes(value);
}

/** Whether the one says more good than the other. */
export function isBetter(status: Status, than: Status): boolean {
  return tiers.indexOf(status) < tiers.indexOf(than);
}

/**
 * What is wrong with a vector, as the rest of a sentence: values are signed bytes of known claims. 1 (unexpected evidence)
 * and -1 (the verifier broke down) belong to no tier, so that a status does not show them.
 */
export function vectorProblem(vector: unknown): string | undefined {
  if (typeof vector !== "object" || vector === null || Array.isArray(vector)) return "is none";
  const entries = Object.entries(vector);
  if (entries.length === 0) return "claims nothing";
  for (const [name, value] of entries as [string, unknown][]) {
    if (!(trustClaimNames as readonly string[]).includes(name)) return "has a claim that no vector has";
    if (typeof value !== "number" || !Number.isInteger(value) || value < -128 || value > 127)
      return `has a value for ${name} that is no signed byte`;
    if (value === 1 || value === -1)
      return `says of ${name} that ${value === 1 ? "the evidence was unexpected" : "the verifier broke down"} (${value})`;
  }
  return undefined;
}

function tierOf(value: number): number {
  if (value >= -1 && value <= 1) return 0;
  if ((value >= 2 && value <= 31) || (value >= -32 && value <= -2)) return 1;
  if ((value >= 32 && value <= 95) || (value >= -96 && value <= -33)) return 2;
  return 3;
}
