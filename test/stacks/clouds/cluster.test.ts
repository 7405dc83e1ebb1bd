import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../../../components/names";
import { appliesTo } from "../../../policies/isolation";
import type { Resource } from "../../../policies/rule";
import { rules } from "../../../policies/rules";
import { ConfigurationError } from "../../../stacks/config/errors";
import { parseAs } from "../../../stacks/config/load";
import { providerNamed } from "../../../stacks/config/providers";
import { infrastructure } from "../../../stacks/infrastructure";
import { asTheSdkShowsThem } from "../../policies/support";
import { azureOutputs, azureSections } from "../../support/azure";
import { peerPodsSections } from "../../support/chartValues";
import { gcpOutputs, gcpSections, quiet } from "../../support/gcp";
import { standInCharts } from "../../support/placement";
import type { Recording } from "../../support/registrations";
import { recordRegistrations } from "../../support/registrations";

// The whole program of a provider on a cloud that knows its cluster: the cloud's part, and the cluster's part on it.

let directory: string;
let warnings: string[];
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "driver-"));
});
afterAll(() => rmSync(directory, { recursive: true }));
beforeEach(() => {
  vi.restoreAllMocks();
  warnings = [];
  vi.spyOn(pulumi.log, "warn").mockImplementation((message: string) => {
    warnings.push(message);
    return Promise.resolve();
  });
});

const digest = `sha256:${"a".repeat(64)}`;
const acceptance = {
  registries: ["nvcr.io/nim"],
  images: [digest],
  requiredAttestations: { vulnerabilityScan: "notRequired", sbom: "notRequired" },
};
const manifest = `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: driver, namespace: kube-system }
spec:
  selector: { matchLabels: { app: driver } }
  template:
    metadata: { labels: { app: driver } }
    spec:
      nodeSelector: { cloud.google.com/gke-confidential-nodes-instance-type: TDX }
      tolerations: [{ operator: Exists }]
      containers: [{ name: pause, image: "registry.example/pause@sha256:${"b".repeat(64)}" }]
`;

type Sections = Record<string, unknown> & { providers: [Record<string, unknown> & { gcp?: Record<string, unknown> }] };

function inCluster(sections: Record<string, unknown>, change: Record<string, unknown> = {}): Sections {
  const changed = { ...sections } as Sections;
  Object.assign(changed.providers[0], change);
  return {
    ...changed,
    simulated: true,
    cluster: { context: "cloud" },
    platform: { set: "ra-1.1.0", charts: { kind: "directory", path: standInCharts } },
  };
}

function onGoogle(change: Record<string, unknown> = {}): Sections {
  const file = join(directory, "driver.yaml");
  writeFileSync(file, manifest);
  return inCluster(gcpSections("gcp-gke", { driverManifest: { file, sha256: sha256(manifest) } }), change);
}

/** A review has no cluster to reach. */
const programOf = (sections: Sections) =>
  infrastructure(parseAs("infrastructure", sections), {
    kubeconfigs: [],
    review: { trustSecrets: () => ({}) as never },
  });

async function recorded(sections: Sections) {
  const recording = recordRegistrations((type, name, inputs) =>
    type.startsWith("gcp:") ? gcpOutputs(type, name, inputs) : azureOutputs(type, name, inputs),
  );
  const outputs = await programOf(sections);
  await quiet(recording);
  return { recording, outputs };
}

/** Why a program refuses its settings, before it has registered anything. */
async function problemsOf(sections: Sections): Promise<readonly string[]> {
  const recording = recordRegistrations();
  try {
    await programOf(sections);
  } catch (error) {
    expect(recording.resources).toEqual([]);
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

/** What rules see of everything that was registered. */
function resourcesOf({ resources }: Recording): Resource[] {
  const urns = new Map<string, string[]>();
  for (const { name, urn } of resources) urns.set(name, [...(urns.get(name) ?? []), urn]);
  return asTheSdkShowsThem(
    resources
      .filter(({ type }) => !type.startsWith("pulumi:"))
      .map(({ type, name, urn, inputs, dependencies }) => ({
        type,
        name,
        urn,
        props: inputs,
        dependsOn: dependencies.flatMap((dependency) => urns.get(dependency) ?? []),
      })),
  );
}

const stacks: Readonly<Record<string, () => Sections>> = {
  "on Azure": () => inCluster(azureSections("azure-aks"), { acceptance }),
  "on Azure with peer pods": () => inCluster(azureSections("azure-aks"), { peerPods: peerPodsSections.azure }),
  "on Google Cloud with peer pods": () => onGoogle({ acceptance, peerPods: peerPodsSections.gcp }),
};

describe.each(Object.keys(stacks))("a provider's whole stack %s", (stack) => {
  let recording: Recording;
  let resources: readonly Resource[];
  beforeAll(async () => {
    vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    ({ recording } = await recorded(stacks[stack]!()));
    resources = resourcesOf(recording);
  }, 60_000);

  it("passes every rule that is asked of nodes, as the strict pack does", () => {
    const asked = rules.filter((rule) => appliesTo(rule, "node"));
    const found = asked.flatMap((rule) => {
      const { findings, unknown } = rule.evaluate(resources);
      return [...findings, ...unknown].map(({ resource, path }) => [rule.id, resource.name, path]);
    });
    expect(found).toEqual([]);
    const looking = asked.filter((rule) => rule.evaluate(resources).applies).map(({ id }) => id);
    expect(looking).toEqual(expect.arrayContaining(["node-unit-on-clouds", "no-guests-on-nodes", "tenant-quota-set"]));
  });

  it("places nothing in the cluster before the pools are there", () => {
    const nameOf = (urn: string) => urn.split("::").at(-1) ?? "";
    // What a component waits for, its children wait for, too.
    const known = new Map(
      recording.resources.map(({ name, dependencies, parent }) => [name, [...dependencies, nameOf(parent)]]),
    );
    const before = (name: string, seen = new Set<string>()): Set<string> => {
      for (const each of known.get(name) ?? []) if (!seen.has(each)) before(each, seen.add(each));
      return seen;
    };
    const pools = recording.resources.filter(({ type }) => /:(AgentPool|NodePool)$/.test(type));
    const placed = recording.resources.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(pools.length).toBeGreaterThan(0);
    expect(placed.length).toBeGreaterThan(10);
    for (const { name } of placed)
      for (const pool of pools) expect([...before(name)], name).toContain(nameOf(pool.parent));
  });
});

describe("a tenant's own nodes", () => {
  it.each(["on Azure", "on Google Cloud with peer pods"])(
    "have its label from their pool %s, by which its pods have to select them",
    async (stack) => {
      const { recording, outputs } = await recorded(stacks[stack]!());
      const pool = recording.resources.find(
        ({ name, type }) => /:(AgentPool|NodePool)$/.test(type) && name.includes("h100"),
      );
      const { nodeLabels, nodeConfig } = (pool?.inputs ?? {}) as {
        nodeLabels?: object;
        nodeConfig?: { labels: object };
      };
      expect(nodeLabels ?? nodeConfig?.labels).toMatchObject({
        "trustfoundry.dev/tenant": "acme-models",
        "trustfoundry.dev/isolation-unit": "node",
      });
      expect(Object.keys(outputs)).toContain("acceptanceOf");
    },
    60_000,
  );

  it("are nobody's without an acceptance that says so", async () => {
    const { recording } = await recorded(inCluster(azureSections("azure-aks")));
    const pool = recording.resources.find(({ type }) => type.endsWith(":AgentPool"));
    expect(pool?.inputs.nodeLabels).not.toHaveProperty(["trustfoundry.dev/tenant"]);
  });
});

describe("at each preview is said", () => {
  it("that the node is the TEE, and of peer pods that they are experimental, by path", async () => {
    await recorded(stacks["on Azure with peer pods"]!());
    expect(warnings.join("\n")).toMatch(/isolationUnit node: on Azure the whole node is the TEE; kubelet/);
    expect(warnings.filter((text) => text.startsWith("trustfoundry:providers[0].peerPods: "))).toHaveLength(3);
  }, 60_000);
});

it("of machines outside of a cluster nothing is said about kubelet", async () => {
  await recorded(azureSections("azure-machine") as Sections);
  expect(warnings.join("\n")).toMatch(/isolationUnit node: on Azure the whole machine is the TEE; whatever runs on it/);
  expect(warnings.join("\n")).not.toContain("kubelet");
}, 60_000);

describe("what is refused before the cluster is asked", () => {
  it("is an unknown driver, by the place in the settings", async () => {
    const sections = onGoogle();
    const { gcp } = sections.providers[0];
    const other = { file: (gcp?.driverManifest as { file: string }).file, sha256: "0".repeat(64) };
    expect(await problemsOf(inCluster(gcpSections("gcp-gke", { driverManifest: other })))).toEqual([
      expect.stringMatching(/^trustfoundry:providers\[0\]\.gcp\.driverManifest\.file: .* has the SHA-256/),
    ]);
    const absent = { ...other, file: join(directory, "absent.yaml") };
    expect(await problemsOf(inCluster(gcpSections("gcp-gke", { driverManifest: absent })))).toEqual([
      expect.stringMatching(/driverManifest\.file: .* is not there; fetch https:\/\/raw\.githubusercontent\.com\//),
    ]);
    expect(await problemsOf(inCluster(gcpSections("gcp-gke")))).toEqual([
      expect.stringMatching(/^trustfoundry:providers\[0\]\.gcp\.driverManifest: is missing/),
    ]);
  });

  it("is nothing where Google installs the driver itself", async () => {
    const sections = gcpSections("gcp-gke");
    const [provider] = sections.providers as [{ gcp: { nodePools: Record<string, unknown>[] } }];
    for (const pool of provider.gcp.nodePools) pool.gpuDriver = "google";
    const { recording } = await recorded(inCluster(sections));
    expect(recording.resources.filter(({ type }) => type.endsWith(":DaemonSet"))).toEqual([]);
  });

  it("is a peer pod that would not be confidential, or could not get its GPU", async () => {
    const gcp = {
      ...peerPodsSections.gcp,
      gcp: { ...peerPodsSections.gcp.gcp, machineType: "a3-highgpu-1g", tee: "TDX" },
    };
    expect(await problemsOf(onGoogle({ peerPods: gcp }))).toEqual([
      expect.stringMatching(/^trustfoundry:providers\[0\]\.peerPods\.gcp\.machineType: .* has a GPU/),
    ]);
  });

  it("is an image that nobody has locked, outside rehearsals, and of this part alone", async () => {
    const config = { ...inCluster(azureSections("azure-aks")), simulated: false, platform: { set: "ra-1.1.0" } };
    const problems = await problemsOf(config as unknown as Sections);
    expect(problems.join("\n")).toContain("images/container-toolkit");
    expect(problems.join("\n")).not.toMatch(/kata-deploy|peerpods|cc-manager/);
  });
});

describe("the provider's quota for the tenant", () => {
  it("is all nodes that the pools may have, in each zone, and as much again waiting", async () => {
    const { recording } = await recorded(onGoogle());
    const quota = recording.resources.find(({ type }) => type.endsWith(":ResourceQuota"));
    expect(quota?.inputs.spec).toMatchObject({ hard: { "requests.nvidia.com/gpu": "4", "requests.cpu": "104" } });
    expect(
      providerNamed("google-central", parseAs("infrastructure", onGoogle()).providers).gcp?.nodePools,
    ).toHaveLength(1);
  });
});
