import { describe, expect, it } from "vitest";
import type { ClusterLook } from "../../../tooling/drift/cluster";
import { findShared } from "../../../tooling/drift/findCluster";
import { findForeign, unrenderedCharts } from "../../../tooling/drift/findForeign";
import { hideSealed } from "../../../tooling/drift/findObjects";
import type { Found, LookedStack } from "../../../tooling/drift/found";
import { found } from "../../../tooling/drift/found";
import { requireOurCluster } from "../../../tooling/drift/run";
import type { Tree } from "../../../tooling/drift/tree";
import type { WantedObject } from "../../../tooling/drift/types";

const object = (kind: string, name: string, more: Partial<WantedObject> = {}): WantedObject => ({
  apiVersion: "v1",
  kind,
  name,
  ...(kind !== "Namespace" && { namespace: "gpu" }),
  wanted: { metadata: { name } },
  by: { kind: "apply", manager: "pulumi-kubernetes-1" },
  partial: false,
  sealed: [],
  secret: [],
  ...more,
});

/** A cluster whose namespace has these objects of each kind. */
function lookOf(objects: readonly Tree[], server = "https://provider"): ClusterLook {
  return {
    server,
    kind: (apiVersion: string, kind: string) =>
      Promise.resolve({ seen: { apiVersion, kind, plural: `${kind.toLowerCase()}s`, namespaced: true } }),
    list: ({ kind }: { kind: string }) => Promise.resolve({ seen: objects.filter((each) => each.kind === kind) }),
    names: () => Promise.resolve({ seen: [] }),
  } as unknown as ClusterLook;
}

function stackOf(objects: readonly WantedObject[], more: Partial<LookedStack> = {}): LookedStack {
  return {
    stack: { stackName: "metal-infrastructure", objects, charts: [], pending: 0 },
    role: "infrastructure",
    party: { role: "infrastructureProvider", name: "metal" },
    look: lookOf([]),
    charts: [],
    ...more,
  };
}

const daemonSet = (more: object = {}): Tree => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "nvidia-cc-manager", namespace: "gpu", uid: "1", ...more },
});

describe("what is foreign", () => {
  const namespace = object("Namespace", "gpu");

  it("is nothing where a chart of ours could not be rendered: healing would delete what it installed", async () => {
    const of = stackOf([namespace], { look: lookOf([daemonSet()]), unrendered: ["gpu-operator"] });
    expect(await findForeign(of, [of])).toMatchObject({
      found: [],
      unlooked: [{ what: "what else is in namespace gpu", why: expect.stringContaining("gpu-operator") }],
    });
    expect(await findShared(of, [of])).toMatchObject({ found: [], unlooked: [{ why: unrenderedCharts(of) }] });
  });

  it("is deleted where it runs in a namespace of ours, but for what an operator made of its own resource", async () => {
    const owner = {
      apiVersion: "nvidia.com/v1",
      kind: "ClusterPolicy",
      name: "cluster-policy",
      uid: "2",
      controller: true,
    };
    const healingOf = async (more: object) => {
      const of = stackOf([namespace], { look: lookOf([daemonSet(more)]) });
      return (await findForeign(of, [of])).found.map(({ finding }) => finding.healing.kind);
    };
    expect(await healingOf({})).toEqual(["remove"]);
    expect(await healingOf({ ownerReferences: [owner] })).toEqual(["refused"]);
    expect(await healingOf({ ownerReferences: [{ ...owner, apiVersion: "apps/v1", kind: "Deployment" }] })).toEqual([
      "remove",
    ]);
  });
});

describe("healing", () => {
  const [first, second] = [object("ConfigMap", "a"), object("Secret", "b")];
  const deleted = (of: LookedStack, wanted: WantedObject): Found =>
    found({ of, object: wanted, wanted, change: "deleted", healing: { kind: "restore", says: "" } });

  it("gives nothing to a cluster that has nothing of ours", () => {
    const of = stackOf([first, second, object("Node", "h", { partial: true })]);
    expect(() => requireOurCluster({ stacks: [of], found: [deleted(of, first), deleted(of, second)] })).toThrow(
      /none of the 2 objects of metal-infrastructure is in the cluster at https:\/\/provider/,
    );
    expect(() => requireOurCluster({ stacks: [of], found: [deleted(of, first)] })).not.toThrow();
  });

  it("knows a cluster by any of the stacks in it", () => {
    const [of, other] = [stackOf([first]), stackOf([second])];
    expect(() => requireOurCluster({ stacks: [of, other], found: [deleted(of, first)] })).not.toThrow();
  });
});

describe("a secret", () => {
  it("is not shown by kubectl's copy of the whole object either", () => {
    const wanted = object("Secret", "tls");
    const difference = {
      change: "added",
      path: ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
      live: JSON.stringify({ data: { "tls.key": "c2VjcmV0" } }),
    } as const;
    const { finding } = found({
      of: stackOf([wanted]),
      object: wanted,
      wanted,
      change: "added",
      difference,
      healing: { kind: "restore", says: "" },
    });
    expect(JSON.stringify(finding)).not.toContain("c2VjcmV0");
    expect(finding.live).toBe("a secret value");
  });

  it("that is sealed is compared with nothing, whatever its key is called and wherever it stands", () => {
    const live = { data: { "a.b": "x", c: "y" }, list: [{ value: "z" }, { value: "w" }] };
    const sealed = {
      kind: "ConfigMap",
      sealed: ["data.a.b", "list.0.value"],
      secret: ['["data","a.b"]', '["list",0,"value"]'],
    };
    expect(hideSealed(live, sealed)).toEqual({
      data: { "a.b": undefined, c: "y" },
      list: [{ value: undefined }, { value: "w" }],
    });
  });
});
