import { describe, expect, it } from "vitest";
import type { Finding } from "../../../tooling/repair/decide";
import { repairedState } from "../../../tooling/repair/rewrite";
import { pendingOperations, resourcesOf } from "../../../tooling/repair/state";
import { configMap, helmRelease, resource, stateOf } from "./states";

const adopt = (each: typeof configMap): Finding => ({
  resource: each,
  operation: "creating",
  because: "",
  repair: { kind: "adopt", id: "acme/settings", manager: "pulumi-kubernetes-2", strays: [] },
});

describe("the repaired state", () => {
  it("has an adopted object as the provider would have written it, to be completed by the next run", () => {
    const state = repairedState(stateOf([], [{ type: "creating", resource: configMap }]), [adopt(configMap)]);
    expect(pendingOperations(state)).toEqual([]);
    expect(resourcesOf(state).at(-1)).toMatchObject({
      urn: configMap.urn,
      id: "acme/settings",
      outputs: { __inputs: configMap.inputs, __initialApiVersion: "v1", __fieldManager: "pulumi-kubernetes-2" },
      initErrors: [expect.stringContaining("interrupted")],
    });
  });

  it("leaves what is encrypted as it is", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x:y" };
    const sealed = { ...configMap, inputs: { ...configMap.inputs, data: secret } };
    const state = repairedState(stateOf([], [{ type: "creating", resource: sealed }]), [adopt(sealed)]);
    expect(resourcesOf(state).at(-1)?.outputs?.data).toEqual(secret);
  });

  it("has each resource behind what it depends on", () => {
    const later = resource("kubernetes:core/v1:Service", "later", { dependencies: [configMap.urn], inputs: {} });
    const pending = [later, configMap].map((each) => ({ type: "creating", resource: each }));
    const urns = resourcesOf(repairedState(stateOf([], pending), [adopt(later), adopt(configMap)])).map(
      ({ urn }) => urn,
    );
    expect(urns.indexOf(later.urn)).toBeGreaterThan(urns.indexOf(configMap.urn));
  });

  it("keeps pending what could not be adopted, since its parent is nowhere, and what a person has to be asked about", () => {
    const orphan = { ...configMap, parent: "urn:pulumi:s::p::x::nowhere" };
    const vault = resource("azure-native:keyvault:Vault", "keys", { inputs: {} });
    const pending = [orphan, vault].map((each) => ({ type: "creating", resource: each }));
    const ask: Finding = { resource: vault, operation: "creating", because: "", repair: { kind: "ask" } };
    const state = repairedState(stateOf([], pending), [adopt(orphan), ask]);
    expect(pendingOperations(state).map(({ resource: { urn } }) => urn)).toEqual([orphan.urn, vault.urn]);
  });

  it("forgets a release, also where others depend on it", () => {
    const other = { ...configMap, dependencies: [helmRelease.urn], propertyDependencies: { data: [helmRelease.urn] } };
    const forget: Finding = { resource: helmRelease, because: "", repair: { kind: "forget" } };
    const state = repairedState(stateOf([helmRelease, other]), [forget]);
    expect(resourcesOf(state).map(({ urn }) => urn)).not.toContain(helmRelease.urn);
    expect(resourcesOf(state).at(-1)).toMatchObject({ dependencies: [], propertyDependencies: { data: [] } });
  });
});
