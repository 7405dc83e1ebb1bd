import { describe, expect, it } from "vitest";
import { claimIds } from "../../../components/verdict/claims";
import type { Shard } from "../../../stacks/config/shard";
import { definedDefaults } from "../../../tooling/drift/charts";
import { exitCodeOf } from "../../../tooling/drift/drift";
import { unnamedWorkloads } from "../../../tooling/drift/findForeign";
import { podDifferences } from "../../../tooling/drift/findPods";
import { meaningOf } from "../../../tooling/drift/meanings";
import { ownerMeanings } from "../../../tooling/drift/meaningsOwner";
import { providerMeanings } from "../../../tooling/drift/meaningsProvider";
import { lastWriter, writerOf } from "../../../tooling/drift/owners";
import { mountedFiles } from "../../../tooling/drift/podFiles";
import { sameQuantity } from "../../../tooling/drift/quantities";
import { pathText } from "../../../tooling/drift/tree";
import { selects, touchesNamespaces } from "../../../tooling/drift/webhooks";

describe("meanings", () => {
  const rows = [...ownerMeanings, ...providerMeanings];

  it("name claims that there are", () => {
    for (const { claim } of rows) expect(claimIds).toContain(claim);
  });

  it.each([
    [
      "modelOwner",
      "ConfigMap",
      "resource-policy-1",
      'data["resource-policy.rego"]',
      "changed",
      "critical",
      "trust boundary",
    ],
    ["modelOwner", "ConfigMap", "reference-values-1", "", "deleted", "critical", "trust boundary"],
    ["modelOwner", "Pod", "intruder", "", "foreign", "critical", "trust boundary"],
    ["modelOwner", "PodDisruptionBudget", "trustee-kbs", "spec.maxUnavailable", "changed", "low", "trust boundary"],
    ["infrastructureProvider", "Node", "h", 'metadata.labels["nvidia.com/cc.mode"]', "changed", "high", "guard rail"],
    [
      "infrastructureProvider",
      "ClusterPolicy",
      "cluster-policy",
      "spec.ccManager.defaultMode",
      "changed",
      "high",
      "guard rail",
    ],
    ["infrastructureProvider", "RuntimeClass", "kata", "overhead.podFixed.memory", "changed", "medium", "guard rail"],
    ["infrastructureProvider", "Lease", "x", "spec", "changed", "low", "guard rail"],
    ["modelOwner", "Lease", "x", "spec", "changed", "medium", "trust boundary"],
  ] as const)("of %s: %s %s %s %s is %s, a %s", (role, kind, name, path, change, severity, stands) => {
    expect(meaningOf({ role, kind, name, path, change })).toMatchObject({ severity, stands });
  });

  it("never call a provider's cluster a trust boundary", () => {
    for (const { claim } of providerMeanings)
      expect([
        claim,
        meaningOf({ role: "infrastructureProvider", kind: "X", name: "", path: "", change: "changed" }).stands,
      ]).toEqual([claim, "guard rail"]);
  });
});

describe("who changed a field", () => {
  const entry = (manager: string, time: string, fieldsV1: object, subresource?: string) => ({
    manager,
    operation: "Update",
    time,
    fieldsV1,
    ...(subresource && { subresource }),
  });
  const object = {
    metadata: {
      managedFields: [
        entry("pulumi-kubernetes-1", "2026-01-01T00:00:00Z", {
          "f:spec": { "f:containers": { 'k:{"name":"kbs"}': { "f:image": {} } } },
        }),
        entry("kubectl-edit", "2026-01-03T00:00:00Z", {
          "f:spec": { "f:containers": { 'k:{"name":"kbs"}': { ".": {}, "f:image": {} } }, "f:nodeSelector": {} },
        }),
        entry("controller", "2026-01-04T00:00:00Z", { "f:status": {} }, "status"),
      ],
    },
  };
  const image = ["spec", "containers", { by: "name", is: "kbs" }, "image"];

  it("is the last one on record that is not ours", () => {
    expect(writerOf(object, image, ["pulumi-kubernetes-1"])).toEqual({
      manager: "kubectl-edit",
      time: "2026-01-03T00:00:00Z",
    });
    expect(writerOf(object, ["spec", "nodeSelector", "a"], [])?.manager).toBe("kubectl-edit");
    expect(writerOf(object, ["spec", "replicas"], [])).toBeUndefined();
    expect(lastWriter(object, ["pulumi-kubernetes-1"])?.manager).toBe("kubectl-edit");
  });

  it("is nobody where nothing is on record", () => {
    expect(
      writerOf({ metadata: { managedFields: [{ fieldsV1: { "f:spec": { "k:{": {} } } }] } }, image, []),
    ).toBeUndefined();
  });
});

describe("pods", () => {
  const template = {
    containers: [{ name: "kbs", image: "a" }],
    volumes: [{ name: "policy", configMap: { name: "p" } }],
  };
  const maker = { kind: "Deployment", spec: { template: { spec: template } } };
  const differ = (more: object) =>
    podDifferences(maker, {
      kind: "Pod",
      spec: { ...template, nodeName: "n", serviceAccountName: "default", ...more },
    }).map(({ change, path }) => `${change} ${pathText(path)}`);

  it("may have what scheduler and admission add", () => {
    const token = { name: "kube-api-access-x", projected: { sources: [] } };
    expect(
      differ({ volumes: [...template.volumes, token], imagePullSecrets: [{ name: "x" }], tolerations: [{ key: "x" }] }),
    ).toEqual([]);
  });

  it.each([
    [{ containers: [{ name: "kbs", image: "b" }] }, "changed spec.containers[kbs].image"],
    [{ containers: [...template.containers, { name: "spy" }] }, "added spec.containers[spy]"],
    [{ ephemeralContainers: [{ name: "debug" }] }, "added spec.ephemeralContainers"],
    [{ hostPID: true }, "added spec.hostPID"],
    [
      { containers: [{ name: "kbs", image: "a", env: [{ name: "LD_PRELOAD", value: "x" }] }] },
      "added spec.containers[kbs].env",
    ],
  ])("may not differ: %j", (more, expected) => {
    expect(differ(more)).toEqual([expected]);
  });

  it("read files by many ways", () => {
    const spec = {
      volumes: [
        { name: "a", secret: { secretName: "s1" } },
        { name: "b", projected: { sources: [{ configMap: { name: "c1" } }, { secret: { name: "s2" } }] } },
      ],
      containers: [
        {
          name: "x",
          envFrom: [{ secretRef: { name: "s3" } }],
          env: [{ name: "e", valueFrom: { configMapKeyRef: { name: "c2" } } }],
        },
      ],
    };
    expect(
      mountedFiles(spec)
        .map(({ kind, name }) => `${kind} ${name}`)
        .sort(),
    ).toEqual(["ConfigMap c1", "ConfigMap c2", "Secret s1", "Secret s2", "Secret s3"]);
  });
});

describe("webhooks", () => {
  const namespaces = [{ metadata: { name: "trustee", labels: { party: "owner" } } }];
  const webhook = (resources: string[], namespaceSelector?: object) => ({
    webhooks: [{ rules: [{ resources }], namespaceSelector }],
  });

  it.each([
    [webhook(["pods"]), true],
    [webhook(["*/*"]), true],
    [webhook(["certificates"]), false],
    [webhook(["pods"], { matchLabels: { inject: "yes" } }), false],
    [
      webhook(["pods"], {
        matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] }],
      }),
      true,
    ],
    [
      webhook(["pods"], {
        matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["trustee"] }],
      }),
      false,
    ],
  ])("%j: %s", (configuration, touches) => {
    expect(touchesNamespaces(configuration, namespaces)).toBe(touches);
  });

  it("takes an operator that it does not know for one that selects", () => {
    expect(selects({ matchExpressions: [{ key: "a", operator: "Newer" }] }, {})).toBe(true);
  });
});

describe("a tenant's namespace", () => {
  const infrastructure = { role: "infrastructure", stack: {} } as Parameters<typeof unnamedWorkloads>[0][number];
  const workloads = (...shards: readonly (Shard | undefined)[]) => [
    infrastructure,
    ...shards.map((shard) => ({ role: "workloads", stack: { ...(shard && { shard }) } }) as typeof infrastructure),
  ];

  it("is looked through where every stack is named that places workloads there", () => {
    expect(unnamedWorkloads(workloads(undefined))).toBeUndefined();
    expect(unnamedWorkloads(workloads({ number: 1, of: 1 }))).toBeUndefined();
    expect(unnamedWorkloads(workloads({ number: 2, of: 2 }, { number: 1, of: 2 }))).toBeUndefined();
  });

  it("is left alone where one is missing: what it placed would be taken for somebody else's, and deleted", () => {
    expect(unnamedWorkloads([infrastructure])).toMatch(/^the stack that places workloads there was not named/);
    expect(unnamedWorkloads(workloads({ number: 2, of: 2 }))).toMatch(/trustfoundry:shard, and 1 of 2 was not named/);
    expect(unnamedWorkloads(workloads({ number: 1, of: 4 }, { number: 3, of: 4 }))).toMatch(
      /and 2 of 4, 4 of 4 were not named/,
    );
    expect(unnamedWorkloads(workloads({ number: 1, of: 1 }, { number: 2, of: 2 }))).toMatch(/1 of 2 was not named/);
  });
});

describe("small parts", () => {
  it.each([
    ["1000m", "1", true],
    ["1Gi", "1073741824", true],
    ["1Gi", "1G", false],
    ["9007199254740993", "9007199254740992", false],
    ["0.5", "500m", true],
    ["x", "x", false],
  ])("quantities %s and %s: %s", (a, b, same) => {
    expect(sameQuantity(a, b)).toBe(same);
  });

  it("knows what a definition sets by itself", () => {
    const schema = {
      properties: {
        spec: { properties: { mode: { default: "on" }, deep: { properties: { on: { default: true } } } } },
      },
    };
    const spec = {
      group: "nvidia.com",
      names: { kind: "ClusterPolicy" },
      versions: [{ name: "v1", schema: { openAPIV3Schema: schema } }],
    };
    const isDefault = definedDefaults([{ kind: "CustomResourceDefinition", wanted: { spec } }])({
      apiVersion: "nvidia.com/v1",
      kind: "ClusterPolicy",
    });
    expect(isDefault(["spec", "mode"], "on")).toBe(true);
    expect(isDefault(["spec", "mode"], "off")).toBe(false);
    expect(isDefault(["spec", "deep"], { on: true })).toBe(true);
    expect(isDefault(["spec", "other"], "on")).toBe(false);
  });

  it("never takes what could not be looked at for fine", () => {
    expect(exitCodeOf({ findings: [], unlooked: [] })).toBe(0);
    expect(exitCodeOf({ findings: [], unlooked: [{ stack: "s", what: "w", why: "y" }] })).toBe(3);
  });
});
