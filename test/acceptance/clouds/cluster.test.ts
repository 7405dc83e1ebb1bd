import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parse } from "yaml";
import { encodeInitData, initDataAnnotationKey } from "../../../components/guest/initDataAnnotation";
import { sha256 } from "../../../components/names";
import { initDataToml } from "../../../policies/examples/confidentialDeployment";
import { clusterOfNodes, planForCluster } from "../../../stacks/clouds/cluster";
import { providerNamed } from "../../../stacks/config/providers";
import { parseAs } from "../../../stacks/config/load";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { ApiError, poll } from "../../../tooling/controlplane/api";
import { hardwareKeys, plainNode } from "../../../tooling/controlplane/simulatedNodes";
import type { SimulatedNode } from "../../../tooling/controlplane/simulatedNodes";
import type { Operation, StackOutcome } from "../../../tooling/rehearsal/stackRunner";
import { changed, runStack } from "../../../tooling/rehearsal/stackRunner";
import { root } from "../../support/factory";
import { standInCharts } from "../../support/placement";
import type { TestCluster } from "../cluster";
import { startCluster } from "../cluster";

// The cluster's part of a cloud's program, under the real engine and the real Kubernetes provider, on a real control plane
// whose nodes are SIMULATED: one of the system pool, one with a GPU and the taint that clouds give such nodes. No cloud is
// asked: the pools that the program waits for are none. The tests build on each other.

const context = "cloud";
const tenant = "acme-models";
const gpuNodeName = "aks-h100-0";

/** A confidential GPU node of a cloud: a virtual machine with one GPU, whose mode the cloud has set. */
const gpuNode: SimulatedNode = {
  name: gpuNodeName,
  cpus: 40,
  memoryGib: 320,
  hardware: {
    ...(Object.fromEntries(hardwareKeys.map((key) => [key, ""])) as SimulatedNode["hardware"]),
    tee: "snp",
    "gpu-model": "H100",
    gpus: "1",
    nvswitches: "0",
    "tee-keys": "0",
    cpus: "40",
    "memory-gib": "320",
  },
};

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster(context, [plainNode("aks-system-0", 16, 64), gpuNode]);
  const taints = [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }];
  await patchNode(gpuNodeName, { spec: { taints } });
});
afterAll(() => cluster.destroy());

/** What a cloud, or a person, writes on a node. */
async function patchNode(name: string, body: object): Promise<void> {
  const contentType = "application/merge-patch+json";
  await cluster.api.send({ method: "PATCH", path: `/api/v1/nodes/${name}`, body, contentType });
}

type Sections = Record<string, unknown> & { providers: [Record<string, unknown>] };

/** A sample's settings with the cluster's context, with charts of the rehearsal and with changes of its provider. */
function settings(sample: string, change: (provider: Record<string, unknown>) => void = () => {}): Sections {
  const file = parse(readFileSync(join(root, "samples", sample, "Pulumi.infrastructure.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const sections = Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [key.replace(/^trustfoundry:/, ""), value]),
  ) as Sections;
  change(sections.providers[0]);
  return {
    ...sections,
    simulated: true,
    cluster: { context },
    platform: { set: "ra-1.1.0", charts: { kind: "directory", path: standInCharts } },
  };
}

async function run(operation: Operation, sections: Sections): Promise<StackOutcome> {
  const config = parseAs("infrastructure", sections);
  const kubeconfig = cluster.kubeconfig(context);
  const directory = join(cluster.directory, "stack");
  const { binDir, pulumiRoot } = inject("toolchain");
  return runStack(operation, {
    place: {
      stackName: "infrastructure",
      party: config.provider,
      directory,
      passphraseFile: join(directory, "passphrase"),
      kubeconfig,
    },
    engine: { binDir, pulumiRoot },
    config: sections,
    policyPacks: [],
    program: async () => {
      const provider = providerNamed(config.provider, config.providers);
      const plan = await planForCluster(config, context, provider, { kubeconfigs: [kubeconfig] });
      return clusterOfNodes(config, plan, provider, { pools: [], outputs: {}, nextSteps: [] });
    },
  });
}

interface NodeObject extends KubeObject {
  readonly status: { readonly allocatable: Readonly<Record<string, string>> };
}
const podsPath = `/api/v1/namespaces/${tenant}/pods`;
const gpus = { cpu: "16", memory: "48Gi", "nvidia.com/gpu": "1" };

/** A tenant's pod on a node that is the TEE: no runtime class, no init-data. */
function podOf(name: string, spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { "trustfoundry.dev/confidential": "true" }, ...metadata },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "model",
          image: `nvcr.io/nim/acme/llama@sha256:${"a".repeat(64)}`,
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          // No agent policy closes a node's containers to its own kubelet.
          readinessProbe: { exec: { command: ["/opt/nim/ready"] } },
          resources: { limits: gpus },
        },
      ],
      ...spec,
    },
  } as KubeObject;
}

const gpuToleration = { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" };

async function refusalOf(pod: KubeObject): Promise<string> {
  try {
    await cluster.api.create(`${podsPath}?dryRun=All`, pod);
    return "";
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}

interface PodObject extends KubeObject {
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly message?: string }[] };
}

/** What becomes of a pod: the node that it lands on, or the scheduler's reason. */
async function placed(pod: KubeObject): Promise<string> {
  await cluster.api.create(podsPath, pod);
  const path = `${podsPath}/${pod.metadata.name}`;
  const found = await poll(
    async () => {
      const { spec, status } = await cluster.api.get<PodObject>(path);
      return spec.nodeName ?? status.conditions?.find(({ type }) => type === "PodScheduled")?.message;
    },
    { timeoutMilliseconds: 30_000 },
  );
  await cluster.api.delete(`${path}?gracePeriodSeconds=0`);
  return found ?? "neither";
}

const azure = () => settings("azure-aks");

describe("the first run that knows the cluster, on Azure", () => {
  let outcome: StackOutcome;
  beforeAll(async () => {
    outcome = await run("up", azure());
  });

  it("places policies, driver and the tenant's namespace, and warns that nothing is demanded of workloads", () => {
    expect(outcome.outputs).toMatchObject({
      namespaces: { gpuOperator: "gpu-operator", nodeFeatures: "node-feature-discovery", tenant },
    });
    expect(outcome.warnings).toEqual([expect.stringContaining("demands nothing of the tenant's workloads")]);
  });

  it("offers the node's GPU as an ordinary device, and asks for no mode and no passthrough", async () => {
    const gpu = await poll(
      async () => {
        const node = await cluster.api.get<NodeObject>(`/api/v1/nodes/${gpuNodeName}`);
        return node.status.allocatable["nvidia.com/gpu"] === "1" ? node : undefined;
      },
      { timeoutMilliseconds: 30_000 },
    );
    expect(gpu?.status.allocatable).not.toHaveProperty(["nvidia.com/pgpu"]);
    expect(gpu?.metadata.labels).toMatchObject({ "nvidia.com/gpu.deploy.device-plugin": "true" });
    for (const label of ["nvidia.com/cc.mode.state", "nvidia.com/gpu.deploy.vfio-manager"])
      expect(gpu?.metadata.labels).not.toHaveProperty([label]);
    const { spec } = await cluster.api.get<{ spec: Record<string, unknown> }>(
      "/apis/nvidia.com/v1/clusterpolicies/cluster-policy",
    );
    expect(spec).toMatchObject({
      sandboxWorkloads: { enabled: false },
      ccManager: { enabled: false },
      driver: { usePrecompiled: true, version: "580" },
    });
  });

  it("enforces the rules that hold for nodes, and none about guests of pods", async () => {
    const found = outcome.outputs.admissionPolicies as string[];
    expect(found).toEqual(expect.arrayContaining(["trustfoundry-no-host-access", "trustfoundry-peer-pod-annotations"]));
    for (const rule of ["confidential-runtime-class", "init-data-present", "gpu-operator-kata-mode"])
      expect(found).not.toContain(`trustfoundry-${rule}`);
    const [quota] = await cluster.api.list<{ spec: { hard: Record<string, string> } }>(
      `/api/v1/namespaces/${tenant}/resourcequotas`,
    );
    // Two nodes at most, and as much again waiting.
    expect(quota?.spec.hard).toMatchObject({
      "requests.nvidia.com/gpu": "4",
      "requests.nvidia.com/pgpu": "0",
      "requests.cpu": "160",
      pods: "4",
    });
  });

  it("is not repeated: the second run changes nothing", async () => {
    expect(changed(await run("up", azure()))).toBe(false);
  });
});

describe("a tenant's pod with a GPU", () => {
  it("lands on the GPU node with its toleration, and without it waits", async () => {
    expect(await placed(podOf("tolerant", { tolerations: [gpuToleration] }))).toBe(gpuNodeName);
    expect(await placed(podOf("intolerant"))).toMatch(
      /1 Insufficient nvidia\.com\/gpu, 1 node\(s\) had untolerated taint/,
    );
  });

  it.each([
    ["tolerations-named", { tolerations: [{ operator: "Exists" }] }],
    ["no-service-account-token", { automountServiceAccountToken: true }],
    ["no-node-name", { nodeName: gpuNodeName }],
  ])("is refused by %s", async (rule, spec) => {
    const refusal = await refusalOf(podOf("wrong", { tolerations: [gpuToleration], ...spec }));
    expect(refusal).toContain(`trustfoundry-${rule}`);
  });

  it("takes nothing of its node, by the namespace's own standard", async () => {
    const refusal = await refusalOf(podOf("wrong", { tolerations: [gpuToleration], hostPID: true }));
    expect(refusal).toContain("violates PodSecurity");
  });

  it("is refused as an image by tag, by the rule alone", async () => {
    const pod = podOf("tagged", { tolerations: [gpuToleration] });
    (pod as unknown as { spec: { containers: { image: string }[] } }).spec.containers[0]!.image =
      "nvcr.io/nim/acme/llama:1";
    expect(await refusalOf(pod)).toContain("trustfoundry-images-by-digest");
  });

  it("is admitted as it has to be, without runtime class and init-data", async () => {
    expect(await refusalOf(podOf("right", { tolerations: [gpuToleration] }))).toBe("");
  });
});

/** A tenant's peer pod: its machine is beside the node, and takes no device of it. */
const peerPodOf = (annotations: Record<string, string>): KubeObject => {
  const initData = { [initDataAnnotationKey]: encodeInitData(initDataToml) };
  const pod = podOf("peer", { runtimeClassName: "kata-remote" }, { annotations: { ...initData, ...annotations } });
  (pod as unknown as { spec: { containers: { resources: object }[] } }).spec.containers[0]!.resources = {
    limits: { cpu: "4", memory: "16Gi" },
  };
  return pod;
};

describe("peer pods beside the nodes", () => {
  const withPeerPods = () =>
    settings("azure-aks", (provider) => {
      provider.peerPods = {
        experimental: true,
        azure: {
          subnetId: "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v/subnets/pods",
          imageId:
            "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g/images/pod/versions/1.0.0",
          size: "Standard_DC4as_v5",
        },
        credentials: { kind: "workloadIdentity", identity: "00000000-0000-4000-8000-000000000009" },
      };
    });
  let outcome: StackOutcome;
  beforeAll(async () => {
    await patchNode("aks-system-0", { metadata: { labels: { "node.kubernetes.io/worker": "" } } });
    outcome = await run("up", withPeerPods());
  });

  it("are added without touching the rest, and called what they are", () => {
    expect(Object.keys(outcome.changes).sort()).toEqual(["create", "same"]);
    expect(outcome.outputs).toMatchObject({ peerPodRuntimeClass: "kata-remote" });
    expect(outcome.warnings.filter((warning) => warning.includes(".peerPods: "))).toHaveLength(3);
    expect(outcome.warnings.join("\n")).toContain("experimental: pods as confidential machines");
  });

  it("are made confidential, with no credentials in the cluster, by images of one digest", async () => {
    const namespace = "/namespaces/confidential-containers-system";
    const { data } = await cluster.api.get<{ data: Record<string, string> }>(
      `/api/v1${namespace}/configmaps/peer-pods-cm`,
    );
    expect(data).toMatchObject({ CLOUD_PROVIDER: "azure", DISABLECVM: "false", PEERPODS_LIMIT_PER_NODE: "2" });
    const secrets = await cluster.api.list<KubeObject>(`/api/v1${namespace}/secrets`);
    expect(secrets.map(({ metadata }) => metadata.name).filter((name) => !name.startsWith("sh.helm"))).toEqual([]);
    const adaptor = JSON.stringify(await cluster.api.list(`/apis/apps/v1${namespace}/daemonsets`));
    expect(adaptor).toMatch(/"azure\.workload\.identity\/use":"true"/);
    for (const [, image] of adaptor.matchAll(/"image":"([^"]+)"/g)) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  it("land on labelled nodes, and are refused where they choose image or type", async () => {
    await poll(
      async () => {
        const { metadata } = await cluster.api.get<KubeObject>("/api/v1/nodes/aks-system-0");
        return metadata.labels?.["katacontainers.io/kata-runtime"];
      },
      { timeoutMilliseconds: 30_000 },
    );
    expect(await placed(peerPodOf({}))).toBe("aks-system-0");
    for (const key of ["image", "machine_type"])
      expect(await refusalOf(peerPodOf({ [`io.katacontainers.config.hypervisor.${key}`]: "other" }))).toContain(
        "trustfoundry-peer-pod-annotations",
      );
    expect(await refusalOf(peerPodOf({ [initDataAnnotationKey]: "" }))).toContain("trustfoundry-peer-pod-init-data");
    // What their own webhook writes.
    expect(await refusalOf(peerPodOf({ "io.katacontainers.config.hypervisor.default_vcpus": "4" }))).toBe("");
  });
});

describe("removal", () => {
  it("leaves nothing in the cluster but its own", async () => {
    await run("destroy", azure());
    const namespaces = await cluster.api.list<KubeObject>("/api/v1/namespaces");
    expect(namespaces.map(({ metadata }) => metadata.name).sort()).toEqual([
      "default",
      "kube-node-lease",
      "kube-public",
      "kube-system",
    ]);
    expect(await cluster.api.list("/apis/node.k8s.io/v1/runtimeclasses")).toEqual([]);
    expect(await cluster.api.list("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies")).toEqual([]);
  });
});

describe("on Google Cloud", () => {
  /** Of the form of Google's, and nothing of it. */
  const manifest = `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: simulated-gpu-driver, namespace: kube-system }
spec:
  selector: { matchLabels: { app: simulated-gpu-driver } }
  template:
    metadata: { labels: { app: simulated-gpu-driver } }
    spec:
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
              - matchExpressions:
                  - { key: cloud.google.com/gke-confidential-nodes-instance-type, operator: In, values: [TDX] }
      tolerations: [{ operator: Exists }]
      initContainers:
        - { name: driver, image: "simulated-installer:fixed", imagePullPolicy: Never }
      containers:
        - { name: pause, image: "registry.example/pause@sha256:${"b".repeat(64)}" }
`;
  const gke = (sha: string) =>
    settings("gcp-gke", (provider) => {
      const directory = join(cluster.directory, "manifests");
      mkdirSync(directory, { recursive: true });
      const file = join(directory, "driver.yaml");
      writeFileSync(file, manifest);
      (provider.gcp as Record<string, unknown>).driverManifest = { file, sha256: sha };
    });

  it("refuses a driver's manifest that nobody has looked at, before anything is placed", async () => {
    await expect(run("preview", gke("0".repeat(64)))).rejects.toThrow(
      new RegExp(`providers\\[0\\]\\.gcp\\.driverManifest\\.file: .*has the SHA-256 ${sha256(manifest)}`),
    );
    await expect(run("preview", settings("gcp-gke"))).rejects.toThrow(/gcp\.driverManifest: is missing.*fetch https:/);
  });

  it("places Google's DaemonSet, and neither operator nor feature discovery", async () => {
    const outcome = await run("up", gke(sha256(manifest)));
    expect(outcome.outputs).toMatchObject({
      gpuDriver: { daemonSet: "kube-system/simulated-gpu-driver", preloadedImages: ["simulated-installer:fixed"] },
      namespaces: { tenant },
    });
    expect(outcome.outputs.namespaces).not.toHaveProperty("gpuOperator");
    expect(changed(await run("up", gke(sha256(manifest))))).toBe(false);
    await run("destroy", gke(sha256(manifest)));
  });
});
