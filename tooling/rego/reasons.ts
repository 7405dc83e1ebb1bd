import type { TrustClaims } from "../../components/verdict/token/trustTiers";
import { statusOf } from "../../components/verdict/token/trustTiers";
import type { Opa } from "./opa";

/** What Trustee adds to its policy engine (ear_token/broker.rs): a value, or null where there is none. */
export const referenceValueQuery = `package policy

import rego.v1

query_reference_value(id) := object.get(data.reference_values, id, null)
`;

/** The claims that our policies give a verdict on; the others are always 0. */
const judged = ["executables", "hardware", "configuration"] as const;

/** For each claim of a part that does not affirm: the condition of the attestation policy that does not hold. */
export async function unmetConditions(
  engine: Opa,
  claims: Readonly<Record<string, unknown>>,
  trust: TrustClaims,
  data: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const bad = judged.filter((claim) => !["affirming", "none"].includes(statusOf({ claim: trust[claim] ?? 0 })));
  return Promise.all(
    bad.map(async (claim) => {
      const condition = await engine.explain(`data.policy.${claim} in {2, 3}`, claims, data);
      return `${claim} ${trust[claim]}${condition ? `: ${condition}` : ""}`;
    }),
  );
}
