import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeLabels } from "../../../components/cluster/nodeLabels";
import { labels } from "../../../components/host/hardware";
import type { HostProfile } from "../../../components/host/profile";
import type { PlatformSetName } from "../../../components/platform";
import { runtimeClassNameFor } from "../../../components/runtime/runtimeClasses";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { poll } from "../../../tooling/controlplane/api";
import { gpuNode } from "../../../tooling/controlplane/simulatedNodes";
import type { OperatorChart } from "../../support/chartValues";
import { componentValues, standIn } from "../../support/chartValues";
import { sampleHost } from "../../support/hosts";
import { standInCharts } from "../../support/placement";
import type { TestCluster } from "../cluster";
import { removeDefinition, startCluster } from "../cluster";
import { run, withValues } from "./helm";

// The ordering trap: kata-deploy 4.0.0 teaches NFD the TEE labels only if NFD's definitions exist when it starts. In the
// documented order, kata-deploy first, they do not. The components' own order is tested with the infrastructure program.

const hosts: HostProfile[] = [
  sampleHost({ name: "genoa-h100" }),
  sampleHost({ name: "granite-b200", cpu: "Granite Rapids", gpu: { model: "B200", count: 8 } }),
];

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster("ordering", hosts.map(gpuNode));
  for (const host of hosts) await label(host, nodeLabels(host));
});
afterAll(() => cluster.destroy());

const label = ({ name }: HostProfile, changes: Readonly<Record<string, string | null>>) =>
  cluster.api.send({
    method: "PATCH",
    path: `/api/v1/nodes/${name}`,
    contentType: "application/merge-patch+json",
    body: { metadata: { labels: changes } },
  });

/** What marks an installation of kata-deploy since 4.1.0. */
const mark = "kata-deploy.katacontainers.io/default";

const environment = () => ({ KUBECONFIG: cluster.kubeconfig("ordering") });

async function install(chart: OperatorChart, set: PlatformSetName): Promise<void> {
  await withValues(componentValues(chart, set), (file) =>
    run(
      [
        "install",
        chart,
        join(standInCharts, standIn(chart, set)),
        ...["--namespace", chart, "--create-namespace", "--values", file, "--wait", "--timeout", "60s"],
      ],
      environment(),
    ),
  );
}

const uninstall = (chart: OperatorChart) =>
  run(["uninstall", chart, "--namespace", chart, "--wait", "--timeout", "60s"], environment());

async function nodesWith(key: string): Promise<string[]> {
  const nodes = await cluster.api.list<KubeObject>("/api/v1/nodes", `${key}=true`);
  return nodes.map(({ metadata }) => metadata.name).sort();
}

/** Names of the nodes that carry a label, once all have it, or after a while those that do. */
async function settledWith(key: string, timeoutMilliseconds = 30_000): Promise<string[]> {
  const all = await poll(
    async () => {
      const found = await nodesWith(key);
      return found.length === hosts.length ? found : undefined;
    },
    { timeoutMilliseconds, everyMilliseconds: 250 },
  );
  return all ?? (await nodesWith(key));
}

/** What the scheduler says of a pod of a confidential class. */
async function verdictOn(name: string, runtimeClassName: string): Promise<string> {
  const path = "/api/v1/namespaces/default/pods";
  const account = "/api/v1/namespaces/default/serviceaccounts/default";
  await poll(() => cluster.api.get(account).catch(() => undefined), { timeoutMilliseconds: 20_000 });
  await cluster.api.create(path, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      runtimeClassName,
      containers: [{ name: "model", image: "model", resources: { limits: { "nvidia.com/pgpu": "1" } } }],
    },
  } as KubeObject);
  const verdict = await poll(
    async () => {
      const { spec, status } = await cluster.api.get<{
        spec: { nodeName?: string };
        status: { conditions?: { type: string; message?: string }[] };
      }>(`${path}/${name}`);
      return spec.nodeName ?? status.conditions?.find(({ type }) => type === "PodScheduled")?.message;
    },
    { timeoutMilliseconds: 20_000 },
  );
  await cluster.api.delete(`${path}/${name}`);
  return verdict ?? "undecided";
}

describe("kata-deploy before NFD", () => {
  it("is refused with 4.1.0: the cluster does not know the rule that the chart brings", async () => {
    await expect(install("kata-deploy", "newest")).rejects.toThrow(/no matches for kind "NodeFeatureRule"/);
  });

  it("is accepted with 4.0.0, and no confidential pod is ever placed, though every operator is there", async () => {
    await install("kata-deploy", "ra-1.1.0");
    await install("node-feature-discovery", "ra-1.1.0");
    await install("gpu-operator", "ra-1.1.0");
    expect(await settledWith(labels.ccReadyState)).toEqual(["genoa-h100", "granite-b200"]);
    expect(await settledWith(labels.kataRuntime)).toEqual(["genoa-h100", "granite-b200"]);
    // NFD has looked at the hosts; nobody told it what the labels are called.
    expect(await settledWith(labels.gpuPresent)).toEqual(["genoa-h100", "granite-b200"]);
    for (const tee of ["snp", "tdx"] as const) {
      expect(await nodesWith(labels.tee[tee])).toEqual([]);
      expect(await verdictOn(`lost-${tee}`, runtimeClassNameFor(tee))).toMatch(
        /0\/2 nodes are available: 2 node\(s\) didn't match Pod's node affinity\/selector/,
      );
    }
  });
});

describe.each(["ra-1.1.0", "newest"] as const)("kata-deploy of platform set %s after NFD", (set) => {
  beforeAll(async () => {
    // Also without NFD's definitions, as on a cluster that never had it.
    for (const chart of ["gpu-operator", "kata-deploy", "node-feature-discovery"] as const) await uninstall(chart);
    await removeDefinition(cluster, "nodefeaturerules.nfd.k8s-sigs.io");
    // Stand-ins leave their labels behind.
    for (const host of hosts)
      await label(host, { [labels.tee.snp]: null, [labels.tee.tdx]: null, [labels.kataRuntime]: null, [mark]: null });
    for (const chart of ["node-feature-discovery", "kata-deploy", "gpu-operator"] as const) await install(chart, set);
  });

  it("gives each host the label of its own TEE, and confidential pods a host of theirs", async () => {
    const labelledBoth = await poll(
      async () => {
        const found = [await nodesWith(labels.tee.snp), await nodesWith(labels.tee.tdx)];
        return found.every(({ length }) => length > 0) ? found : undefined;
      },
      { timeoutMilliseconds: 30_000 },
    );
    expect(labelledBoth).toEqual([["genoa-h100"], ["granite-b200"]]);
    await settledWith(set === "newest" ? mark : labels.kataRuntime);
    expect(await verdictOn("snp", runtimeClassNameFor("snp"))).toBe("genoa-h100");
    expect(await verdictOn("tdx", runtimeClassNameFor("tdx"))).toBe("granite-b200");
  });
});
