import { describe, expect, it } from "vitest";
import type { Allowed, Change } from "../../../tooling/previews/judge";
import { judgeChanges } from "../../../tooling/previews/judge";
import { readAllowed } from "../../../tooling/previews/run";

const deployment: Change = {
  subject: "factory/workloads",
  op: "replace",
  type: "kubernetes:apps/v1:Deployment",
  name: "llama-8b-model",
  replaces: ["spec.selector"],
};
const allowing: Allowed = {
  subject: "factory/workloads",
  op: "replace",
  type: deployment.type,
  name: deployment.name,
  reason: "its selector had a label that changed with each version",
  date: "2026-11-27",
};

describe("what today's programs would do to the last release's states", () => {
  it.each(["create", "update", "same", "refresh"])("takes nothing away by %s", (op) => {
    expect(judgeChanges([{ ...deployment, op }], []).unintended).toEqual([]);
  });

  it.each([
    ["replace", "replace"],
    ["create-replacement", "replace"],
    ["delete-replaced", "replace"],
    ["delete", "delete"],
  ])("is refused where it is %s, with the reason", (op, said) => {
    expect(judgeChanges([{ ...deployment, op }], []).unintended).toEqual([
      `factory/workloads: would ${said} kubernetes:apps/v1:Deployment llama-8b-model (because of spec.selector)`,
    ]);
  });

  it("may be what allowed.json names, and nothing beside it", () => {
    expect(judgeChanges([deployment], [allowing])).toEqual({ unintended: [], needless: [] });
    for (const other of [
      { ...deployment, subject: "factory/trust" },
      { ...deployment, name: "frontier-model" },
      { ...deployment, type: "kubernetes:apps/v1:StatefulSet" },
      { ...deployment, op: "delete" },
    ])
      expect(judgeChanges([other], [allowing])).toMatchObject({
        unintended: [expect.any(String)],
        needless: [allowing],
      });
  });

  it("rolls what is named after its content by replacing it, but may not take it away", () => {
    const policy = { ...deployment, type: "kubernetes:core/v1:ConfigMap", name: "trustee-resource-policy" };
    expect(judgeChanges([policy], []).unintended).toEqual([]);
    expect(judgeChanges([{ ...policy, op: "delete" }], []).unintended).toHaveLength(1);
  });
});

it("allows nothing without a reason and a day", () => {
  for (const entry of readAllowed()) {
    expect(entry.reason.length).toBeGreaterThan(19);
    expect(entry.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  }
});
