import { describe, expect, it } from "vitest";
import { packArguments } from "../../policies/crossguard";
import { appliesTo, isolationUnitFrom } from "../../policies/isolation";
import { baseline } from "../../policies/packs/baseline/pack";
import { rules } from "../../policies/rules";

const now = new Date("2026-11-26T12:00:00Z");
const config = (unit: unknown) => JSON.stringify({ "trustfoundry:isolationUnit": unit });

describe("the isolation unit in a stack's configuration, as the engine hands it to a pack", () => {
  it("is none where none is written", () => {
    for (const value of [undefined, "", "{}"]) expect(isolationUnitFrom(value)).toBeUndefined();
  });

  it("is read as it stands, and never guessed", () => {
    expect(isolationUnitFrom(config("pod"))).toBe("pod");
    expect(isolationUnitFrom(config("node"))).toBe("node");
    for (const value of ["Node", "nodes", "", " node", 1, ["node"]])
      expect(() => isolationUnitFrom(config(value)), JSON.stringify(value)).toThrow(
        "trustfoundry:isolationUnit: is neither pod nor node; write one of them",
      );
  });
});

describe("rules and the isolation unit", () => {
  const asked = (unit: "pod" | "node" | undefined) => rules.filter((rule) => appliesTo(rule, unit)).map(({ id }) => id);

  it("are all asked where nobody says node, but for those about nodes", () => {
    expect(asked(undefined)).toEqual(rules.filter(({ isolationUnit }) => !isolationUnit).map(({ id }) => id));
    expect(asked("pod")).toEqual(asked(undefined));
  });

  it("are not asked of nodes where they are about guests of single pods, and are where they hold for both", () => {
    const ofNodes = asked("node");
    for (const id of [
      "gpu-operator-kata-mode",
      "gpu-operands-run",
      "cc-manager-on",
      "kata-after-node-features",
      "confidential-runtime-class",
      "init-data-present",
    ])
      expect(ofNodes, id).not.toContain(id);
    for (const id of [
      "no-host-ports",
      "no-host-access",
      "images-by-digest",
      "default-deny-network",
      "tenant-quota-set",
      "tenant-nodes-dedicated",
      "helm-values-no-secrets",
      "owner-secrets-away",
    ])
      expect(ofNodes, id).toContain(id);
  });

  it("leave the owner's key broker as guarded as before: nothing of pillar attestation is about bare metal alone", () => {
    const left = rules.filter((rule) => rule.pillar === "attestation" && !appliesTo(rule, "node")).map(({ id }) => id);
    expect(left).toEqual([]);
  });
});

describe("a pack", () => {
  const said = (unit: "pod" | "node" | undefined) => packArguments(baseline, [], now, unit).policies;
  const notice = (unit: "node") => said(unit).find(({ name }) => name === "isolation-unit");

  it("keeps every rule in its list, whatever the unit", () => {
    const names = (unit: "pod" | "node") => said(unit).map(({ name }) => name);
    expect(names("node").filter((name) => name !== "isolation-unit")).toEqual(names("pod"));
  });

  it("says at each preview that fewer rules are asked, as a warning", () => {
    const policy = notice("node");
    expect(policy?.enforcementLevel).toBe("advisory");
    const reported: string[] = [];
    if (policy && "validateStack" in policy)
      void (policy.validateStack as (args: object, report: (message: string) => void) => void)({}, (message) =>
        reported.push(message),
      );
    expect(reported).toHaveLength(1);
    expect(reported[0]).toMatch(/^trustfoundry:isolationUnit: node: \d+ of \d+ rules are about guests of single pods/);
    expect(said("pod").map(({ name }) => name)).not.toContain("isolation-unit");
  });

  it("says of a rule that it is not applicable, rather than passing in silence", () => {
    const policy = said("node").find(({ name }) => name === "confidential-runtime-class");
    const reasons: string[] = [];
    const notApplicable = (reason: string) => {
      reasons.push(reason);
      throw new Error("not applicable");
    };
    if (!policy || !("validateResource" in policy)) throw new Error("no such policy");
    const validate = policy.validateResource as (args: object, report: () => void) => void;
    expect(() => validate({ notApplicable }, () => {})).toThrow("not applicable");
    expect(reasons).toEqual(["isolation unit node"]);
  });
});
