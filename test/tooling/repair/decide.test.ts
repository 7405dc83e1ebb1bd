import { describe, expect, it } from "vitest";
import { findings } from "../../../tooling/repair/decide";
import { pendingOperations } from "../../../tooling/repair/state";
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
