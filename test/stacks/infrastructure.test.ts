import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { nothingAccepted } from "../support/attestations";
import { bothSign } from "../support/signing";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { InfrastructureConfig } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import { infrastructure } from "../../stacks/infrastructure";
import { kubeletPlace } from "../../components/cluster/kubeletPlace";
import { chartPlacement } from "../../stacks/placement";
import { deriveStacks } from "../../stacks/rehearsal";
import { root, sampleFactory, withValue } from "../support/factory";
import { settled, valueOf } from "../support/mocks";
import type { Recording } from "../support/registrations";
import { named, recordRegistrations } from "../support/registrations";

/** What a provider\'s own stacks are never given. */
const noReleases = { keyBrokerCa: "", releases: "none", signers: bothSign, acceptance: nothingAccepted };

let directory: string;
let server: Server;
let recording: Recording;
let warnings: string[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "infrastructure-"));
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  writeFileSync(
    join(directory, "kubeconfig"),
    `clusters: [{ name: c, cluster: { server: "https://127.0.0.1:${(server.address() as AddressInfo).port}" } }]\n` +
      "contexts: [{ name: provider-northern-metal, context: { cluster: c } }]\n",
  );
  recording = recordRegistrations();
  warnings = [];
  vi.spyOn(pulumi.log, "warn").mockImplementation((message: string) => {
    warnings.push(message);
    return Promise.resolve();
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

function sampleConfig(): InfrastructureConfig {
  const derived = deriveStacks(sampleFactory(), noReleases).providers["northern-metal"];
  return parseAs("infrastructure", { ...derived?.infrastructure, admission: "off" });
}

/** Without the hundred objects of admission policies, which the first test sees. */
const withoutPolicies = (): InfrastructureConfig => ({ ...sampleConfig(), admission: "off" });

const run = (config: InfrastructureConfig) => infrastructure(config, { kubeconfigs: [join(directory, "kubeconfig")] });
const resolved = async (value: unknown) => await valueOf(pulumi.output(value) as pulumi.Output<unknown>);

describe("a provider's infrastructure", () => {
  it("is eight components of one cluster, and says what the provider's people ask for", async () => {
    const outputs = await run(sampleConfig());
    expect(await resolved(outputs)).toEqual({
      admissionPolicies: [],
      acceptanceOf: ["acme-models"],
      hosts: ["genoa-h100-a", "genoa-h100-b", "granite-b200", "genoa-plain", "genoa-faulty"],
      kubeletSettings: {
        configMap: "trustfoundry-system/kubelet-settings",
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        ...kubeletPlace("k8s"),
      },
      namespaces: {
        gpuOperator: "gpu-operator",
        kata: "kata-system",
        nodeFeatures: "node-feature-discovery",
        tenant: "acme-models",
      },
      runtimeClasses: ["kata-qemu-nvidia-gpu", "kata-qemu-nvidia-gpu-snp", "kata-qemu-nvidia-gpu-tdx"],
    });
    await settled();
    const components = recording.resources.filter(({ type }) => type.startsWith("trustfoundry:"));
    expect(components.map(({ type }) => type).sort()).toEqual([
      "trustfoundry:cluster:AdmissionPolicies",
      "trustfoundry:cluster:GpuOperator",
      "trustfoundry:cluster:KubeletSettings",
      "trustfoundry:cluster:NodeFeatures",
      "trustfoundry:cluster:NodeMode",
      "trustfoundry:cluster:TenantAcceptance",
      "trustfoundry:cluster:TenantNamespace",
      "trustfoundry:runtime:Kata",
    ]);
    for (const { urn, name } of components) expect(recording.finished, name).toContain(urn);
    const provider = named(recording, "northern-metal");
    for (const { type, name, provider: used } of recording.resources)
      if (type.startsWith("kubernetes:")) expect(used.startsWith(provider.urn), name).toBe(true);
  });

  it("enforces the pack's rules at its own API server, and none about key brokers", { timeout: 30_000 }, async () => {
    const outputs = await run({ ...sampleConfig(), admission: "baseline" });
    const names = (await resolved(outputs.admissionPolicies)) as string[];
    expect(names).toContain("trustfoundry-no-host-access");
    expect(names).not.toContain("trustfoundry-key-broker-clients-known");
    await settled();
    const placed = recording.resources.filter(({ type }) => type.endsWith(":ValidatingAdmissionPolicy"));
    expect(placed.map(({ inputs }) => (inputs.metadata as { name: string }).name).sort()).toEqual([...names].sort());
    // Taken away before the parameters, without which nobody could even finalize a tenant's objects.
    expect(named(recording, "admission").dependencies).toContain("tenant-acceptance-acme-models");
  });

  it("holds no address and no credential of the cluster", async () => {
    await run(sampleConfig());
    await settled();
    expect(named(recording, "northern-metal").inputs).toMatchObject({ context: "provider-northern-metal" });
    expect(JSON.stringify(recording.resources.map(({ inputs }) => inputs))).not.toMatch(
      /127\.0\.0\.1|BEGIN|client-key|password|"kind":"Secret"/,
    );
  });

  it("gives the tenant what the provider's configuration says, and nothing of its models", async () => {
    await run(sampleConfig());
    await settled();
    expect(named(recording, "tenant-namespace").inputs).toMatchObject({ metadata: { name: "acme-models" } });
    expect(named(recording, "tenant-allow-key-broker").inputs).toMatchObject({
      spec: { egress: [{ to: [{ ipBlock: { cidr: "203.0.113.0/28" } }] }] },
    });
    expect(JSON.stringify(recording.resources)).not.toMatch(/llama|frontier|giant|model-key/);
  });

  it("tells the API server what it accepts of the tenant, and bounds its hosts and share accordingly", async () => {
    const quota = { gpus: 8, nvSwitches: 0, cpus: 64, memoryGib: 512, pods: 8 };
    await run(withValue(withoutPolicies(), ["providers", 0, "acceptance", "quota"], quota));
    await settled();
    expect(named(recording, "tenant-acceptance-acme-models").inputs).toMatchObject({
      metadata: { name: "acme-models", namespace: "trustfoundry-admission" },
      data: { registries: "nvcr.io/nim", egressRanges: "198.51.100.0/24\n203.0.113.0/28" },
    });
    expect(named(recording, "node-mode-granite-b200").inputs).toMatchObject({
      metadata: { labels: { "trustfoundry.dev/tenant": "acme-models" } },
    });
    expect(named(recording, "tenant-quota").inputs).toMatchObject({
      spec: { hard: { "requests.nvidia.com/pgpu": "8", pods: "8" } },
    });
  });

  it("goes on without demands where its configuration has none, and says what that means", async () => {
    await run(withValue(withoutPolicies(), ["providers", 0, "acceptance"], undefined));
    await settled();
    expect(warnings).toContainEqual(
      expect.stringMatching(/northern-metal\): demands nothing of the tenant's workloads/),
    );
    expect(recording.resources.filter(({ type }) => type.endsWith(":TenantAcceptance"))).toEqual([]);
    const { labels } = named(recording, "node-mode-granite-b200").inputs.metadata as { labels: object };
    expect(labels).not.toHaveProperty(["trustfoundry.dev/tenant"]);
    expect(named(recording, "tenant-quota").inputs).toMatchObject({
      spec: { hard: { "requests.nvidia.com/pgpu": "64" } },
    });
  });

  it("warns of what is known about the platform set and the distribution", async () => {
    await run(withoutPolicies());
    expect(warnings).toEqual([expect.stringMatching(/GHSA-fmg6-v47x-52wr/)]);
    warnings.length = 0;
    const newest = parseAs("infrastructure", {
      ...deriveStacks(sampleFactory(), noReleases).providers["northern-metal"]?.infrastructure,
      admission: "off",
      platform: { set: "newest", charts: sampleFactory().platform.charts },
    });
    await run(withValue(newest, ["providers", 0, "distribution"], "k0s"));
    expect(warnings).toEqual([
      expect.stringMatching(/not in NVIDIA's validated matrix/),
      expect.stringMatching(/^k0s keeps kubelet's directory/),
    ]);
  });
});

describe("before anything is registered", () => {
  const registered = async () => {
    await settled();
    return recording.resources.filter(({ type }) => type !== "pulumi:pulumi:Stack");
  };

  it("every missing pin is refused at once", async () => {
    const config = { ...sampleConfig(), simulated: false, platform: { ...sampleConfig().platform, charts: upstream } };
    await expect(run(config)).rejects.toThrow(
      /^\d+ things in the configuration to correct; nothing was changed:\n  - catalog\.lock has no digest of charts\/node-feature-discovery@0\.18\.3/,
    );
    expect(await registered()).toEqual([]);
  });

  it("a directory without charts is refused by the setting's name", async () => {
    const config = withValue(sampleConfig(), ["platform", "charts", "path"], "no/such/place");
    await expect(run(config)).rejects.toThrow(
      `there is no folder node-feature-discovery-0.18.3 or archive node-feature-discovery-0.18.3.tgz in ${join(root, "no/such/place")}; put the chart there with \`helm pull\`, or correct platform.charts.path`,
    );
    expect(await registered()).toEqual([]);
  });

  it("a provider that is none is refused", async () => {
    await expect(run({ ...sampleConfig(), provider: "southern-metal" })).rejects.toThrow(
      'trustfoundry:provider: "southern-metal" is not among providers',
    );
  });

  it("a cluster that does not answer is refused", async () => {
    const config = withValue(sampleConfig(), ["cluster", "context"], "elsewhere");
    await expect(run(config)).rejects.toThrow(/cluster\.context: "elsewhere": no such context/);
    expect(await registered()).toEqual([]);
  });
});

const upstream = { kind: "upstream" } as const;

describe("a directory of charts", () => {
  it("is looked for from the directory of a generated project", () => {
    expect(chartPlacement(sampleConfig(), "/srv/factory").charts).toEqual({
      kind: "directory",
      path: "/srv/factory/tooling/rehearsal/charts",
    });
  });

  it("is looked for from the project's root, wherever the engine runs the program", () => {
    const before = process.cwd();
    process.chdir(tmpdir());
    try {
      expect(chartPlacement(sampleConfig()).charts).toEqual({
        kind: "directory",
        path: join(root, "tooling/rehearsal/charts"),
      });
    } finally {
      process.chdir(before);
    }
  });

  it("stays where it is when its path is absolute, and other sources stay what they are", () => {
    const absolute = withValue(sampleConfig(), ["platform", "charts", "path"], "/srv/charts");
    expect(chartPlacement(absolute).charts).toEqual({ kind: "directory", path: "/srv/charts" });
    const config = sampleConfig();
    expect(chartPlacement({ ...config, platform: { ...config.platform, charts: upstream } }).charts).toEqual(upstream);
  });
});
