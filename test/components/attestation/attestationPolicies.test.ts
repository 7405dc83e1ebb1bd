import { describe, expect, it } from "vitest";
import { attestationPolicies } from "../../../components/attestation/attestationPolicies";

// What the policies make of evidence is tested by OPA, under test/acceptance.
describe("attestation policies", () => {
  const policies = attestationPolicies("remote");

  it("replace all four that Trustee would install of its own", () => {
    expect(Object.keys(policies).sort()).toEqual(["default_cpu", "default_gpu", "default_ppcie", "default_switch"]);
    for (const rego of Object.values(policies)) {
      expect(rego).toMatch(/^package policy$/m);
      expect(rego).toMatch(/^trust_claims := \{$/m);
    }
  });

  it("know no sample attester, and no reference data that Trustee does not pass", () => {
    for (const rego of [...Object.values(policies), ...Object.values(attestationPolicies("local"))])
      expect(rego).not.toMatch(/sample|data\.reference/);
  });

  it("differ by verifier for GPUs only", () => {
    const local = attestationPolicies("local");
    expect(local.default_gpu).not.toBe(policies.default_gpu);
    expect({ ...local, default_gpu: "" }).toEqual({ ...policies, default_gpu: "" });
  });
});
