import type { Bench, Live, Undo } from "./bench";

export interface InjectedFault {
  /** What somebody did. */
  readonly what: string;
  /** The link that has to be named first. */
  readonly link: string;
  /** Parts of what it has to say. */
  readonly found: string;
  readonly wanted: string;
  /** Breaks it, and waits until the cluster has come to terms with that. */
  readonly inject: (bench: Bench) => Promise<Undo>;
  /** What has to be there again before the next one. */
  readonly settled?: (bench: Bench) => Promise<unknown>;
}

export const sickHost = "genoa-h100-a";
const node = `/api/v1/nodes/${sickHost}`;
const rules = "/apis/nfd.k8s-sigs.io/v1alpha1/nodefeaturerules";
const definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/nodefeaturerules.nfd.k8s-sigs.io";
const policy = "/apis/nvidia.com/v1/clusterpolicies/cluster-policy";
const daemonSets = "/apis/apps/v1/namespaces";
const runtimeClass = "/apis/node.k8s.io/v1/runtimeclasses/kata-qemu-nvidia-gpu-snp";
const simulated = (what: string) => `simulated.trustfoundry.dev/${what}`;

const labelIs = (bench: Bench, key: string, value: string | undefined) =>
  bench.until(async () => (await bench.get(node)).metadata.labels?.[key] === value);

const allocatableIs = (bench: Bench, key: string, value: string) =>
  bench.until(async () => (await bench.get(node)).status.allocatable[key] === value);

const daemonSetReady = (bench: Bench, path: string) =>
  bench.until(async () => {
    const { status = {} } = await bench.get(path);
    return status.desiredNumberScheduled > 0 && status.numberReady === status.desiredNumberScheduled;
  });

/** Sets labels or annotations of the host; taken back, they are as they were. */
async function mark(
  bench: Bench,
  part: "labels" | "annotations",
  values: Readonly<Record<string, string | null>>,
): Promise<Undo> {
  const before = (await bench.get(node)).metadata[part] ?? {};
  await bench.patch(node, { metadata: { [part]: values } });
  return () =>
    bench.patch(node, {
      metadata: { [part]: Object.fromEntries(Object.keys(values).map((key) => [key, before[key] ?? null])) },
    });
}

async function respec(bench: Bench, path: string, spec: unknown, back: unknown): Promise<Undo> {
  await bench.patch(path, { spec });
  return () => bench.patch(path, { spec: back });
}

export const hostFaults: readonly InjectedFault[] = [
  {
    what: "the host is cordoned",
    link: "node-schedulable",
    found: "cordoned",
    wanted: "takes pods",
    inject: (bench) => respec(bench, node, { unschedulable: true }, { unschedulable: null }),
  },
  {
    what: "the host is tainted",
    link: "node-schedulable",
    found: "taint maintenance=night:NoSchedule",
    wanted: "no taint but nvidia.com/gpu",
    inject: (bench) =>
      respec(bench, node, { taints: [{ key: "maintenance", value: "night", effect: "NoSchedule" }] }, { taints: null }),
  },
  {
    what: "the host's purpose is misspelt, as in old instructions",
    link: "node-meant",
    found: "nvidia.com/gpu.workload.config=kata",
    wanted: "vm-passthrough",
    inject: async (bench) => {
      const undo = await mark(bench, "labels", { "nvidia.com/gpu.workload.config": "kata" });
      await labelIs(bench, "katacontainers.io/kata-runtime", undefined);
      await allocatableIs(bench, "nvidia.com/pgpu", "0");
      return undo;
    },
    settled: async (bench) => {
      await labelIs(bench, "katacontainers.io/kata-runtime", "true");
      await allocatableIs(bench, "nvidia.com/pgpu", "8");
      await labelIs(bench, "nvidia.com/cc.ready.state", "true");
      await daemonSetReady(bench, `${daemonSets}/kata-system/daemonsets/kata-deploy`);
    },
  },
  {
    what: "Node Feature Discovery's definitions are dropped",
    link: "nfd-definitions",
    found: "no CustomResourceDefinition nodefeaturerules.nfd.k8s-sigs.io",
    wanted: "installed before kata-deploy",
    inject: async (bench) => {
      const all = await bench.api.list<Live>(rules);
      const undo = await bench.remove(definition);
      return async () => {
        await undo();
        for (const rule of all) {
          const { name, labels } = rule.metadata;
          const { apiVersion, kind, spec } = rule;
          await bench.create(`${rules}/${name}`, {
            apiVersion: apiVersion ?? "nfd.k8s-sigs.io/v1alpha1",
            kind: kind ?? "NodeFeatureRule",
            metadata: { name, labels },
            spec,
          });
        }
      };
    },
  },
  {
    what: "a second Node Feature Discovery is installed",
    link: "nfd-running",
    found: "2 of them",
    wanted: "one Node Feature Discovery",
    inject: async (bench) => {
      const own = `${daemonSets}/node-feature-discovery/daemonsets/node-feature-discovery-worker`;
      const { apiVersion, kind, spec } = await bench.get(own);
      const path = `${daemonSets}/gpu-operator/daemonsets/gpu-operator-node-feature-discovery-worker`;
      await bench.create(path, {
        apiVersion,
        kind,
        spec,
        metadata: { name: "gpu-operator-node-feature-discovery-worker", namespace: "gpu-operator" },
      } as Live);
      return () => bench.api.delete(path);
    },
  },
  {
    what: "Node Feature Discovery's master is scaled away",
    link: "nfd-running",
    found: "0 masters available",
    wanted: "its master available",
    inject: async (bench) => {
      const path = "/apis/apps/v1/namespaces/node-feature-discovery/deployments/node-feature-discovery-master";
      const undo = await respec(bench, path, { replicas: 0 }, { replicas: 1 });
      await bench.rolledOut(path);
      return async () => {
        await undo();
        await bench.rolledOut(path);
      };
    },
  },
  {
    what: "kata-deploy is removed",
    link: "kata-deployed",
    found: "no DaemonSet kata-deploy",
    wanted: "kata-deploy, ready on every host",
    inject: (bench) => bench.remove(`${daemonSets}/kata-system/daemonsets/kata-deploy`),
    settled: (bench) => daemonSetReady(bench, `${daemonSets}/kata-system/daemonsets/kata-deploy`),
  },
  {
    what: "kata-deploy's NodeFeatureRule is deleted",
    link: "tee-rule",
    found: "none for amd.feature.node.kubernetes.io/snp",
    wanted: "amd64-tee-keys",
    inject: (bench) => bench.remove(`${rules}/amd64-tee-keys`),
  },
  {
    what: "SEV-SNP is switched off in the firmware",
    link: "tee-label",
    found: "amd.feature.node.kubernetes.io/snp=nothing",
    wanted: "amd.feature.node.kubernetes.io/snp=true",
    inject: async (bench) => {
      const undo = await mark(bench, "annotations", { [simulated("tee")]: "none" });
      await bench.patch(node, { metadata: { labels: { "amd.feature.node.kubernetes.io/snp": null } } });
      return undo;
    },
    settled: (bench) => labelIs(bench, "amd.feature.node.kubernetes.io/snp", "true"),
  },
  {
    what: "the firmware gives SEV-SNP no keys",
    link: "tee-keys",
    found: "sev-snp.amd.com/esids: 0",
    wanted: "1 or more",
    inject: async (bench) => {
      const undo = await mark(bench, "annotations", { [simulated("tee-keys")]: "0" });
      await allocatableIs(bench, "sev-snp.amd.com/esids", "0");
      return undo;
    },
    settled: (bench) => allocatableIs(bench, "sev-snp.amd.com/esids", "509"),
  },
  {
    what: "the ClusterPolicy is deleted",
    link: "cluster-policy",
    found: "no ClusterPolicy",
    wanted: "one ClusterPolicy",
    inject: (bench) => bench.remove(policy),
  },
  {
    what: "the ClusterPolicy is set to KubeVirt, the chart's default",
    link: "gpu-operator-settings",
    found: "sandboxWorkloads.mode: kubevirt",
    wanted: "sandboxWorkloads.mode: kata",
    inject: (bench) =>
      respec(bench, policy, { sandboxWorkloads: { mode: "kubevirt" } }, { sandboxWorkloads: { mode: "kata" } }),
  },
  {
    what: "the CC manager is removed",
    link: "gpu-operator-running",
    found: "no DaemonSet nvidia-cc-manager",
    wanted: "nvidia-cc-manager",
    inject: (bench) => bench.remove(`${daemonSets}/gpu-operator/daemonsets/nvidia-cc-manager`),
    settled: (bench) => daemonSetReady(bench, `${daemonSets}/gpu-operator/daemonsets/nvidia-cc-manager`),
  },
  {
    what: "the host is asked for devtools",
    link: "cc-mode-wanted",
    found: "nvidia.com/cc.mode=devtools",
    wanted: "on or ppcie",
    inject: async (bench) => {
      const undo = await mark(bench, "labels", { "nvidia.com/cc.mode": "devtools" });
      await labelIs(bench, "nvidia.com/cc.mode.state", "devtools");
      return undo;
    },
    settled: (bench) => labelIs(bench, "nvidia.com/cc.ready.state", "true"),
  },
  {
    what: "a GPU refuses confidential mode",
    link: "cc-mode-state",
    found: "nvidia.com/cc.mode.state=failed",
    wanted: "on",
    inject: async (bench) => {
      const undo = await mark(bench, "annotations", { [simulated("fault")]: "cc-mode-failed" });
      await labelIs(bench, "nvidia.com/cc.mode.state", "failed");
      return undo;
    },
    settled: (bench) => labelIs(bench, "nvidia.com/cc.ready.state", "true"),
  },
  {
    what: "one GPU is not bound for passthrough",
    link: "gpu-resources",
    found: "nvidia.com/pgpu: 7",
    wanted: "8",
    inject: async (bench) => {
      const undo = await mark(bench, "annotations", { [simulated("gpus")]: "7" });
      await allocatableIs(bench, "nvidia.com/pgpu", "7");
      return undo;
    },
    settled: (bench) => allocatableIs(bench, "nvidia.com/pgpu", "8"),
  },
  {
    what: "the GPU Operator reports that it is not done",
    link: "gpu-operator-state",
    found: "notReady",
    wanted: "ready",
    inject: async (bench) => {
      await bench.patch(policy, { status: { state: "notReady" } }, "/status");
      return () => bench.patch(policy, { status: null }, "/status");
    },
  },
  {
    what: "the runtime class is deleted",
    link: "runtime-class",
    found: "runtime classes kata-qemu-nvidia-gpu, kata-qemu-nvidia-gpu-tdx",
    wanted: "RuntimeClass kata-qemu-nvidia-gpu-snp",
    inject: (bench) => bench.remove(runtimeClass),
  },
  {
    what: "the runtime class has an ordinary pod's overhead",
    link: "runtime-class",
    found: "overhead memory 160Mi",
    wanted: "memory 10240Mi or more, sev-snp.amd.com/esids 1",
    inject: (bench) =>
      bench.replace(runtimeClass, (object) => {
        object.overhead = { podFixed: { memory: "160Mi", cpu: "250m" } };
      }),
  },
  {
    what: "the kubelet drop-in has Kubernetes' own two minutes",
    link: "kubelet-drop-in",
    found: "runtimeRequestTimeout 120s",
    wanted: "1200s or more",
    inject: async (bench) => {
      const path = "/api/v1/namespaces/trustfoundry-system/configmaps/kubelet-settings";
      const { data = {} } = await bench.get(path);
      const changed = Object.fromEntries(
        Object.entries(data).map(([name, text]) => [name, text.replace("1200s", "120s")]),
      );
      await bench.patch(path, { data: changed });
      return () => bench.patch(path, { data });
    },
  },
];
