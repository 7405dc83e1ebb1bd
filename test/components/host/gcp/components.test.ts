import type * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GcpCluster } from "../../../../components/host/gcp/cluster";
import type { GcpClusterArgs } from "../../../../components/host/gcp/cluster";
import { GcpConfidentialOnly } from "../../../../components/host/gcp/confidentialOnly";
import { GcpConfidentialSpace } from "../../../../components/host/gcp/confidentialSpace";
import { GcpConfidentialVm } from "../../../../components/host/gcp/confidentialVm";
import { GcpDiskKey } from "../../../../components/host/gcp/diskKey";
import { GcpNetwork } from "../../../../components/host/gcp/network";
import { accountId } from "../../../../components/host/gcp/nodeAccount";
import { GcpConfidentialNodePool } from "../../../../components/host/gcp/nodePool";
import { GcpPerimeter } from "../../../../components/host/gcp/perimeter";
import { tokens } from "../../../../components/tokens";
import { gcpOutputs, quiet } from "../../../support/gcp";
import type { Recording } from "../../../support/registrations";
import { childrenOf, named, recordRegistrations, refusal } from "../../../support/registrations";
import { cluster, machine, pool, space } from "./examples";

const project = "made-up";
const after: readonly pulumi.Resource[] = [];
const place = { project, projectNumber: "100000000001", region: "us-central1" };
let recording: Recording;

beforeEach(() => {
  recording = recordRegistrations(gcpOutputs);
});
afterEach(() => quiet(recording));

const key = () => new GcpDiskKey("key", { ...place, forCluster: true, after });
const network = () => new GcpNetwork("network", { ...place, cidr: "10.42.0.0/16", after });

function clusterArgs(): GcpClusterArgs {
  return {
    ...cluster,
    project,
    clusterName: "factory",
    zones: ["us-central1-a"],
    adminCidrs: ["10.200.0.0/24"],
    systemCount: 1,
    deletionProtection: true,
    network: network(),
    diskKey: key(),
    after,
  };
}

/** Name, type, parent and finished components of everything below one. */
async function placed(component: string): Promise<Record<string, string>> {
  await quiet(recording);
  expect(recording.finished).toContain(named(recording, component).urn);
  return Object.fromEntries(childrenOf(recording, component).map(({ name, type }) => [name, type]));
}

describe("GcpNetwork", () => {
  it("has no public nodes: one address for the way out, none for the way in", async () => {
    network();
    expect(await placed("network")).toEqual({
      "network-network": "gcp:compute/network:Network",
      "network-nodes": "gcp:compute/subnetwork:Subnetwork",
      "network-no-internet": "gcp:compute/firewall:Firewall",
      "network-router": "gcp:compute/router:Router",
      "network-egress": "gcp:compute/address:Address",
      "network-nat": "gcp:compute/routerNat:RouterNat",
    });
    expect(named(recording, "network").type).toBe(tokens.gcpNetwork);
    expect(named(recording, "network-network").inputs).toMatchObject({ autoCreateSubnetworks: false });
    expect(named(recording, "network-nodes").inputs).toMatchObject({
      ipCidrRange: "10.42.0.0/18",
      privateIpGoogleAccess: true,
      secondaryIpRanges: [
        { rangeName: "pods", ipCidrRange: "10.42.128.0/17" },
        { rangeName: "services", ipCidrRange: "10.42.64.0/18" },
      ],
    });
    expect(named(recording, "network-no-internet").inputs).toMatchObject({
      direction: "INGRESS",
      sourceRanges: ["0.0.0.0/0"],
      denies: [{ protocol: "all" }],
    });
    expect(named(recording, "network-nat").inputs).toMatchObject({
      natIpAllocateOption: "MANUAL_ONLY",
      natIps: ["projects/p/regions/r/addresses/network-egress"],
    });
  });

  it.each(["10.0.0.0/8", "10.42.0.0/24", "10.42.0.1/16", "nodes"])("refuses the range %s", (cidr) => {
    expect(refusal(() => new GcpNetwork("network", { ...place, cidr, after }))).toBe(
      `cidr: "${cidr}" is no range of /16 to /20; write one such as 10.42.0.0/16`,
    );
    expect(recording.resources.filter(({ type }) => type.startsWith("gcp:"))).toEqual([]);
  });
});

describe("GcpDiskKey", () => {
  it("is in an HSM, changes by itself, and is granted to Compute Engine's agent by project number", async () => {
    key();
    expect(await placed("key")).toEqual({
      "key-ring": "gcp:kms/keyRing:KeyRing",
      "key-disks": "gcp:kms/cryptoKey:CryptoKey",
      "key-secrets": "gcp:kms/cryptoKey:CryptoKey",
      "key-disks-grant": "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
      "key-secrets-grant": "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
    });
    expect(named(recording, "key-disks").inputs).toMatchObject({
      keyRing: "key-ring-id",
      purpose: "ENCRYPT_DECRYPT",
      versionTemplate: { protectionLevel: "HSM" },
      rotationPeriod: "7776000s",
      destroyScheduledDuration: "2592000s",
    });
    expect(named(recording, "key-disks-grant").inputs).toEqual({
      cryptoKeyId: "key-disks-id",
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: "serviceAccount:service-100000000001@compute-system.iam.gserviceaccount.com",
    });
    expect(named(recording, "key-secrets-grant").inputs.member).toBe(
      "serviceAccount:service-100000000001@container-engine-robot.iam.gserviceaccount.com",
    );
    // Rings and keys are never deleted, so a name of one's own would be used up.
    expect(named(recording, "key-ring").inputs.name).toBeUndefined();
  });

  it("has no key for a cluster where there is none, and refuses to change by the hour", async () => {
    new GcpDiskKey("key", { ...place, forCluster: false, after });
    expect(Object.keys(await placed("key")).filter((name) => name.includes("secrets"))).toEqual([]);
    expect(
      refusal(() => new GcpDiskKey("fast", { ...place, forCluster: false, after, rotationSeconds: 3600 })),
    ).toMatch(/rotationSeconds: 3600 is less than a day.*write 7776000/);
  });
});

describe("GcpCluster", () => {
  it("is private, closed to strangers, and confidential in its own nodes alone", async () => {
    new GcpCluster("cluster", clusterArgs());
    expect(await placed("cluster")).toEqual({
      "cluster-system-account": "gcp:serviceaccount/account:Account",
      "cluster-system-defaultNodeServiceAccount": "gcp:projects/iAMMember:IAMMember",
      "cluster-control-plane": "gcp:container/cluster:Cluster",
      "cluster-system-pool": "gcp:container/nodePool:NodePool",
    });
    const { inputs, dependencies } = named(recording, "cluster-control-plane");
    expect(inputs.confidentialNodes).toBeUndefined();
    expect(inputs).toMatchObject({
      name: "factory",
      minMasterVersion: "1.34.1-gke.2909000",
      releaseChannel: { channel: "UNSPECIFIED" },
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      deletionProtection: true,
      privateClusterConfig: {
        enablePrivateNodes: true,
        enablePrivateEndpoint: true,
        masterIpv4CidrBlock: "172.16.0.0/28",
      },
      masterAuthorizedNetworksConfig: {
        cidrBlocks: [{ cidrBlock: "10.200.0.0/24" }],
        gcpPublicCidrsAccessEnabled: false,
      },
      masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
      anonymousAuthenticationConfig: { mode: "LIMITED" },
      enableLegacyAbac: false,
      datapathProvider: "ADVANCED_DATAPATH",
      workloadIdentityConfig: { workloadPool: "made-up.svc.id.goog" },
      databaseEncryption: { state: "ENCRYPTED", keyName: "key-secrets-id" },
      // Nothing that tenants print goes to Google's log.
      loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS"] },
    });
    const system = named(recording, "cluster-system-pool").inputs;
    // The bootstrap pool is of the same kind, since e2 would break the creation.
    expect(inputs.nodeConfig).toEqual(system.nodeConfig);
    expect(system.nodeConfig).toMatchObject({
      machineType: "n2d-standard-4",
      minCpuPlatform: "AMD Milan",
      confidentialNodes: { enabled: true, confidentialInstanceType: "SEV_SNP" },
      bootDiskKmsKey: "key-disks-id",
      shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      workloadMetadataConfig: { mode: "GKE_METADATA" },
    });
    expect(dependencies).toEqual(
      expect.arrayContaining(["key-disks-grant", "key-secrets-grant", "network-nat", "cluster-system-account"]),
    );
  });

  it("takes TDX where the system pool's machine type has it", async () => {
    new GcpCluster("cluster", { ...clusterArgs(), systemMachineType: "c3-standard-4" });
    await quiet(recording);
    expect(named(recording, "cluster-system-pool").inputs.nodeConfig).toMatchObject({
      confidentialNodes: { enabled: true, confidentialInstanceType: "TDX" },
    });
  });

  it.each([
    [{ systemMachineType: "e2-medium" }, /systemMachineType: "e2-medium" is not known to have a TEE/],
    [{ confidentialNodes: true }, /confidentialNodes: true cannot be undone/],
  ])("refuses %j before anything is registered", (change, says) => {
    const args = { ...clusterArgs(), ...change };
    expect(refusal(() => new GcpCluster("cluster", args))).toMatch(says);
    expect(recording.resources.map(({ name }) => name)).not.toContain("cluster-control-plane");
  });
});

describe("GcpConfidentialNodePool", () => {
  const args = () => ({
    ...pool,
    project,
    poolName: "h100",
    cluster: "factory",
    location: "us-central1",
    key: key(),
    after,
  });

  it("is a pool of TDX nodes with one whole GPU each, which starts from zero", async () => {
    new GcpConfidentialNodePool("pool", args());
    expect(await placed("pool")).toEqual({
      "pool-account": "gcp:serviceaccount/account:Account",
      "pool-defaultNodeServiceAccount": "gcp:projects/iAMMember:IAMMember",
      "pool-pool": "gcp:container/nodePool:NodePool",
    });
    const { inputs, dependencies } = named(recording, "pool-pool");
    expect(inputs).toEqual({
      project,
      cluster: "factory",
      location: "us-central1",
      name: "h100",
      nodeLocations: ["us-central1-a"],
      version: "1.34.1-gke.2909000",
      initialNodeCount: 0,
      autoscaling: { minNodeCount: 0, maxNodeCount: 2, locationPolicy: "ANY" },
      management: { autoRepair: true, autoUpgrade: false },
      upgradeSettings: { strategy: "SURGE", maxSurge: 0, maxUnavailable: 1 },
      networkConfig: { enablePrivateNodes: true },
      nodeConfig: {
        machineType: "a3-highgpu-1g",
        spot: true,
        confidentialNodes: { enabled: true, confidentialInstanceType: "TDX" },
        guestAccelerators: [
          {
            type: "nvidia-h100-80gb",
            count: 1,
            gpuDriverInstallationConfig: { gpuDriverVersion: "INSTALLATION_DISABLED" },
          },
        ],
        imageType: "COS_CONTAINERD",
        diskType: "hyperdisk-balanced",
        diskSizeGb: 100,
        bootDiskKmsKey: "key-disks-id",
        ephemeralStorageLocalSsdConfig: { localSsdCount: 2 },
        shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
        workloadMetadataConfig: { mode: "GKE_METADATA" },
        gvnic: { enabled: true },
        kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
        metadata: { "disable-legacy-endpoints": "true" },
        oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
        serviceAccount: "tf-pool@made-up.iam.gserviceaccount.com",
        labels: { "trustfoundry.dev/isolation-unit": "node" },
        taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" }],
      },
    });
    expect(dependencies).toEqual(expect.arrayContaining(["key-disks-grant", "pool-defaultNodeServiceAccount"]));
  });

  it("has the account of nodes, and no role of the project's default one", async () => {
    new GcpConfidentialNodePool("pool", args());
    await quiet(recording);
    const roles = recording.resources.filter(({ type }) => type.endsWith(":IAMMember")).map(({ inputs }) => inputs);
    expect(roles).toEqual([
      {
        project,
        role: "roles/container.defaultNodeServiceAccount",
        member: "serviceAccount:tf-pool@made-up.iam.gserviceaccount.com",
      },
    ]);
  });

  it("queues for Flex-start capacity, takes no reservation and is not repaired", async () => {
    new GcpConfidentialNodePool("pool", { ...args(), provisioning: { kind: "flexStart", maxRunSeconds: 3600 } });
    await quiet(recording);
    const { inputs } = named(recording, "pool-pool");
    expect(inputs).toMatchObject({ queuedProvisioning: { enabled: true }, management: { autoRepair: false } });
    expect(inputs.nodeConfig).toMatchObject({
      flexStart: true,
      maxRunDuration: "3600s",
      reservationAffinity: { consumeReservationType: "NO_RESERVATION" },
    });
    expect(inputs.nodeConfig).not.toHaveProperty("spot");
  });

  it.each([
    [{ gpus: 2 }, /^gpus: 2 GPUs/],
    [{ machineType: "a3-highgpu-8g" }, /^machineType: "a3-highgpu-8g"/],
    [{ version: "1.31.0-gke.1" }, /^version: 1.31.0-gke.1 has no TDX nodes/],
    [{ diskKey: "google" as const }, /diskKey: kms and a key belong together/],
  ])("refuses %j before anything is registered", (change, says) => {
    const all = { ...args(), ...change };
    expect(refusal(() => new GcpConfidentialNodePool("pool", all))).toMatch(says);
    expect(recording.resources.map(({ name }) => name)).not.toContain("pool-account");
  });
});

describe("GcpConfidentialVm", () => {
  const args = () => ({ ...machine, project, machineName: "bench", network: network(), key: key(), after });

  it("is one Spot machine with everything that goes with Spot, after the grant of its disk's key", async () => {
    new GcpConfidentialVm("machine", args());
    expect(Object.keys(await placed("machine"))).toEqual(
      expect.arrayContaining(["machine-machine", "machine-account"]),
    );
    const { inputs, dependencies, type } = named(recording, "machine-machine");
    expect(type).toBe("gcp:compute/instance:Instance");
    expect(inputs).toMatchObject({
      name: "bench",
      zone: "us-central1-a",
      machineType: "a3-highgpu-1g",
      confidentialInstanceConfig: { confidentialInstanceType: "TDX" },
      scheduling: {
        onHostMaintenance: "TERMINATE",
        provisioningModel: "SPOT",
        preemptible: true,
        automaticRestart: false,
        instanceTerminationAction: "STOP",
      },
      shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
      bootDisk: { interface: "NVME", kmsKeySelfLink: "key-disks-id", initializeParams: { size: 100 } },
      networkInterfaces: [{ nicType: "GVNIC" }],
      metadata: { "block-project-ssh-keys": "true", "serial-port-enable": "FALSE" },
    });
    expect(inputs.confidentialInstanceConfig).not.toHaveProperty("enableConfidentialCompute");
    expect(dependencies).toEqual(expect.arrayContaining(["key-disks-grant", "network-nat"]));
  });

  it("comes in a group with Flex-start: template, group, and a request for one", async () => {
    new GcpConfidentialVm("machine", { ...args(), provisioning: { kind: "flexStart", maxRunSeconds: 7200 } });
    const children = await placed("machine");
    expect(Object.values(children)).not.toContain("gcp:compute/instance:Instance");
    expect(named(recording, "machine-template").inputs).toMatchObject({
      scheduling: {
        provisioningModel: "FLEX_START",
        automaticRestart: false,
        instanceTerminationAction: "DELETE",
        maxRunDuration: { seconds: 7200 },
      },
      reservationAffinity: { type: "NO_RESERVATION" },
      disks: [{ boot: true, diskEncryptionKey: { kmsKeySelfLink: "key-disks-id" } }],
    });
    expect(named(recording, "machine-group").inputs).toMatchObject({
      versions: [{ instanceTemplate: "projects/p/global/instanceTemplates/machine-template" }],
      updatePolicy: { type: "OPPORTUNISTIC" },
    });
    const request = named(recording, "machine-request");
    expect(request.inputs).toMatchObject({ resizeBy: 1, requestedRunDuration: { seconds: "7200" } });
    expect(request.dependencies).toEqual(["machine-group"]);
    expect(named(recording, "machine-group").dependencies).toContain("machine-template");
    expect(named(recording, "machine-template").dependencies).toContain("key-disks-grant");
  });

  it("takes one reservation by name", async () => {
    new GcpConfidentialVm("machine", { ...args(), provisioning: { kind: "reservation", name: "h100s" } });
    await quiet(recording);
    expect(named(recording, "machine-machine").inputs).toMatchObject({
      scheduling: { provisioningModel: "RESERVATION_BOUND" },
      reservationAffinity: {
        type: "SPECIFIC_RESERVATION",
        specificReservation: { key: "compute.googleapis.com/reservation-name", values: ["h100s"] },
      },
    });
  });

  it.each([
    [{ onHostMaintenance: "MIGRATE" as const }, /^onHostMaintenance: MIGRATE/],
    [{ zone: "us-east5-a" }, /^zone: "us-east5-a" is no zone of us-central1/],
    [{ key: undefined }, /diskKey: kms and a key belong together/],
  ])("refuses a change (%#) before anything is registered", (change, says) => {
    const all = { ...args(), ...change };
    expect(refusal(() => new GcpConfidentialVm("machine", all))).toMatch(says);
    expect(recording.resources.map(({ name }) => name)).not.toContain("machine-account");
  });
});

describe("GcpConfidentialSpace", () => {
  const args = () => ({
    ...space,
    project,
    machineName: "llama",
    network: network(),
    networkCidr: "10.42.0.0/16",
    key: key(),
    after,
  });

  it("boots the production image with the container by digest, and keeps its output inside", async () => {
    new GcpConfidentialSpace("space", args());
    expect(Object.keys(await placed("space"))).not.toContain("space-ports");
    const { inputs } = named(recording, "space-machine");
    expect(inputs).toMatchObject({
      bootDisk: { initializeParams: { image: space.image } },
      metadata: {
        "tee-image-reference": space.container,
        "tee-install-gpu-driver": "true",
        "tee-container-log-redirect": "false",
      },
      serviceAccount: { email: "tf-space@made-up.iam.gserviceaccount.com", scopes: ["cloud-platform"] },
    });
    expect(named(recording, "space-workloadUser").inputs.role).toBe("roles/confidentialcomputing.workloadUser");
  });

  it("is reached on named ports, from inside the network, by its account", async () => {
    new GcpConfidentialSpace("space", { ...args(), ports: [8443] });
    await quiet(recording);
    expect(named(recording, "space-ports").inputs).toMatchObject({
      sourceRanges: ["10.42.0.0/16"],
      targetServiceAccounts: ["tf-space@made-up.iam.gserviceaccount.com"],
      allows: [{ protocol: "tcp", ports: ["8443"] }],
    });
  });

  it.each([
    [{ image: `${space.image.replace(/\d+$/, "")}debug-260400` }, /image: .*debug and preview images let people in/],
    [{ container: "docker.io/acme/llama:1" }, /container: .*is a tag/],
    [{ bootDiskGib: 20 }, /bootDiskGib: 20 GiB/],
  ])("refuses %j before anything is registered", (change, says) => {
    const all = { ...args(), ...change };
    expect(refusal(() => new GcpConfidentialSpace("space", all))).toMatch(says);
    expect(recording.resources.map(({ name }) => name)).not.toContain("space-account");
  });
});

describe("policy and perimeter of the project", () => {
  it("refuse machines without a TEE", async () => {
    new GcpConfidentialOnly("only", { project, after });
    await placed("only");
    expect(named(recording, "only-policy").inputs).toEqual({
      name: "projects/made-up/policies/compute.restrictNonConfidentialComputing",
      parent: "projects/made-up",
      spec: { rules: [{ values: { deniedValues: ["compute.googleapis.com", "container.googleapis.com"] } }] },
    });
  });

  it("log first, and enforce by name only", async () => {
    const args = { accessPolicy: "300000000003", projectNumber: "100000000001", title: "acme-gke", after };
    new GcpPerimeter("dry", { ...args, dryRun: true });
    new GcpPerimeter("enforced", { ...args, dryRun: false });
    await placed("enforced");
    const [dry, enforced] = ["dry", "enforced"].map((name) => named(recording, `${name}-perimeter`).inputs);
    const inside = {
      resources: ["projects/100000000001"],
      restrictedServices: expect.arrayContaining(["cloudkms.googleapis.com"]),
    };
    expect(dry).toMatchObject({
      name: "accessPolicies/300000000003/servicePerimeters/acme_gke",
      useExplicitDryRunSpec: true,
      spec: inside,
    });
    expect(dry).not.toHaveProperty("status");
    expect(enforced).toMatchObject({ status: inside });
    expect(enforced).not.toHaveProperty("useExplicitDryRunSpec");
  });
});

it("cuts ids of accounts to what Google takes, and keeps them apart", () => {
  const names = ["a", "pool-h100", `pool-${"h".repeat(38)}a`, `pool-${"h".repeat(38)}b`, `space-${"x-".repeat(19)}y`];
  const ids = names.map(accountId);
  for (const id of ids) expect(id).toMatch(/^[a-z][-a-z0-9]{4,28}[a-z0-9]$/);
  expect(new Set(ids).size).toBe(names.length);
  expect(ids[1]).toBe("tf-pool-h100");
});
