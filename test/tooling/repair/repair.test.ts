import { describe, expect, it } from "vitest";
import { kubectlOf } from "../../../tooling/repair/live";
import type { RepairedStack } from "../../../tooling/repair/repair";
import { applyRepair, planRepair } from "../../../tooling/repair/repair";
import type { StackState } from "../../../tooling/repair/state";
import { pendingOperations } from "../../../tooling/repair/state";
import { UserError } from "../../../tooling/ui";
import { configMap, helmRelease, resource, stateOf } from "./states";

const interrupted = stateOf([], [{ type: "creating", resource: helmRelease }]);

/** A stack whose installation by Helm was cut off, and what is done to it, in order. */
function stackOf(more: Partial<RepairedStack> = {}, state: StackState = interrupted) {
  const done: string[] = [];
  const stack: RepairedStack = {
    name: "acme-trust",
    exportState: () => Promise.resolve(structuredClone(state)),
    importState: (repaired) => Promise.resolve(void done.push(`import, ${pendingOperations(repaired).length} pending`)),
    seesEveryRun: true,
    locks: () => Promise.resolve([]),
    release: () => Promise.resolve(),
    kubectl: ([verb = "", kind = ""]) => {
      done.push(`${verb} ${kind}`);
      return Promise.resolve(kind === "secrets" ? "sh.helm.release.v1.gpu-operator.v1 failed 1\n" : "");
    },
    ...more,
  };
  return { stack, done };
}

describe("a repair", () => {
  it("changes the state last", async () => {
    const { stack, done } = stackOf();
    await applyRepair(await planRepair(stack));
    expect(done).toEqual(["get secrets", "import, 0 pending"]);
  });

  it("overwrites nothing that a run has written since it looked", async () => {
    const states = [interrupted, stateOf([{ ...configMap, id: "acme/settings" }])];
    const { stack, done } = stackOf({ exportState: () => Promise.resolve(states.shift()!) });
    const plan = await planRepair(stack);
    await expect(applyRepair(plan)).rejects.toThrow(/Another run has changed the state of acme-trust/);
    expect(done).toEqual(["get secrets"]);
  });

  it("touches no cluster before the engine has said that no run elsewhere has the stack", async () => {
    const done: string[] = [];
    const kubectl = ([verb = ""]: readonly string[]) => {
      done.push(verb);
      return Promise.resolve("sh.helm.release.v1.gpu-operator.v1 pending-install 1\n");
    };
    const importState = () => Promise.reject(new UserError("another update is in progress"));
    const { stack } = stackOf({ kubectl, importState, seesEveryRun: false });
    await expect(applyRepair(await planRepair(stack))).rejects.toThrow("another update is in progress");
    expect(done).toEqual(["get"]);
  });

  it("writes no state while anything stays open, since the engine's import would forget it", async () => {
    const vault = resource("azure-native:keyvault:Vault", "keys", { inputs: {} });
    const pending = [vault, helmRelease].map((each) => ({ type: "creating", resource: each }));
    const { stack, done } = stackOf({}, stateOf([], pending));
    const plan = await planRepair(stack);
    await expect(applyRepair(plan)).rejects.toMatchObject({
      message: expect.stringContaining("one creation stays open"),
      details: expect.arrayContaining([expect.stringContaining(`--absent "${vault.urn}"`)]),
    });
    expect(done).toEqual(["get secrets"]);
    await applyRepair(await planRepair(stack, { told: new Map([[vault.urn, "absent"]]) }));
    expect(done.at(-1)).toBe("import, 0 pending");
  });

  it("forgets nothing because the kubeconfig leads to another cluster", async () => {
    const known = { ...configMap, id: "acme/settings", outputs: { __fieldManager: "pulumi-kubernetes-1" } };
    const state = stateOf([known, { ...helmRelease, id: "gpu/gpu-operator" }]);
    const cluster = (managers: readonly string[]) =>
      stackOf(
        {
          kubectl: (args) =>
            Promise.resolve(
              args.includes("secrets") || managers.length === 0
                ? ""
                : JSON.stringify({
                    kind: "List",
                    items: [{ metadata: { managedFields: managers.map((manager) => ({ manager })) } }],
                  }),
            ),
        },
        state,
      ).stack;
    await expect(planRepair(cluster([]))).rejects.toThrow(/none of 1 objects .* among them ConfigMap acme\/settings/);
    await expect(planRepair(cluster(["pulumi-kubernetes-9"]))).rejects.toThrow(/none of 1 objects/);
    expect((await planRepair(cluster(["pulumi-kubernetes-1"]))).findings).toMatchObject([
      { repair: { kind: "forget" } },
    ]);
    const refused = () => Promise.reject(new UserError("forbidden"));
    await expect(planRepair({ ...cluster([]), kubectl: refused })).rejects.toThrow("forbidden");
  });

  it("takes nobody's word for what can be looked up", async () => {
    const { stack } = stackOf({}, stateOf([], [{ type: "creating", resource: configMap }]));
    await expect(planRepair(stack, { told: new Map([[configMap.urn, "absent"]]) })).rejects.toThrow(/is looked up/);
    const vault = resource("azure-native:keyvault:Vault", "keys", { inputs: {} });
    const updating = stackOf({}, stateOf([], [{ type: "updating", resource: vault }])).stack;
    await expect(planRepair(updating, { told: new Map([[vault.urn, "absent"]]) })).rejects.toThrow(
      /no pending creation/,
    );
  });

  it("says which program is missing", async () => {
    await expect(kubectlOf("/nowhere/kubectl", undefined)(["get"])).rejects.toMatchObject({
      message: "kubectl could not be started (ENOENT).",
      hint: expect.stringContaining("PATH"),
    });
  });
});
