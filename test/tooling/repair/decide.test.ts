import { describe, expect, it } from "vitest";
import { findings } from "../../../tooling/repair/decide";
import { repairedState } from "../../../tooling/repair/rewrite";
import { pendingOperations, resourcesOf } from "../../../tooling/repair/state";
import { describeFinding } from "../../../tooling/repair/words";
import type { Saw } from "./states";
import { configMap, helmRelease, resource, seenOf, stateOf } from "./states";

const record = (name: string, status: string, revision: number) => ({ name, status, revision });
const release = (...records: ReturnType<typeof record>[]) => ({
  id: "gpu/gpu-operator",
  records,
  ...(records[0] && { latest: records[0] }),
});

function decided(state: ReturnType<typeof stateOf>, saw: Saw) {
  return findings(state, pendingOperations(state), seenOf(state, saw));
}

describe("a creation that was interrupted", () => {
  const state = stateOf([], [{ type: "creating", resource: configMap }]);

  it("is taken into the state with its owner where the object exists", () => {
    const object = { exists: true, id: "acme/settings", managers: ["pulumi-kubernetes-2", "pulumi-kubernetes-1"] };
    expect(decided(state, { object })).toMatchObject([
      {
        repair: { kind: "adopt", id: "acme/settings", manager: "pulumi-kubernetes-2", strays: ["pulumi-kubernetes-1"] },
      },
    ]);
  });

  it("is dropped where nothing exists", () => {
    const object = { exists: false, id: "acme/settings", managers: [] };
    expect(decided(state, { object })).toMatchObject([{ repair: { kind: "clear", strays: [] } }]);
  });

  it("is never taken over from somebody else", () => {
    const object = { exists: true, id: "acme/settings", managers: [] };
    const [found] = decided(state, { object });
    expect(found?.repair).toEqual({ kind: "clear", strays: [] });
    expect(found?.because).toContain("no run of Pulumi made it");
  });

  it("counts an owner that another resource of the state has for that one's", () => {
    const patch = resource("kubernetes:core/v1:ConfigMapPatch", "patch", {
      outputs: { __fieldManager: "pulumi-kubernetes-9" },
    });
    const object = { exists: true, id: "acme/settings", managers: ["pulumi-kubernetes-9"] };
    expect(decided(stateOf([patch], [{ type: "creating", resource: configMap }]), { object })).toMatchObject([
      { repair: { kind: "clear", strays: [] } },
    ]);
  });

  it("leaves nothing of its own behind where a later run made it again", () => {
    const again = { ...configMap, id: "acme/settings", outputs: { __fieldManager: "pulumi-kubernetes-2" } };
    const object = { exists: true, id: "acme/settings", managers: ["pulumi-kubernetes-2", "pulumi-kubernetes-1"] };
    expect(decided(stateOf([again], [{ type: "creating", resource: configMap }]), { object })).toMatchObject([
      { repair: { kind: "clear", strays: ["pulumi-kubernetes-1"] } },
    ]);
  });

  describe("of what replaces another by the same URN, named after its content,", () => {
    const successor = { ...configMap, inputs: { ...configMap.inputs, metadata: { name: "other", namespace: "acme" } } };
    const known = { ...configMap, id: "acme/settings", outputs: { __fieldManager: "pulumi-kubernetes-1" } };
    const halfway = stateOf([known], [{ type: "creating", resource: successor }]);
    const object = { exists: true, id: "acme/other", managers: ["pulumi-kubernetes-2"] };

    it("lets go of nothing and forgets nothing: which of the two is wanted, the next run knows", () => {
      const [found] = decided(halfway, { object });
      expect(found?.repair).toEqual({ kind: "leave", id: "acme/other" });
      expect(describeFinding(found!)).toMatch(/stays as it is\. Run the command again.*acme\/other/);
      expect(pendingOperations(repairedState(halfway, [found!]))).toHaveLength(1);
    });

    it("takes both into the state where both are about to be destroyed", () => {
      const seen = seenOf(halfway, { object });
      const found = findings(halfway, pendingOperations(halfway), seen, { ending: true });
      const state = repairedState(halfway, found);
      expect(pendingOperations(state)).toEqual([]);
      expect(resourcesOf(state).slice(-2)).toMatchObject([
        { id: "acme/settings", delete: true },
        { id: "acme/other", outputs: { __fieldManager: "pulumi-kubernetes-2" } },
      ]);
    });

    it("takes its place where the former one was deleted first", () => {
      const deleted = stateOf([{ ...known, pendingReplacement: true }], [{ type: "creating", resource: configMap }]);
      const again = { ...object, id: "acme/settings" };
      const found = decided(deleted, { object: again });
      expect(found).toMatchObject([{ repair: { kind: "adopt", manager: "pulumi-kubernetes-2" } }]);
      const left = resourcesOf(repairedState(deleted, found)).filter(({ urn }) => urn === configMap.urn);
      expect(left).toMatchObject([{ id: "acme/settings", initErrors: [expect.any(String)] }]);
      expect(left[0]?.pendingReplacement).toBeUndefined();
    });
  });

  it("that was killed twice is taken into the state once", () => {
    const twice = stateOf(
      [],
      [
        { type: "creating", resource: configMap },
        { type: "creating", resource: { ...configMap, inputs: { ...configMap.inputs, data: { a: "0" } } } },
      ],
    );
    const found = decided(twice, { object: { exists: true, id: "acme/settings", managers: ["pulumi-kubernetes-1"] } });
    expect(found).toHaveLength(1);
    expect(found[0]?.resource.inputs?.data).toEqual({ a: "1" });
    const state = repairedState(twice, found);
    expect(pendingOperations(state)).toEqual([]);
    expect(resourcesOf(state).filter(({ urn }) => urn === configMap.urn)).toHaveLength(1);
  });

  it("is no second one in the state because a person says so", () => {
    const vault = resource("azure-native:keyvault:Vault", "keys", { inputs: {} });
    const known = stateOf([{ ...vault, id: "/vaults/1" }], [{ type: "creating", resource: vault }]);
    expect(decided(known, { told: { exists: "/vaults/1" } })).toMatchObject([{ repair: { kind: "clear" } }]);
    expect(decided(known, { told: { exists: "/vaults/2" } })).toMatchObject([{ repair: { kind: "leave" } }]);
  });

  it("of a cloud's resource is a person's to look up, and that is said with its URN", () => {
    const vault = resource("azure-native:keyvault:Vault", "keys", { inputs: {} });
    const cloud = stateOf([], [{ type: "creating", resource: vault }]);
    const [found] = decided(cloud, {});
    expect(found?.repair).toEqual({ kind: "ask" });
    expect(describeFinding(found!)).toContain(`--absent "${vault.urn}"`);
    expect(decided(cloud, { told: "absent" })).toMatchObject([{ repair: { kind: "clear" } }]);
    expect(decided(cloud, { told: { exists: "/subscriptions/1" } })).toMatchObject([
      { repair: { kind: "adopt", id: "/subscriptions/1" } },
    ]);
  });
});

describe("another operation that was interrupted", () => {
  it.each(["updating", "deleting", "reading"])("%s is done again by the next run", (type) => {
    const known = { ...configMap, id: "acme/settings" };
    expect(decided(stateOf([known], [{ type, resource: known }]), {})).toMatchObject([{ repair: { kind: "clear" } }]);
  });
});

describe("a Helm release", () => {
  const known = { ...helmRelease, id: "gpu/gpu-operator" };
  const creating = stateOf([], [{ type: "creating", resource: helmRelease }]);

  it("whose installation was cut off is taken into the state, with its record as failed", () => {
    const [found] = decided(creating, { release: release(record("v1", "pending-install", 1)) });
    expect(found?.repair).toEqual({ kind: "failRecords", records: ["v1"], adoptedId: "gpu/gpu-operator" });
    expect(describeFinding(found!)).toMatch(/marks Helm's record .*into the state; what is installed stays/);
  });

  it("whose upgrade was cut off keeps what is deployed, and stays in the state", () => {
    const records = release(record("v2", "pending-upgrade", 2), record("v1", "deployed", 1));
    const [found] = decided(stateOf([known]), { release: records });
    expect(found?.repair).toEqual({ kind: "failRecords", records: ["v2"] });
  });

  it.each([
    ["failed", []],
    ["uninstalling", ["v1"]],
  ])("whose failed installation was cut off on its way back (%s) is taken into the state", (status, records) => {
    expect(decided(creating, { release: release(record("v1", status, 1)) })).toMatchObject([
      { repair: { kind: "failRecords", records, adoptedId: "gpu/gpu-operator" } },
    ]);
  });

  it("that was installed before the kill is taken into the state", () => {
    expect(decided(creating, { release: release(record("v1", "deployed", 1)) })).toMatchObject([
      { repair: { kind: "adopt", id: "gpu/gpu-operator" } },
    ]);
  });

  it("that is gone, unnoted, leaves the state", () => {
    expect(decided(stateOf([known], [{ type: "deleting", resource: known }]), { release: release() })).toMatchObject([
      { repair: { kind: "forget" } },
    ]);
  });

  it("that is as it should be needs nothing", () => {
    expect(decided(stateOf([known]), { release: release(record("v1", "deployed", 1)) })).toEqual([]);
  });
});
