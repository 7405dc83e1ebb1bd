import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge } from "../../../../components/host/departures";
import type { Departure } from "../../../../components/host/departures";
import { machineDepartures, poolDepartures } from "../../../../components/host/gcp/constraints";
import {
  bootDisk,
  confidentialSettings,
  reservationAffinity,
  scheduling,
  templateDisk,
} from "../../../../components/host/gcp/machineSettings";
import { gpuNode, poolBehaviour } from "../../../../components/host/gcp/poolSettings";
import type { MachineRequest, NodeRequest, PoolRequest, Provisioning } from "../../../../components/host/gcp/requests";
import type { Resource, Rule } from "../../../../policies/rule";
import { rules } from "../../../../policies/rules";

/*
 * Over machine types × zones × provisioning × encryption: what is accepted satisfies every row of the facts. Two oracles
 * that share nothing with the constraints but the table: the policy rules, which read what the cloud is sent, and the
 * facts themselves, written down here a second time.
 */

const machineTypes = [
  "a3-highgpu-1g",
  "a3-highgpu-2g",
  "a3-highgpu-4g",
  "a3-highgpu-8g",
  "a3-megagpu-8g",
  "a3-ultragpu-8g",
  "a4-highgpu-8g",
  "a4x-highgpu-4g",
  "a2-ultragpu-1g",
  "g2-standard-4",
  "g4-standard-6",
  "g4-standard-48",
  "g4-standard-96",
  "c3-standard-4",
  "n2d-standard-8",
  "e2-medium",
];
const zones = [
  "us-central1-a",
  "us-central1-b",
  "us-central1-c",
  "us-east5-a",
  "us-east5-b",
  "europe-west4-a",
  "europe-west4-c",
  "asia-southeast1-b",
];
const regions = ["us-central1", "us-east5", "europe-west4", "asia-southeast1"];
const versions = [
  undefined,
  "1.31.5-gke.1169000",
  "1.32.2-gke.1297000",
  "1.32.2-gke.1652000",
  "1.33.5-gke.1697000",
  "1.34.1-gke.2909000",
  "1.35.3-gke.1389000",
];

/** The good value more often than others, or hardly anything would be accepted. */
const mostly = <T>(good: T, ...others: readonly T[]) =>
  fc.oneof({ arbitrary: fc.constant(good), weight: 4 }, { arbitrary: fc.constantFrom(good, ...others), weight: 1 });

const provisioning: fc.Arbitrary<Provisioning> = fc.oneof(
  fc.record({ kind: fc.constant("spot" as const), onPreemption: fc.constantFrom("STOP" as const, "DELETE" as const) }),
  fc.record({ kind: fc.constant("flexStart" as const), maxRunSeconds: mostly(86_400, 600, 604_800, 604_801) }),
  fc.constant({ kind: "reservation" as const, name: "h100s" }),
  fc.constant({ kind: "standard" as const }),
);

const node = {
  machineType: fc.oneof(fc.constantFrom("a3-highgpu-1g", "g4-standard-48"), fc.constantFrom(...machineTypes)),
  region: fc.constantFrom(...regions),
  provisioning,
  tee: mostly(undefined, "TDX" as const, "SEV" as const, "SEV_SNP" as const),
  gpus: mostly<number | undefined>(undefined, 1, 2, 8),
  bootDiskGib: fc.constantFrom(10, 30, 100),
  diskKey: fc.constantFrom("kms" as const, "google" as const),
  diskType: mostly<string | undefined>(undefined, "hyperdisk-balanced", "pd-balanced"),
  confidentialStorage: mostly(false, true),
};

const machineRequests: fc.Arbitrary<MachineRequest> = fc.record({
  ...node,
  zone: fc.constantFrom(...zones),
  image: fc.constant("projects/made-up-images/global/images/ubuntu-h100-20261101"),
  onHostMaintenance: mostly<MachineRequest["onHostMaintenance"]>(undefined, "TERMINATE", "MIGRATE"),
  diskInterface: mostly<MachineRequest["diskInterface"]>(undefined, "NVME", "SCSI"),
  nicType: mostly<MachineRequest["nicType"]>(undefined, "GVNIC", "VIRTIO_NET"),
});

const poolRequests: fc.Arbitrary<PoolRequest> = fc.record({
  ...node,
  zones: fc.uniqueArray(fc.constantFrom(...zones), { minLength: 1, maxLength: 3 }),
  version: fc.constantFrom(...versions),
  minCount: mostly(0, 1, 3),
  maxCount: fc.constant(3),
  imageType: mostly<string | undefined>(undefined, "COS_CONTAINERD", "UBUNTU_CONTAINERD", "WINDOWS_LTSC_CONTAINERD"),
  gpuDriver: mostly<PoolRequest["gpuDriver"]>("daemonSet", "google"),
  gpuSharing: mostly<PoolRequest["gpuSharing"]>(undefined, "TIME_SHARING", "MPS"),
  localSsd: mostly<PoolRequest["localSsd"]>(undefined, "ephemeral", "block"),
});

/** Requests whose zones are in their region: others are refused for that alone. */
const atHome = {
  machines: machineRequests.map((request) => ({ ...request, region: request.zone.replace(/-[a-z]$/, "") })),
  pools: poolRequests.map((request) => {
    const region = request.zones[0]!.replace(/-[a-z]$/, "");
    return { ...request, region, zones: request.zones.filter((zone) => zone.startsWith(`${region}-`)) };
  }),
};

const key = "projects/made-up/locations/us-central1/keyRings/nodes/cryptoKeys/disks";

/** What Google would be sent. */
function machineSent(request: MachineRequest): Resource {
  const template = request.provisioning.kind === "flexStart";
  const type = template ? "gcp:compute/instanceTemplate:InstanceTemplate" : "gcp:compute/instance:Instance";
  return sent(type, {
    ...confidentialSettings(request),
    scheduling: scheduling(request),
    reservationAffinity: reservationAffinity(request.provisioning),
    networkInterfaces: [{ subnetwork: "nodes", nicType: request.nicType ?? "GVNIC" }],
    ...(template
      ? { disks: [templateDisk(request)] }
      : { zone: request.zone, bootDisk: { ...bootDisk(request), kmsKeySelfLink: keyOf(request) } }),
  });
}

function poolSent(request: PoolRequest): Resource {
  return sent("gcp:container/nodePool:NodePool", {
    ...poolBehaviour(request),
    location: request.region,
    nodeLocations: request.zones,
    version: request.version,
    nodeConfig: { ...gpuNode(request), bootDiskKmsKey: keyOf(request) },
  });
}

const keyOf = ({ diskKey }: NodeRequest) => (diskKey === "kms" ? key : undefined);
const sent = (type: string, props: object): Resource => ({
  type,
  name: "node",
  urn: `urn:pulumi:test::trustfoundry::${type}::node`,
  props: JSON.parse(JSON.stringify(props)) as Record<string, unknown>,
});

const ofGoogle = rules.filter(({ platforms }) => platforms.includes("gcp"));
const found = (resource: Resource, selected: readonly Rule[]) =>
  selected.flatMap((rule) => rule.evaluate([resource]).findings.map(({ path }) => `${rule.id} ${path}`));
const demanded = ofGoogle.filter(({ baseline }) => baseline !== "advisory");

describe.each([
  ["machines", atHome.machines, machineDepartures, machineSent],
  ["pools", atHome.pools, poolDepartures, poolSent],
] as unknown as [
  string,
  fc.Arbitrary<NodeRequest>,
  (request: NodeRequest) => Departure[],
  (request: NodeRequest) => Resource,
][])("of %s", (_what, requests, departures, render) => {
  it("what departs from nothing passes every rule about Google Cloud, hints included", () => {
    let accepted = 0;
    fc.assert(
      fc.property(requests, (request) => {
        if (departures(request).length > 0) return;
        accepted++;
        expect(found(render(request), ofGoogle)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it("what departs from hints alone passes every rule that is no hint", () => {
    let accepted = 0;
    fc.assert(
      fc.property(requests, (request) => {
        const all = departures(request);
        if (all.length === 0 || judge(all).errors.length > 0) return;
        accepted++;
        expect(found(render(request), demanded)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it("what is refused or warned of is told where, why and what to write, on the day it was read", () => {
    fc.assert(
      fc.property(requests, (request) => {
        for (const { constraint, path, message, fact } of departures(request)) {
          expect(constraint).toMatch(/^gcp-[a-z0-9-]+$/);
          expect(path.split(/[.[]/)[0]).toSatisfy((first: string) => first in request);
          expect(message).toMatch(/; (write|leave|look)|, and spread a model|write at (least|most)/);
          expect(fact.source).not.toBe("");
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** The facts as a person reads them; true where Google takes a request, as far as anybody has documented. */
function documented(request: NodeRequest): boolean {
  const { machineType, tee, gpus, provisioning: how, confidentialStorage, diskType, diskKey } = request;
  if (!["a3-highgpu-1g", "g4-standard-48"].includes(machineType)) return false;
  if (machineType.startsWith("a3") && tee !== undefined && tee !== "TDX") return false;
  if (gpus !== undefined && gpus !== 1) return false;
  if (how.kind === "flexStart" && how.maxRunSeconds > 7 * 24 * 3600) return false;
  return !confidentialStorage || (diskType !== "pd-balanced" && diskKey === "kms");
}

const known: Readonly<Record<string, string>> = {
  "us-central1": "us-central1-a",
  "us-east5": "us-east5-a",
  "europe-west4": "europe-west4-c",
};

describe("as the facts have it", () => {
  it("a machine is refused exactly when they are against it", () => {
    fc.assert(
      fc.property(machineRequests, (request) => {
        const possible =
          documented(request) &&
          request.zone.replace(/-[a-z]$/, "") === request.region &&
          request.onHostMaintenance !== "MIGRATE" &&
          request.diskInterface !== "SCSI" &&
          !(request.confidentialStorage && request.provisioning.kind === "flexStart");
        expect(judge(machineDepartures(request)).errors.length === 0).toBe(possible);
      }),
      { numRuns: 3000 },
    );
  });

  it("a pool is refused exactly when they are against it", () => {
    fc.assert(
      fc.property(fc.oneof(poolRequests, atHome.pools), (request) => {
        const { version, imageType = "COS_CONTAINERD", localSsd, minCount, gpuDriver } = request;
        const flexStart = request.provisioning.kind === "flexStart";
        const newest = versions.indexOf(version);
        const tee = request.tee ?? (request.machineType === "g4-standard-48" ? "SEV" : "TDX");
        const knowsNodes =
          version === undefined ||
          ((imageType !== "COS_CONTAINERD" || tee === "SEV" || newest >= 2) &&
            (imageType !== "UBUNTU_CONTAINERD" || tee !== "TDX" || newest >= 4) &&
            (!flexStart || newest >= 3) &&
            (request.machineType !== "g4-standard-48" || newest >= 6));
        const possible =
          documented(request) &&
          request.zones.every((zone) => zone.replace(/-[a-z]$/, "") === request.region) &&
          knowsNodes &&
          imageType !== "WINDOWS_LTSC_CONTAINERD" &&
          !(imageType === "UBUNTU_CONTAINERD" && gpuDriver === "daemonSet") &&
          localSsd !== "block" &&
          !(flexStart && minCount > 0);
        expect(judge(poolDepartures(request)).errors.length === 0).toBe(possible);
      }),
      { numRuns: 5000 },
    );
  });

  it("a zone that nobody reports is warned of, and a reported one is not", () => {
    fc.assert(
      fc.property(atHome.machines, (request) => {
        const warned = machineDepartures(request).some(({ constraint }) => constraint === "gcp-zone-offered");
        expect(warned).toBe(request.machineType === "a3-highgpu-1g" && request.zone !== known[request.region]);
      }),
    );
  });
});
