import { describe, expect, it } from "vitest";
import type { EngineSays } from "../../../tooling/review/engineSays";
import { together } from "../../../tooling/review/preview";
import { simulatedIn } from "../../../tooling/review/simulated";
import { file, side, stack, violation } from "./support";

const nothing: EngineSays = { refusals: [], violations: [], notYetKnown: [], exceptionUses: [], resources: [] };
const vault = { type: "azure-native:keyvault:Vault", name: "keys" };
const waiting = { rule: "azure-vault-closed", type: vault.type, resource: vault.name, path: "properties" };
const previewed: EngineSays = { ...nothing, notYetKnown: [waiting], resources: [{ ...vault, inputs: {} }] };

describe("a preview and the `up` that was played after it", () => {
  it("say together what only `up` knew, once", () => {
    const warning = { ...violation, level: "advisory" as const };
    const known = { ...vault, inputs: { id: "a" } };
    const both = together(
      { ...previewed, violations: [warning] },
      { ...nothing, violations: [{ ...warning, message: "with its value" }], resources: [known] },
    );
    expect(both).toEqual({
      ...nothing,
      violations: [{ ...warning, message: "with its value" }],
      resources: [known],
    });
  });

  it("keep what the preview saw where `up` was refused on its way", () => {
    const refusal = "keys: no such region";
    const both = together(previewed, { ...nothing, refusals: [refusal] });
    expect(both).toEqual({ ...previewed, refusals: [refusal] });
    expect(together(previewed, { ...nothing, violations: [violation] }).notYetKnown).toEqual([waiting]);
  });
});

describe("stand-ins", () => {
  it("are named by stack, whichever side met them", () => {
    const machine = { type: "gcp:compute/instance:Instance", name: "h100", inputs: {} };
    const object = { type: "kubernetes:core/v1:Namespace", name: "acme", inputs: {} };
    const base = side([file([stack({ name: "a", resources: [{ ...vault, inputs: {} }, object] })])]);
    const head = side([file([stack({ name: "a", resources: [machine] }), stack({ name: "b", resources: [object] })])]);
    expect(simulatedIn(base, head)).toEqual([{ subject: "a", clouds: ["azure-native", "gcp"] }]);
  });
});
