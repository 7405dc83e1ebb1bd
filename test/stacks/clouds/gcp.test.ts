import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConfigurationError } from "../../../stacks/config/errors";
import type { GcpConfig } from "../../support/gcp";
import { gcpConfig, plainMachine, recordedGcp } from "../../support/gcp";
import { valueOf } from "../../support/mocks";
import type { Recording } from "../../support/registrations";
import { named } from "../../support/registrations";

const flexStart = { kind: "flexStart", maxRunSeconds: 86_400 };
let warnings: string[];

beforeEach(() => {
  warnings = [];
  vi.spyOn(pulumi.log, "warn").mockImplementation((message: string) => {
    warnings.push(message);
    return Promise.resolve();
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The values of a program's outputs. */
function outputsOf(outputs: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  return valueOf(pulumi.output(outputs) as unknown as pulumi.Output<Record<string, unknown>>);
}

/** What a program has against settings that the schema lets pass. */
async function problems(config: GcpConfig): Promise<readonly string[]> {
  try {
    await recordedGcp(config);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** Everything that has to be there before a resource, directly or by others. */
function before({ resources }: Recording, name: string): Set<string> {
  const known = new Map(resources.map((resource) => [resource.name, resource.dependencies]));
  const found = new Set<string>();
  const visit = (each: string): void => {
    for (const dependency of known.get(each) ?? [])
      if (!found.has(dependency)) {
        found.add(dependency);
        visit(dependency);
      }
  };
  visit(name);
  return found;
}

describe("a cluster with a Spot pool", () => {
  it("goes through one provider of the named project, which has no credentials and adds no labels", async () => {
    const { recording } = await recordedGcp(gcpConfig("gcp-gke"));
    const provider = named(recording, "google-central");
    expect(provider.inputs).toEqual({
      project: "made-up-factory",
      region: "us-central1",
      addPulumiAttributionLabel: "false",
    });
    const resources = recording.resources.filter(({ type }) => type.startsWith("gcp:"));
    expect(resources.length).toBeGreaterThan(20);
    for (const each of resources)
      expect([each.name, each.provider]).toEqual([each.name, `${provider.urn}::google-central-id`]);
  });

  it("switches on APIs first, and none of them off again", async () => {
    const { recording } = await recordedGcp(gcpConfig("gcp-gke"));
    const services = recording.resources.filter(({ type }) => type === "gcp:projects/service:Service");
    expect(services.map(({ inputs }) => inputs.service)).toEqual(
      ["cloudkms", "cloudresourcemanager", "compute", "container", "iam", "orgpolicy"].map(
        (api) => `${api}.googleapis.com`,
      ),
    );
    for (const { inputs } of services) expect(inputs.disableOnDestroy).toBe(false);
    const others = recording.resources.filter(
      ({ type }) => type.startsWith("gcp:") && !type.startsWith("gcp:projects/service:"),
    );
    for (const { name } of others) expect([name, before(recording, name).has("service-compute")]).toEqual([name, true]);
  });

  it("grants the agents their keys before there is a node, and sets the policy before there is a GPU", async () => {
    const { recording, nodes } = await recordedGcp(gcpConfig("gcp-gke"));
    for (const name of ["cluster-control-plane", "cluster-system-pool", "pool-h100-pool"])
      expect(before(recording, name)).toContain("disk-key-disks-grant");
    expect(before(recording, "cluster-control-plane")).toContain("disk-key-secrets-grant");
    // Google's agent of GKE and of Compute Engine is made with the API.
    expect(before(recording, "disk-key-secrets-grant")).toContain("service-container");
    expect(before(recording, "confidential-only-policy")).toContain("cluster-system-pool");
    expect(before(recording, "pool-h100-pool")).toContain("confidential-only-policy");
    expect(nodes.pools.map((each) => each.constructor.name)).toEqual(["GcpConfidentialNodePool"]);
  });

  it("gives out names, places and accounts, and neither an address of the cluster nor a secret", async () => {
    const { nodes } = await recordedGcp(gcpConfig("gcp-gke"));
    expect(await outputsOf(nodes.outputs)).toEqual({
      cluster: { name: "confidential", location: "us-central1" },
      egressAddress: "192.0.2.20",
      diskKeys: { disks: "disk-key-disks-id", clusterSecrets: "disk-key-secrets-id" },
      nodePools: [
        {
          name: "h100",
          machineType: "a3-highgpu-1g",
          zones: ["us-central1-a"],
          provisioning: "spot",
          nodesPerZone: { least: 0, most: 2 },
          serviceAccount: "tf-pool-h100@made-up.iam.gserviceaccount.com",
        },
      ],
      machines: [],
      confidentialSpaces: [],
    });
    expect(warnings).toEqual([]);
  });

  it("says what people do next, in order", async () => {
    const { nodes } = await recordedGcp(gcpConfig("gcp-gke"));
    expect(nodes.nextSteps).toHaveLength(4);
    expect(nodes.nextSteps[0]).toMatch(/PREEMPTIBLE_NVIDIA_H100_GPUS.*`gcloud compute regions describe us-central1/);
    expect(nodes.nextSteps[1]).toMatch(
      /`gcloud container clusters get-credentials confidential --location=us-central1 --project=made-up-factory --internal-ip`.*context: gke_made-up-factory_us-central1_confidential/,
    );
    expect(nodes.nextSteps[2]).toMatch(
      /daemonset-confidential\.yaml.*write driverManifest \{file: <path>.*second run places the DaemonSet/,
    );
    expect(nodes.nextSteps[3]).toMatch(/output egressAddress in at the model owner's key broker/);
    const told = await recordedGcp(
      gcpConfig("gcp-gke", { driverManifest: { file: "gke-driver.yaml", sha256: "0".repeat(64) } }),
    );
    expect(told.nodes.nextSteps[2]).toMatch(/^That second run places the DaemonSet/);
  });

  it("closes the perimeter last, and says what that does", async () => {
    const perimeter = { accessPolicy: "300000000003", dryRun: false };
    const { recording } = await recordedGcp(gcpConfig("gcp-gke", { perimeter }));
    expect(before(recording, "perimeter-perimeter")).toEqual(
      new Set(
        recording.resources
          .filter(
            ({ type, name }) =>
              type.startsWith("gcp:") && !["perimeter-perimeter", "network-no-internet"].includes(name),
          )
          .map(({ name }) => name),
      ),
    );
    expect(warnings).toEqual([expect.stringMatching(/gcp\.perimeter\.dryRun: is off/)]);
  });

  it("says of a perimeter that only logs, as is the default, that it keeps nothing in", async () => {
    await recordedGcp(gcpConfig("gcp-gke", { perimeter: { accessPolicy: "300000000003" } }));
    expect(warnings).toEqual([expect.stringMatching(/gcp\.perimeter\.dryRun: is on, so .* nothing is kept in/)]);
  });
});

describe("a cluster that is there", () => {
  const existing = { existing: "theirs", location: "us-central1", version: "1.34.1-gke.2909000" };

  it("gets pools, and neither a network nor a key for Secrets", async () => {
    const { recording, nodes } = await recordedGcp(gcpConfig("gcp-gke", { cluster: existing }));
    const types = recording.resources.map(({ type }) => type);
    expect(types).not.toContain("gcp:container/cluster:Cluster");
    expect(types).not.toContain("gcp:compute/network:Network");
    expect(types.filter((type) => type === "gcp:kms/cryptoKey:CryptoKey")).toHaveLength(1);
    expect(named(recording, "pool-h100-pool").inputs).toMatchObject({ cluster: "theirs", location: "us-central1" });
    expect((await outputsOf(nodes.outputs)).cluster).toEqual({ name: "theirs", location: "us-central1" });
  });

  it("is warned of, since nobody here looks at it", async () => {
    await recordedGcp(gcpConfig("gcp-gke", { cluster: existing, restrictToConfidential: false }));
    expect(warnings).toEqual([expect.stringMatching(/gcp\.cluster\.existing: nobody here looks at theirs/)]);
  });

  it("is warned of where its other pools could not grow any more, and where its version is not said", async () => {
    await recordedGcp(gcpConfig("gcp-gke", { cluster: { ...existing, version: undefined } }));
    expect(warnings.slice(1)).toEqual([
      expect.stringMatching(/^trustfoundry:providers\[0\]\.gcp\.cluster\.version: is not said/),
      expect.stringMatching(/restrictToConfidential: pools of theirs without a TEE cannot grow/),
    ]);
  });
});

describe("Confidential Space", () => {
  it("has one machine with the container by digest, after the grant of its disk's key", async () => {
    const { recording, nodes } = await recordedGcp(gcpConfig("gcp-confidential-space"));
    const machine = named(recording, "space-llama-8b-machine");
    expect(machine.type).toBe("gcp:compute/instance:Instance");
    expect(before(recording, machine.name)).toContain("disk-key-disks-grant");
    expect(before(recording, machine.name)).toContain("confidential-only-policy");
    expect((await outputsOf(nodes.outputs)).confidentialSpaces).toEqual([
      {
        name: "llama-8b",
        zone: "europe-west4-c",
        image: expect.stringMatching(/@sha256:0{63}1$/),
        serviceAccount: "tf-space-llama-8b@made-up.iam.gserviceaccount.com",
      },
    ]);
    expect(warnings).toEqual([expect.stringMatching(/Google signs the token and keeps the key/)]);
    expect(nodes.nextSteps.join("\n")).toMatch(/GPU measurement 9 stop and start it/);
  });

  it("needs no key, no policy and no APIs for them where it is told so", async () => {
    const config = gcpConfig("gcp-confidential-space", { diskKey: { kind: "google" }, restrictToConfidential: false });
    const { recording } = await recordedGcp(config);
    const names = recording.resources.map(({ name }) => name);
    for (const name of ["disk-key", "confidential-only", "service-cloudkms", "service-orgpolicy", "service-container"])
      expect(names).not.toContain(name);
    expect(warnings).toContainEqual(expect.stringMatching(/gcp\.diskKey: Google's own key encrypts the disks/));
  });

  it("stands beside machines and those of Flex-start", async () => {
    const [space] = gcpConfig("gcp-confidential-space").gcp.confidentialSpaces;
    const { recording, nodes } = await recordedGcp(
      gcpConfig("gcp-confidential-space", {
        machines: [plainMachine],
        confidentialSpaces: [{ ...space, provisioning: flexStart }],
      }),
    );
    expect(named(recording, "space-llama-8b-request").type).toBe("gcp:compute/resizeRequest:ResizeRequest");
    expect(named(recording, "machine-bench-machine").type).toBe("gcp:compute/instance:Instance");
    expect(nodes.nextSteps.join("\n")).toMatch(
      /gcloud compute images describe ubuntu-h100-20261101 --project=made-up-images/,
    );
  });
});

describe("what Google Cloud does not offer", () => {
  it("is refused with all of its places in the configuration, and nothing is registered", async () => {
    const pool = { name: "h100", zones: ["us-central1-a"], machineType: "a3-highgpu-8g" };
    expect(
      await problems(
        gcpConfig("gcp-gke", {
          cluster: { version: "1.31.5-gke.1169000", adminCidrs: ["10.200.0.0/24"], systemMachineType: "e2-medium" },
          nodePools: [pool, { ...pool, name: "far", machineType: "a3-highgpu-1g", zones: ["europe-west4-c"] }],
        }),
      ),
    ).toEqual([
      expect.stringMatching(
        /^trustfoundry:providers\[0\]\.gcp\.cluster\.systemMachineType: "e2-medium".*write n2d-standard-4/,
      ),
      expect.stringMatching(
        /^trustfoundry:providers\[0\]\.gcp\.nodePools\[0\]\.machineType: "a3-highgpu-8g".*write a3-highgpu-1g/,
      ),
      expect.stringMatching(/^trustfoundry:providers\[0\]\.gcp\.cluster\.version: .* has no TDX nodes/),
      expect.stringMatching(
        /^trustfoundry:providers\[0\]\.gcp\.nodePools\[1\]\.zones\[0\]: "europe-west4-c" is no zone of us-central1/,
      ),
    ]);
  });

  it("by hearsay is warned of, until it is acknowledged by name", async () => {
    const changes = {
      nodePools: [
        {
          name: "h100",
          zones: ["us-central1-a", "us-central1-c"],
          provisioning: { kind: "standard" },
          gpuDriver: "google",
        },
      ],
    };
    await recordedGcp(gcpConfig("gcp-gke", changes));
    expect(warnings).toEqual([
      expect.stringMatching(
        /gcp\.nodePools\[0\]\.provisioning\.kind: standard .* add gcp-capacity-offered to acknowledged/,
      ),
      expect.stringMatching(/gcp\.nodePools\[0\]\.zones\[1\]: "us-central1-c" .* add gcp-zone-offered to acknowledged/),
      expect.stringMatching(/gcp\.nodePools\[0\]\.gpuDriver: google .* add gcp-driver-install to acknowledged/),
    ]);
    warnings = [];
    await recordedGcp(
      gcpConfig("gcp-gke", {
        ...changes,
        acknowledged: ["gcp-capacity-offered", "gcp-driver-install", "gcp-zone-offered"],
      }),
    );
    expect(warnings).toEqual([]);
  });

  it("cannot be acknowledged where it is documented", async () => {
    const [space] = gcpConfig("gcp-confidential-space").gcp.confidentialSpaces;
    expect(
      await problems(
        gcpConfig("gcp-confidential-space", {
          confidentialSpaces: [{ ...space, machineType: "a4-highgpu-8g" }],
          acknowledged: ["gcp-confidential-gpu"],
        }),
      ),
    ).toEqual([
      expect.stringMatching(/confidentialSpaces\[0\]\.machineType: "a4-highgpu-8g"/),
      expect.stringMatching(/gcp\.acknowledged: gcp-confidential-gpu is no hint but documented/),
    ]);
  });

  it("is pointed to by the names that the configuration has", async () => {
    const [space] = gcpConfig("gcp-confidential-space").gcp.confidentialSpaces;
    await recordedGcp(
      gcpConfig("gcp-confidential-space", { confidentialSpaces: [{ ...space, baseImage: undefined }] }),
    );
    expect(warnings[0]).toMatch(/gcp\.confidentialSpaces\[0\]\.baseImage: .*is whatever is newest on the day/);
  });
});
