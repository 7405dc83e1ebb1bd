import { describe, expect, inject, it } from "vitest";
import { parseConfig } from "../../../stacks/config/load";
import type { Run } from "../../../tooling/clouds/plan";
import { OfflineStack } from "../../../tooling/clouds/plan";
import { sampleNamed, samples } from "./samples";

// Samples with something in a cluster: previewed, since nobody can reach one. What the catalog pins is made up here: its
// lock is written where registries can be reached.

async function previewed(sections: Readonly<Record<string, unknown>>): Promise<Run> {
  const { binDir, pulumiRoot } = inject("toolchain");
  const config = parseConfig(sections);
  const stack = await OfflineStack.open({ config, sections, pack: "strict", engine: { binDir, pulumiRoot } });
  try {
    expect(stack.canUp).toBe(false);
    return await stack.preview();
  } finally {
    stack.close();
  }
}

const typesOf = ({ steps }: Run) => steps.map(({ type }) => type);

describe("a cloud's nodes together with what their cluster needs", () => {
  it("are planned, charts from registries included", async () => {
    const { sections } = sampleNamed("azure-aks/infrastructure");
    const run = await previewed({ ...sections, cluster: { context: "factory" }, simulated: true });
    expect(run.says).toMatchObject({ refusals: [], violations: [] });
    expect(typesOf(run)).toEqual(
      expect.arrayContaining([
        "azure-native:containerservice:AgentPool",
        "kubernetes:helm.sh/v3:Release",
        "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
        "trustfoundry:cluster:TenantNamespace",
      ]),
    );
  });
});

const brokers = samples.filter(({ config }) => config.role === "trust");

describe.each(brokers)("$name", ({ sections }) => {
  it("is planned without the owner's secrets", async () => {
    // A made-up pin is for simulated stacks alone, and real keys are not for those.
    const declared = Object.entries(sections.attestation as object);
    const attestation = Object.fromEntries(declared.filter(([name]) => name !== "resourcesSecret"));
    const run = await previewed({ ...sections, attestation, simulated: true });
    expect(run.says).toMatchObject({ refusals: [], violations: [] });
    expect(typesOf(run)).toContain("trustfoundry:attestation:Trustee");
  });

  it("is refused for nothing but pins that are not in the catalog's lock", async () => {
    const { says } = await previewed(sections);
    for (const refusal of says.refusals) expect(refusal).toMatch(/catalog\.lock has no digest of images\//);
  });
});
