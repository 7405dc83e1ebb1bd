import { describe, expect, it } from "vitest";
import { keyBrokerRoute } from "../../../components/openshift/trusteePlan";
import type { OperatorDemands } from "../../../components/openshift/trusteeProblems";
import { trusteeOperatorProblems } from "../../../components/openshift/trusteeProblems";
import { sampleRelease } from "../../support/release";

const withKeys = (...resources: string[]) => [sampleRelease({ resources })];
const demands: OperatorDemands = {
  csv: "trustee-operator.v1.2.0",
  releases: withKeys("default/model-key/llama-8b"),
  nodes: [],
  keyStore: { kind: "kvstorage" },
  sessions: { kind: "memory" },
  service: { kind: "coco" },
  vcekCache: undefined,
  resourcesSecret: undefined,
  vcekSecrets: {},
};

describe("what the Trustee operator is asked", () => {
  it("is fine as it stands", () => {
    expect(trusteeOperatorProblems(demands)).toEqual([]);
  });

  it.each<[string, Partial<OperatorDemands>, RegExp]>([
    ["an operator whose Trustee is older", { csv: "trustee-operator.v1.1.0" }, /^operator\.csv: .*v1\.2\.0/],
    [
      "a Vault, whose token would stand in a ConfigMap",
      {
        keyStore: {
          kind: "vault",
          url: "https://vault.acme.example",
          mountPath: "secret",
          caCertificate: "",
          reachedAt: { namespace: "vault" },
        },
      },
      /^keyStore\.kind: .*ConfigMap/,
    ],
    [
      "a database, whose password would be plain text",
      {
        sessions: {
          kind: "postgres",
          urlSecret: { name: "postgres", key: "url" },
          port: 5432,
          reachedAt: { namespace: "postgres" },
        },
      },
      /^keyBroker\.sessions: .*plain text/,
    ],
    [
      "a cache that is no Secret",
      { vcekCache: { kind: "persistentVolumeClaim", name: "vcek", fallbackToKds: true } },
      /^vcekCache: /,
    ],
    ["one Secret for all keys", { resourcesSecret: "keys" }, /^resourcesSecret: .*default\/<Secret>\/<key>/],
    [
      "a key in another repository",
      { releases: withKeys("acme/model-key/llama-8b") },
      /key acme\/model-key\/llama-8b: .*name the key default\/model-key\/llama-8b/,
    ],
    ["a Secret that can be none", { releases: withKeys("default/Model_Key/llama") }, /Model_Key can be no Secret/],
    ["a Secret too long for a volume", { releases: withKeys(`default/${"k".repeat(64)}/llama`) }, /63 at most/],
    ["a volume of the operator's own", { releases: withKeys("default/https-key/llama") }, /volume of the operator/],
    ["a key that is passed over", { releases: withKeys("default/model-key/.llama") }, /begin with a dot/],
    [
      "switches that nobody here judges",
      { releases: [{ ...sampleRelease({ resources: [] }), gpu: { model: "H100", count: 8, nvSwitches: 4 } }] },
      /has NVSwitches/,
    ],
    [
      "certificates beside keys",
      { vcekSecrets: { ["ab".repeat(64)]: "model-key" } },
      /^operator\.vcekSecrets: model-key also has keys/,
    ],
  ])("is refused: %s", (_, changes, reason) => {
    const problems = trusteeOperatorProblems({ ...demands, ...changes });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(reason);
  });
});

describe("the Route", () => {
  it("lists ranges with a blank between them, the one form that OpenShift's router does not pass over", () => {
    expect(keyBrokerRoute("kbs.acme.example", ["198.51.100.0/24", "192.0.2.0/24", "192.0.2.0/24"]).annotations).toEqual(
      {
        "haproxy.router.openshift.io/balance": "source",
        "haproxy.router.openshift.io/ip_allowlist": "192.0.2.0/24 198.51.100.0/24",
        "haproxy.router.openshift.io/timeout": "120s",
      },
    );
  });

  it.each([[["198.51.100.0/24,192.0.2.0/24"]], [["everybody"]], [[]]])("is not made of %j", (ranges) => {
    expect(() => keyBrokerRoute("kbs.acme.example", ranges)).toThrow(/let everybody in/);
  });
});
