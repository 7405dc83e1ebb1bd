import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { clusterPolicySpec } from "../../../components/openshift/clusterPolicy";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { sampleHost } from "../../support/hosts";
import { absence, upstream } from "../../support/upstream";
import type { Definition, TestCluster } from "../cluster";
import { installDefinition, startCluster } from "../cluster";

// What is placed under OpenShift, against the definitions that the operators publish.

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster("openshift-upstream");
});
afterAll(() => cluster.destroy());

async function install(file: string): Promise<void> {
  for (const document of parseAllDocuments(readFileSync(upstream(file) ?? "", "utf8"))) {
    const definition = document.toJS() as Definition | null;
    if (definition) await installDefinition(cluster, definition);
  }
}

const policies = "gpu-operator/nvidia.com_clusterpolicies-v26.3.1.yaml";
describe.skipIf(!upstream(policies))(`ClusterPolicy${absence(policies)}`, () => {
  beforeAll(() => install(policies));

  it.each([
    ["one GPU a guest", sampleHost({ gpu: { model: "RTX-PRO-6000-BSE", count: 4 } })],
    ["a board with switches", sampleHost({ gpu: { model: "B200", count: 8 } })],
  ])("is valid with %s", async (_, host) => {
    const spec = clusterPolicySpec([host], "nvidia-gpu-operator");
    const object = {
      apiVersion: "nvidia.com/v1",
      kind: "ClusterPolicy",
      metadata: { name: "gpu-cluster-policy" },
      spec,
    };
    expect(await cluster.api.apply("/apis/nvidia.com/v1/clusterpolicies/gpu-cluster-policy", object)).toMatchObject({
      spec,
    });
  });
});

const kataConfigs = "openshift/kataconfiguration.openshift.io_kataconfigs.yaml";
describe.skipIf(!upstream(kataConfigs))(`KataConfig${absence(kataConfigs)}`, () => {
  beforeAll(() => install(kataConfigs));
  const path = "/apis/kataconfiguration.openshift.io/v1/kataconfigs/trustfoundry";
  const kataConfig = (spec: object) =>
    ({
      apiVersion: "kataconfiguration.openshift.io/v1",
      kind: "KataConfig",
      metadata: { name: "trustfoundry" },
      spec: {
        checkNodeEligibility: false,
        enablePeerPods: false,
        logLevel: "info",
        kataConfigPoolSelector: { matchLabels: { "nvidia.com/gpu.workload.config": "vm-passthrough" } },
        ...spec,
      },
    }) as KubeObject;

  it("is valid, and not with a misspelt field", async () => {
    expect(await cluster.api.apply(path, kataConfig({}))).toMatchObject({ metadata: { name: "trustfoundry" } });
    await expect(cluster.api.apply(path, kataConfig({ loglevel: "info" }))).rejects.toThrow(
      /unknown field|field not declared in schema/,
    );
  });
});
