import { beforeEach, describe, expect, it } from "vitest";
import { AdmissionPolicies } from "../../../components/cluster/admissionPolicies";
import { settled, valueOf } from "../../support/mocks";
import type { Recording } from "../../support/registrations";
import { childrenOf, named, recordRegistrations } from "../../support/registrations";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations();
});

const policy = (rule: string, tenants: readonly string[]) => ({
  rule,
  policy: { metadata: { name: `trustfoundry-${rule}` }, spec: { validations: [{ expression: "false" }] } },
  bindings: tenants.map((tenant) => ({
    metadata: { name: `trustfoundry-${rule}-${tenant}` },
    spec: { policyName: `trustfoundry-${rule}`, validationActions: ["Deny"] },
  })),
});

describe("AdmissionPolicies", () => {
  it("places each policy with its bindings, side by side", async () => {
    const policies = [policy("a", ["acme", "globex"]), policy("b", ["acme"])];
    const admission = new AdmissionPolicies("admission", { policies });
    expect(await valueOf(admission.policyNames)).toEqual(["trustfoundry-a", "trustfoundry-b"]);
    await settled();
    const children = childrenOf(recording, "admission");
    expect(children.map(({ name }) => name).sort()).toEqual([
      "admission-a",
      "admission-b",
      "admission-trustfoundry-a-acme",
      "admission-trustfoundry-a-globex",
      "admission-trustfoundry-b-acme",
    ]);
    expect(named(recording, "admission-trustfoundry-a-acme")).toMatchObject({
      type: "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
      inputs: policies[0]?.bindings[0],
      // Dozens of objects: none waits for another.
      dependencies: [],
    });
    expect(named(recording, "admission-a")).toMatchObject({
      type: "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
      inputs: policies[0]?.policy,
      dependencies: [],
    });
    expect(recording.finished).toContain(named(recording, "admission").urn);
  });

  it("places nothing where there is nothing to enforce", async () => {
    const admission = new AdmissionPolicies("admission", { policies: [] });
    expect(await valueOf(admission.policyNames)).toEqual([]);
    await settled();
    expect(childrenOf(recording, "admission")).toEqual([]);
  });
});
