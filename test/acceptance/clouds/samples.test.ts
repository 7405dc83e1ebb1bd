import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Run } from "../../../tooling/clouds/plan";
import { OfflineStack } from "../../../tooling/clouds/plan";
import { Graph } from "./graph";
import type { Resource } from "./graph";
import { azureOrder, gcpOrder } from "./order";
import { cloudOf, samples } from "./samples";

// Every stack of the samples, by the real engine and its own program; the clouds alone are stood in for, SIMULATED.

const ofClouds = samples.filter(({ config }) => cloudOf(config) !== undefined);

it("are found, each of them", () => {
  expect(samples.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "azure-aks/infrastructure",
      "azure-aks/keys",
      "azure-aks/trust",
      "azure-machine/infrastructure",
      "gcp-confidential-space/infrastructure",
      "gcp-confidential-space/keys",
      "gcp-gke/infrastructure",
      "gcp-gke/trust",
    ]),
  );
});

const nothing = { refusals: [], violations: [] };
const kinds = (run: Run) => Object.keys(run.operations).sort();

describe.each(ofClouds)("$name, with the strict pack", ({ config, sections }) => {
  let stack: OfflineStack;
  let graph: Graph;
  beforeAll(async () => {
    const { binDir, pulumiRoot } = inject("toolchain");
    stack = await OfflineStack.open({ config, sections, pack: "strict", engine: { binDir, pulumiRoot } });
  });
  afterAll(() => stack.close());

  it("is previewed", async () => {
    const run = await stack.preview();
    expect(run.says).toMatchObject(nothing);
    expect(kinds(run)).toEqual(["create"]);
    expect(run.nextSteps.length).toBeGreaterThan(0);
  });

  it("comes up, with every value known to every rule", async () => {
    const run = await stack.up();
    expect(run.says).toMatchObject({ ...nothing, notYetKnown: [] });
    expect(kinds(run)).toEqual(["create"]);
    graph = new Graph(((await stack.deployment()).resources ?? []) as Resource[]);
  });

  it("has nothing to do when it comes up again", async () => {
    const run = await stack.up();
    expect(run.says).toMatchObject(nothing);
    expect(kinds(run)).toEqual(["same"]);
  });

  it("is found as it was left", async () => {
    const { summary } = await stack.engineStack.refresh({ color: "never" });
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  it("places everything in the account that it names, by a provider that it declares", () => {
    const account = cloudOf(config) as { readonly subscriptionId?: string; readonly project?: string };
    const placed = graph.resources.filter(({ type }) => /^(azure-native|gcp):/.test(type));
    expect(placed.length).toBeGreaterThan(3);
    for (const resource of placed) {
      const { subscriptionId, project } = graph.providerOf(resource) ?? {};
      expect(subscriptionId ?? project, resource.urn).toBe(account.subscriptionId ?? account.project);
    }
  });

  it("keeps no secret and no credentials in its state", () => {
    expect(credentialsIn(graph.resources)).toEqual([]);
    const text = JSON.stringify(graph.resources);
    expect(text).not.toMatch(/PRIVATE KEY|Bearer /);
    // What Pulumi marks a secret with: a stack that has none needs no passphrase that matters.
    expect(text).not.toContain("1b47061264138c4ac30d75fd1eb44270");
  });

  it("is ordered as the clouds demand", () => {
    const checked = azureOrder(graph) + gcpOrder(graph);
    expect(checked).toBeGreaterThan(0);
  });

  it("goes away, down to the last resource", async () => {
    await stack.engineStack.destroy({ color: "never" });
    expect((await stack.deployment()).resources ?? []).toEqual([]);
  });
});

/** Places of properties that hold credentials, by their names. */
function credentialsIn(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null)
    return typeof value === "string" &&
      value !== "" &&
      /(password|kubeconfig|private_?key|client_?key|client_?secret|access_?token|adminCredential)$/i.test(path)
      ? [path]
      : [];
  return Object.entries(value).flatMap(([key, each]) => credentialsIn(each, `${path}.${key}`));
}
