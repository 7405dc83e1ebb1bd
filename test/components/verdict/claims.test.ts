import { describe, expect, it } from "vitest";
import { cpuRules } from "../../../components/attestation/cpuPolicyRules";
import { resourcePolicyRules } from "../../../components/attestation/resourcePolicyRules";
import type { EvidencePath } from "../../../components/verdict/claims";
import { claimIds, claimOf } from "../../../components/verdict/claims";
import { releaseSchema } from "../../../components/workload/release/schema";
import { rules } from "../../../policies/rules";

const rego = `${resourcePolicyRules({ verifier: "remote" }, { releases: true, nodes: { azureSnpVtpm: false, tdx: false } })}\n${cpuRules}`;
const evidence = claimIds.flatMap((id) => claimOf(id).evidence.map((path) => ({ id, path })));

/** Whether a policy that really runs reads this, by the name that stands in the matrix. */
function isRead({ of, path }: EvidencePath): boolean {
  if (of === "release") return Object.hasOwn(releaseSchema.shape, path);
  const name = of === "SNP" || of === "TDX" ? path : path.replace(/^nvidia\./, "");
  return rego.includes(name);
}

describe("claims", () => {
  it.each(evidence)("$id: $path.of $path.path is read by the policies, or is part of a release", ({ path }) => {
    expect(isRead(path)).toBe(true);
  });

  it("that the key broker enforces say by which evidence, and by which rules a mistake is refused", () => {
    for (const id of claimIds) {
      const { keyBroker, evidence } = claimOf(id);
      if (keyBroker !== undefined) expect(evidence.length, id).toBeGreaterThan(0);
      expect(rules.filter(({ claims }) => claims.includes(id)).length, id).toBeGreaterThan(0);
    }
  });

  it("say what they do not cover, in a form of their own", () => {
    const said = claimIds.map((id) => claimOf(id).says);
    expect(new Set(said).size).toBe(said.length);
    for (const id of claimIds) {
      expect(claimOf(id).says, id).toMatch(/^[A-Z].*[^.]$/);
      expect(claimOf(id).limit, id).not.toBe("");
    }
  });
});
