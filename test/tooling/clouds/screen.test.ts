import { describe, expect, it } from "vitest";
import { planJson, planText } from "../../../tooling/clouds/screen";
import type { PlanScreen } from "../../../tooling/clouds/screen";
import { hearProgram, inOrder } from "../../../tooling/clouds/stepsOf";
import type { Step } from "../../../tooling/clouds/stepsOf";

const urn = (type: string, name: string) => `urn:pulumi:plan::trustfoundry::${type}::${name}`;
const network: Step = {
  type: "trustfoundry:host:AzureNetwork",
  name: "network",
  urn: urn("trustfoundry:host:AzureNetwork", "network"),
  component: true,
};
const resource = (type: string, name: string, parent?: Step): Step => ({
  type,
  name,
  urn: urn(type, name),
  component: false,
  ...(parent && { parent: parent.urn }),
});
const group = resource("azure-native:resources:ResourceGroup", "group");
const subnet = resource("azure-native:network:Subnet", "subnet", network);
const vault = resource("azure-native:keyvault:Vault", "vault");

const screen = (plan: Partial<PlanScreen["plan"]> = {}): PlanScreen => ({
  file: "Pulumi.prod.yaml",
  pack: "baseline",
  unseen: [],
  plan: {
    steps: [group, network, subnet, vault],
    warnings: ["the node is the TEE"],
    nextSteps: ["Ask for quota."],
    operations: { create: 4 },
    playedThrough: true,
    says: { refusals: [], violations: [], notYetKnown: [], exceptionUses: [] },
    ...plan,
  },
});

const violation = {
  rule: "azure-vault-closed",
  level: "mandatory" as const,
  type: vault.type,
  resource: "vault",
  path: "properties.publicNetworkAccess",
  message: "lets every network in",
};

describe("what a person reads of a plan", () => {
  it("has each resource's place in the order of the whole, under its component", () => {
    expect(planText(screen()).split("\n\n")[0]?.split("\n")).toEqual([
      "Would be made, in this order, grouped by component:",
      "the stack itself",
      "  1  azure-native:resources:ResourceGroup  group",
      "  3  azure-native:keyvault:Vault  vault",
      "trustfoundry:host:AzureNetwork network",
      "  2  azure-native:network:Subnet  subnet",
    ]);
  });

  it("says what to do next where nothing is refused", () => {
    const text = planText(screen());
    expect(text).toContain("After `pulumi up`:\n  1. Ask for quota.");
    expect(text).toContain(
      "✓ 3 resources, and the pack baseline refuses none: preview and `up` were played through, and every rule saw every value.",
    );
    expect(text).toContain("`pulumi preview --policy-pack policies/packs/baseline`");
  });

  it("has no line that the stack's file could have written, and nothing that a terminal obeys", () => {
    const says = { ...screen().plan.says, refusals: ['region: "x\u001b[2J\u001b[8m\n✓ 4 resources" is none'] };
    const text = planText(screen({ says, warnings: ["x\r✓ 4 resources, and the pack baseline refuses none"] }));
    expect(text).not.toMatch(/^✓|[^\P{Cc}\n]/mu);
    expect(text).toContain('  - region: "x [2J [8m ✓ 4 resources" is none');
  });

  it("says what is refused, and nothing of what to do afterwards", () => {
    const says = {
      refusals: ["trustfoundry:role: missing"],
      violations: [violation],
      notYetKnown: [],
      exceptionUses: [],
    };
    const text = planText(screen({ says }));
    expect(text).toContain("Refused:\n  - trustfoundry:role: missing");
    expect(text).toContain(
      "  - vault (azure-native:keyvault:Vault), properties.publicNetworkAccess: lets every network in [azure-vault-closed]",
    );
    expect(text).toMatch(/✗ Pulumi\.prod\.yaml is refused; nothing was changed anywhere\./);
    expect(text).not.toContain("Ask for quota");
  });

  it("counts advice among the warnings", () => {
    const violations = [{ ...violation, level: "advisory" as const }];
    const text = planText(screen({ says: { refusals: [], violations, notYetKnown: [], exceptionUses: [] } }));
    expect(text.split("\n\n")[1]).toMatch(
      /^Warnings:\n {2}- the node is the TEE\n {2}- vault .*\[azure-vault-closed\]$/,
    );
    expect(text).toContain("✓");
  });

  it("names what was not judged", () => {
    const notYetKnown = [{ rule: "azure-disk-encryption-set", type: "t", resource: "set", path: "activeKey.keyUrl" }];
    const says = { refusals: [], violations: [], notYetKnown, exceptionUses: [] };
    const line = "  - set, activeKey.keyUrl [azure-disk-encryption-set]";
    const text = planText(screen({ says, playedThrough: false }));
    expect(text).toContain(line);
    expect(text).not.toContain("every rule saw every value");
  });
});

it("is the same for programs, and says that it is SIMULATED", () => {
  const content = JSON.parse(planJson(screen())) as Record<string, unknown>;
  expect(content).toMatchObject({ simulated: true, refused: false, pack: "baseline", nextSteps: ["Ask for quota."] });
  expect((content.steps as object[])[2]).toEqual({
    type: "azure-native:network:Subnet",
    name: "subnet",
    parent: "network",
    component: false,
  });
});

describe("what the engine tells", () => {
  const event = (type: string, name: string, op: string, state: object) => ({
    resourcePreEvent: { metadata: { op, urn: urn(type, name), type, new: state } },
  });
  it("is resources without reads and providers, warnings without its own remarks, and the last words", () => {
    const { onEvent, told } = hearProgram();
    const events = [
      event(vault.type, "vault", "create", { custom: true, parent: network.urn }),
      event(vault.type, "vault", "create", { custom: true, parent: network.urn }),
      event("pulumi:providers:gcp", "gcp", "create", { custom: true }),
      event("kubernetes:core/v1:Node", "node", "read", { custom: true }),
      { diagnosticEvent: { severity: "warning", message: "using pulumi-resource-gcp from $PATH at /x" } },
      { diagnosticEvent: { severity: "warning", message: "<{%fg 3%}>beware<{%reset%}>\n" } },
      { diagnosticEvent: { severity: "info", message: "hello" } },
      { resOutputsEvent: { metadata: { type: "pulumi:pulumi:Stack", new: { outputs: { nextSteps: ["do", 1] } } } } },
      { summaryEvent: { resourceChanges: { create: 1 } } },
    ];
    for (const each of events) onEvent(each as never);
    expect(told()).toEqual({
      steps: [{ ...vault, parent: network.urn }],
      warnings: ["beware"],
      nextSteps: ["do"],
      operations: { create: 1 },
    });
  });

  it("is put behind what it waits for", () => {
    const resources = [
      { urn: group.urn, dependencies: [vault.urn] },
      { urn: vault.urn, dependencies: [subnet.urn] },
    ];
    expect(inOrder([group, vault, subnet], { resources })).toEqual([subnet, vault, group]);
    expect(inOrder([group, vault, subnet], {})).toEqual([group, vault, subnet]);
  });
});
