import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { labels } from "../../../components/host/hardware";
import type { PlatformSetName } from "../../../components/platform";
import { platformSets } from "../../../components/platform";
import { expectedRuntimeClasses } from "../../../components/runtime/runtimeClasses";
import { deriveStacks } from "../../../stacks/rehearsal";
import { nothingAccepted } from "../../support/attestations";
import { bothSign } from "../../support/signing";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { poll } from "../../../tooling/controlplane/api";
import { gpuNode } from "../../../tooling/controlplane/simulatedNodes";
import { StackProcess } from "../../../tooling/rehearsal/stackProcess";
import type { Operation, StackOutcome } from "../../../tooling/rehearsal/stackRunner";
import { changed } from "../../../tooling/rehearsal/stackRunner";
import { sampleFactory, withValue } from "../../support/factory";
import { sampleHost } from "../../support/hosts";
import type { TestCluster } from "../cluster";
import { startCluster } from "../cluster";

// The provider's program under the real engine and the real Kubernetes provider, on a real control plane whose nodes are
// simulated. The tests build on each other: installation, repetition, upgrade, removal.

const factory = sampleFactory();
const provider = factory.providers[0]!;
const context = `provider-${provider.name}`;

/** A Hopper board whose switches go to the guest with its GPUs, which Kata can do since 4.1.0. It is there from the start. */
const board = sampleHost({ name: "genoa-h200", gpu: { model: "H200", count: 8 }, ccMode: "ppcie" });

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster(context, [...provider.hosts, board].map(gpuNode));
});
afterAll(() => cluster.destroy());

type Settings = Readonly<Record<string, unknown>>;
function settings(set: PlatformSetName = "ra-1.1.0"): Settings {
  const derived = deriveStacks(factory, {
    keyBrokerCa: "",
    releases: "none",
    signers: bothSign,
    acceptance: nothingAccepted,
  }).providers[provider.name]?.infrastructure;
  // Admission policies have tests of their own; here pods are made that they would refuse.
  return { ...derived, admission: "off", platform: { set, charts: factory.platform.charts } };
}

async function run(operation: Operation, config: Settings = settings()): Promise<StackOutcome> {
  const { binDir, pulumiRoot } = inject("toolchain");
  const directory = join(cluster.directory, "stack");
  const process = new StackProcess({
    place: {
      stackName: "infrastructure",
      party: provider.name,
      directory,
      passphraseFile: join(directory, "passphrase"),
      kubeconfig: cluster.kubeconfig(context),
    },
    engine: { binDir, pulumiRoot },
    config,
    policyPacks: [],
  });
  try {
    return await process.run(operation);
  } finally {
    process.close();
  }
}

interface NodeObject extends KubeObject {
  readonly status: { readonly allocatable: Readonly<Record<string, string>> };
}
const nodes = () => cluster.api.list<NodeObject>("/api/v1/nodes");

/** Hosts by name that confidential GPU pods may land on, once there are as many as expected. */
async function eligibleHosts(
  expected: number,
  mark: string,
): Promise<Record<string, Readonly<Record<string, string>>>> {
  const found = await poll(
    async () => {
      const ready = (await nodes()).filter(({ metadata: { labels: has = {} }, status: { allocatable } }) => {
        const tee = has[labels.tee.snp] === "true" || has[labels.tee.tdx] === "true";
        return tee && has[labels.ccReadyState] === "true" && has[mark] === "true" && allocatable["nvidia.com/pgpu"];
      });
      return ready.length >= expected ? ready : undefined;
    },
    { timeoutMilliseconds: 30_000, everyMilliseconds: 250 },
  );
  return Object.fromEntries((found ?? []).map(({ metadata, status }) => [metadata.name, status.allocatable]));
}

interface RuntimeClassObject extends KubeObject {
  readonly handler: string;
  readonly overhead: { readonly podFixed: Readonly<Record<string, string>> };
  readonly scheduling: { readonly nodeSelector: Readonly<Record<string, string>> };
}

async function runtimeClasses() {
  const classes = await cluster.api.list<RuntimeClassObject>("/apis/node.k8s.io/v1/runtimeclasses");
  return classes.map(({ metadata, handler, overhead, scheduling }) => ({
    name: metadata.name,
    handler,
    overhead: overhead.podFixed,
    nodeSelector: scheduling.nodeSelector,
  }));
}

/** As the API server writes quantities. */
const expectedClasses = (set: PlatformSetName) =>
  expectedRuntimeClasses(set).map(({ overhead, ...rest }) => ({
    ...rest,
    overhead: { ...overhead, memory: "10Gi", cpu: "1" },
  }));

describe("a host that has not joined", () => {
  it("stops everything at preview, and no Node is made of it", async () => {
    const misspelt = withValue(settings(), ["providers", 0, "hosts", 0, "name"], "genoa-h100-x");
    await expect(run("preview", misspelt)).rejects.toThrow(/node-mode-genoa-h100-x-joined[\s\S]*genoa-h100-x/);
    expect((await nodes()).map(({ metadata }) => metadata.name)).not.toContain("genoa-h100-x");
  });
});

describe("the first installation", () => {
  let outcome: StackOutcome;
  beforeAll(async () => {
    outcome = await run("up");
  });

  it("warns of the platform set's known defect and of nothing else", () => {
    expect(outcome.warnings).toEqual(platformSets["ra-1.1.0"].warnings);
  });

  it("leaves Kata's runtime classes as they are expected", async () => {
    expect(await runtimeClasses()).toEqual(expectedClasses("ra-1.1.0"));
  });

  it("makes confidential hosts ready, and neither the one without a TEE nor the one whose GPUs failed", async () => {
    const ready = await eligibleHosts(3, labels.kataRuntime);
    expect(Object.keys(ready).sort()).toEqual(["genoa-h100-a", "genoa-h100-b", "granite-b200"]);
    expect(ready["genoa-h100-a"]).toMatchObject({ "nvidia.com/pgpu": "8", "sev-snp.amd.com/esids": "509" });
    expect(ready["granite-b200"]).toMatchObject({ "nvidia.com/pgpu": "8", "tdx.intel.com/keys": "31" });
    const states = async () =>
      Object.fromEntries(
        (await nodes()).map(({ metadata: { name, labels: has = {} } }) => [
          name,
          has[labels.ccModeState] && `${has[labels.ccModeState]}/${has[labels.ccReadyState]}`,
        ]),
      );
    await poll(async () => ((await states())["genoa-faulty"] && (await states())["genoa-h200"]) || undefined, {
      timeoutMilliseconds: 30_000,
    });
    expect(await states()).toEqual({
      "genoa-h100-a": "on/true",
      "genoa-h100-b": "on/true",
      "granite-b200": "on/true",
      "genoa-faulty": "failed/",
      // Its GPUs belong to containers with a driver of their own: the CC manager is not there.
      "genoa-plain": undefined,
      // Nobody has declared this one. Its GPUs are made confidential all the same, and Kata keeps off it.
      "genoa-h200": "on/true",
    });
  });

  it("closes the tenant's namespace before anybody places a pod in it", async () => {
    const at = `/api/v1/namespaces/${factory.parties.modelOwner}`;
    const account = await cluster.api.get<{ automountServiceAccountToken: boolean }>(`${at}/serviceaccounts/default`);
    expect(account.automountServiceAccountToken).toBe(false);
    const policies = await cluster.api.list<KubeObject>(
      `/apis/networking.k8s.io/v1/namespaces/${factory.parties.modelOwner}/networkpolicies`,
    );
    expect(policies.map(({ metadata }) => metadata.name).sort()).toEqual([
      "allow-dns",
      "allow-key-broker",
      "allow-registries",
      "deny-all",
    ]);
    const [quota] = await cluster.api.list<{ spec: { hard: Record<string, string> } }>(`${at}/resourcequotas`);
    // Twice what the hosts have: a pod that no host can hold is still made, and waits.
    expect(quota?.spec.hard).toMatchObject({ "requests.nvidia.com/pgpu": "64", "requests.nvidia.com/nvswitch": "0" });
    const [limits] = await cluster.api.list<{ spec: { limits: unknown } }>(`${at}/limitranges`);
    expect(limits?.spec.limits).toEqual([{ type: "Container", maxLimitRequestRatio: { cpu: "1", memory: "1" } }]);
  });

  it("tells the API server what is accepted of the tenant, and says on the hosts whose own they are", async () => {
    const { data } = await cluster.api.get<{ data: Record<string, string> }>(
      `/api/v1/namespaces/trustfoundry-admission/configmaps/${factory.parties.modelOwner}`,
    );
    expect(data).toMatchObject({ registries: "nvcr.io/nim", images: "", dedicatedNodes: "true" });
    const own = (await nodes()).filter(
      ({ metadata }) => metadata.labels?.["trustfoundry.dev/tenant"] === "acme-models",
    );
    expect(own.map(({ metadata }) => metadata.name).sort()).toEqual([
      "genoa-faulty",
      "genoa-h100-a",
      "genoa-h100-b",
      "granite-b200",
    ]);
  });

  it("is not repeated: the second run changes nothing", async () => {
    expect(changed(await run("up"))).toBe(false);
  });
});

describe("a pod that no host can hold", () => {
  it("is admitted and stays Pending with the scheduler's reason, which a quota would have hidden", async () => {
    const pods = `/api/v1/namespaces/${factory.parties.modelOwner}/pods`;
    const gpus = { "nvidia.com/pgpu": "16", cpu: "64", memory: "512Gi" };
    await cluster.api.create(pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "giant" },
      spec: {
        runtimeClassName: "kata-qemu-nvidia-gpu-tdx",
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "model",
            image: "nvcr.io/nim/acme/giant-1t:0.1.0",
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            resources: { requests: gpus, limits: gpus },
          },
        ],
      },
    } as KubeObject);
    const message = await poll(
      async () => {
        const { status } = await cluster.api.get<{ status: { conditions?: { type: string; message?: string }[] } }>(
          `${pods}/giant`,
        );
        return status.conditions?.find(({ type }) => type === "PodScheduled")?.message;
      },
      { timeoutMilliseconds: 30_000 },
    );
    expect(message).toMatch(/0\/6 nodes are available: .*1 Insufficient nvidia\.com\/pgpu/);
    await cluster.api.delete(`${pods}/giant`);
  });
});

describe("the upgrade to the newest platform set", () => {
  const newest = withValue(settings("newest"), ["providers", 0, "hosts"], [...provider.hosts, board]);
  const mark = "kata-deploy.katacontainers.io/default";
  let outcome: StackOutcome;
  beforeAll(async () => {
    outcome = await run("up", newest);
  });

  it("replaces and removes nothing", () => {
    const { create, ...others } = outcome.changes;
    expect(Object.keys(others).sort()).toEqual(["read", "same", "update"]);
    // The labels of the host that is declared now.
    expect(create).toBe(1);
    expect(outcome.warnings).toEqual(platformSets.newest.warnings);
  });

  it("leaves the same hosts ready under the new version's marks, and the new one with its switches", async () => {
    expect(await runtimeClasses()).toEqual(expectedClasses("newest"));
    const ready = await eligibleHosts(4, mark);
    expect(Object.keys(ready).sort()).toEqual(["genoa-h100-a", "genoa-h100-b", "genoa-h200", "granite-b200"]);
    const modeOf = async () => {
      const { metadata } = await cluster.api.get<KubeObject>("/api/v1/nodes/genoa-h200");
      return metadata.labels?.[labels.ccModeState] === "ppcie" ? "ppcie" : undefined;
    };
    expect(await poll(modeOf, { timeoutMilliseconds: 30_000 })).toBe("ppcie");
    const switches = async () => {
      const { status } = await cluster.api.get<NodeObject>("/api/v1/nodes/genoa-h200");
      return status.allocatable["nvidia.com/nvswitch"];
    };
    expect(await poll(switches, { timeoutMilliseconds: 30_000 })).toBe("4");
    for (const [name, allocatable] of Object.entries(await eligibleHosts(4, mark)))
      if (name !== board.name) expect(allocatable, name).not.toHaveProperty(["nvidia.com/nvswitch"]);
  });
});

describe("removal", () => {
  it("takes the labels off the hosts, leaves the hosts, and leaves nothing else", async () => {
    await run("destroy", settings("newest"));
    expect(await runtimeClasses()).toEqual([]);
    const left = await nodes();
    expect(left.map(({ metadata }) => metadata.name).sort()).toEqual(
      [...provider.hosts, board].map(({ name }) => name).sort(),
    );
    for (const { metadata } of left)
      for (const label of [labels.workloadConfig, labels.ccMode]) expect(metadata.labels).not.toHaveProperty([label]);
    const namespaces = await cluster.api.list<KubeObject>("/api/v1/namespaces");
    expect(namespaces.map(({ metadata }) => metadata.name).sort()).toEqual([
      "default",
      "kube-node-lease",
      "kube-public",
      "kube-system",
    ]);
  });
});
