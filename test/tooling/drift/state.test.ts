import { describe, expect, it } from "vitest";
import { readStack } from "../../../tooling/drift/state";

const secret = (plaintext?: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ...(plaintext === undefined ? { ciphertext: "v1:x" } : { plaintext: JSON.stringify(plaintext) }),
});

function exported(data: unknown, more: object = {}) {
  const urn = (type: string, name: string) => `urn:pulumi:acme-trust::trustfoundry::${type}::${name}`;
  const inputs = { apiVersion: "v1", kind: "Secret", metadata: { name: "tls-1", namespace: "trustee" }, data };
  return {
    version: 3,
    deployment: {
      resources: [
        { type: "pulumi:pulumi:Stack", urn: urn("pulumi:pulumi:Stack", "s") },
        {
          type: "pulumi:providers:kubernetes",
          urn: urn("pulumi:providers:kubernetes", "p"),
          inputs: { context: "trust" },
        },
        {
          type: "kubernetes:core/v1:Secret",
          urn: urn("kubernetes:core/v1:Secret", "t"),
          inputs,
          outputs: { ...inputs, __fieldManager: "pulumi-kubernetes-1" },
        },
        { type: "kubernetes:core/v1:Node", urn: urn("kubernetes:core/v1:Node", "n"), external: true, inputs: {} },
        {
          type: "kubernetes:core/v1:NodePatch",
          urn: urn("kubernetes:core/v1:NodePatch", "n"),
          inputs: { apiVersion: "v1", kind: "Node", metadata: { name: "h" } },
          outputs: {},
        },
      ],
      ...more,
    },
  };
}

describe("a state", () => {
  it("says what was applied, by whom, and which values are secret", () => {
    const stack = readStack(exported(secret({ "tls.key": "a2V5" })));
    expect(stack).toMatchObject({ stackName: "acme-trust", context: "trust", pending: 0 });
    expect(stack?.objects.map(({ kind, name, partial }) => [kind, name, partial])).toEqual([
      ["Secret", "tls-1", false],
      ["Node", "h", true],
    ]);
    expect(stack?.objects[0]).toMatchObject({
      wanted: { data: { "tls.key": "a2V5" } },
      by: { kind: "apply", manager: "pulumi-kubernetes-1" },
      sealed: [],
      secret: ['["data"]'],
    });
  });

  it("says as which shard it was made, whatever its settings say by now", () => {
    expect(readStack(exported({}))?.shard).toBeUndefined();
    const made = exported({});
    // As engine 3.216.0 writes it, after a run with another setting was refused.
    made.deployment.resources.push({
      type: "pulumi:index:Stash",
      urn: "urn:pulumi:acme-trust::trustfoundry::pulumi:index:Stash::shard",
      inputs: { input: "1 of 5" },
      outputs: { input: "1 of 5", output: "2 of 4" },
    } as never);
    expect(readStack(made)?.shard).toEqual({ number: 2, of: 4 });
  });

  it("says of a chart's values whether any is sealed: without it another thing would be rendered", () => {
    const chartOf = (token: unknown) => {
      const made = exported({});
      made.deployment.resources.push({
        type: "kubernetes:helm.sh/v3:Release",
        urn: "urn:pulumi:acme-trust::trustfoundry::kubernetes:helm.sh/v3:Release::c",
        inputs: { name: "c", namespace: "n", chart: "./c", values: { token } },
      } as never);
      return readStack(made)?.charts[0];
    };
    expect(chartOf("plain")).toMatchObject({ sealed: [], secret: false });
    expect(chartOf(secret("open"))).toMatchObject({ values: { token: "open" }, sealed: [], secret: true });
    expect(chartOf(secret())).toMatchObject({ sealed: ["values.token"], secret: true });
  });

  it("says what stays sealed, and which updates did not end", () => {
    const stack = readStack(exported(secret(), { pending_operations: [{}] }));
    expect(stack?.objects[0]?.sealed).toEqual(["data"]);
    expect(stack?.pending).toBe(1);
  });

  it.each([[{}], [{ deployment: { resources: [] } }], ["text"]])("is none: %j", (value) => {
    expect(readStack(value)).toBeUndefined();
  });
});
