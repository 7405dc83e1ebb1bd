import { describe, expect, it } from "vitest";
import { trusteeStores } from "../../../components/attestation/trusteeStores";
import { admit, sampleEvidence } from "../../support/evidence";
import { sampleRelease } from "../../support/release";
import { sizeProblems } from "../../../stacks/trust";

const expiry = "2028-01-01T00:00:00Z";

describe("what Trustee decides by", () => {
  it("has a file for every policy that it would otherwise write itself", () => {
    const stores = trusteeStores(admit(sampleRelease()), sampleEvidence(), expiry);
    // KBS_POLICY_ID and the four of EarAttestationTokenBroker::new, with the engine's suffix.
    expect(Object.keys(stores.resourcePolicy)).toEqual(["resource-policy.rego"]);
    expect(Object.keys(stores.attestationPolicies).sort()).toEqual([
      "default_cpu.rego",
      "default_gpu.rego",
      "default_ppcie.rego",
      "default_switch.rego",
    ]);
    expect(Object.keys(stores.referenceValues)).toContain("snp_launch_measurement");
  });

  it("has names that a ConfigMap takes", () => {
    const { resourcePolicy, attestationPolicies, referenceValues } = trusteeStores(
      admit(sampleRelease()),
      sampleEvidence(),
      expiry,
    );
    for (const name of Object.keys({ ...resourcePolicy, ...attestationPolicies, ...referenceValues }))
      expect(name).toMatch(/^[-._a-zA-Z0-9]{1,253}$/);
  });

  it("is refused where a ConfigMap would not hold it", () => {
    const releases = Array.from({ length: 850 }, (_, index) =>
      sampleRelease({
        name: `m-${index}`,
        initData: { annotation: "x", digest: (index + 1).toString(16).padStart(64, "0") },
        resources: Array.from({ length: 20 }, (_, key) => `acme-models-of-the-north/model-key/m-${index}-${key}`),
      }),
    );
    const stores = () => trusteeStores(admit(...releases), sampleEvidence(), expiry);
    expect(stores).toThrow(/spread the releases over several key brokers/);
    // The program says it as a thing to correct, before it places anything.
    expect(sizeProblems(stores)).toEqual([expect.stringMatching(/^trustfoundry:models: resource policy: \d+ lines/)]);
  });

  it("is no problem where it fits, and no other error is taken for one", () => {
    expect(sizeProblems(() => trusteeStores(admit(sampleRelease()), sampleEvidence(), expiry))).toEqual([]);
    expect(() =>
      sizeProblems(() => {
        throw new Error("another one");
      }),
    ).toThrow("another one");
  });
});
