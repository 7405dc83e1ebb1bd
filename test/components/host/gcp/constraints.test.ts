import { describe, expect, it } from "vitest";
import type { Departure } from "../../../../components/host/departures";
import { judge } from "../../../../components/host/departures";
import {
  clusterDepartures,
  gcpConstraints,
  machineDepartures,
  poolDepartures,
  spaceDepartures,
} from "../../../../components/host/gcp/constraints";
import type {
  ClusterRequest,
  MachineRequest,
  PoolRequest,
  SpaceRequest,
} from "../../../../components/host/gcp/requests";
import { cluster, machine, pool, space } from "./examples";

const flexStart = { kind: "flexStart", maxRunSeconds: 86_400 } as const;
const family = "projects/confidential-space-images/global/images/family/confidential-space";

/** One thing that is wrong with a request: what becomes of it, by which constraint, where, and what is to be written. */
type Case<Request> = readonly [
  what: string,
  change: Partial<Request>,
  becomes: "refused" | "warned of",
  constraint: string,
  path: string,
  says: RegExp,
];

const ofEveryNode: readonly Case<MachineRequest & PoolRequest>[] = [
  [
    "eight GPUs in one machine",
    { machineType: "a3-highgpu-8g" },
    "refused",
    "gcp-confidential-gpu",
    "machineType",
    /"a3-highgpu-8g" has no GPU .* write a3-highgpu-1g/,
  ],
  [
    "two GPUs in one machine",
    { machineType: "a3-highgpu-2g" },
    "refused",
    "gcp-confidential-gpu",
    "machineType",
    /write a3-highgpu-1g/,
  ],
  [
    "Blackwell of A4",
    { machineType: "a4-highgpu-8g" },
    "refused",
    "gcp-confidential-gpu",
    "machineType",
    /write a3-highgpu-1g/,
  ],
  [
    "Grace Blackwell",
    { machineType: "a4x-highgpu-4g" },
    "refused",
    "gcp-confidential-gpu",
    "machineType",
    /write a3-highgpu-1g/,
  ],
  [
    "a part of a G4 machine",
    { machineType: "g4-standard-12" },
    "refused",
    "gcp-confidential-gpu",
    "machineType",
    /write a3-highgpu-1g/,
  ],
  [
    "a machine without GPU",
    { machineType: "c3-standard-4" },
    "refused",
    "gcp-confidential-gpu",
    "machineType",
    /write a3-highgpu-1g/,
  ],
  ["a second accelerator", { gpus: 2 }, "refused", "gcp-one-gpu", "gpus", /2 GPUs .* write 1/],
  ["no accelerator", { gpus: 0 }, "refused", "gcp-one-gpu", "gpus", /0 GPUs .* write 1/],
  [
    "AMD's TEE for Intel's machine",
    { tee: "SEV" },
    "refused",
    "gcp-tee-of-machine",
    "tee",
    /SEV is not what a3-highgpu-1g has; write TDX/,
  ],
  [
    "capacity on demand",
    { provisioning: { kind: "standard" } },
    "warned of",
    "gcp-capacity-offered",
    "provisioning.kind",
    /write spot, flexStart or reservation/,
  ],
  [
    "a Flex-start of eight days",
    { provisioning: { kind: "flexStart", maxRunSeconds: 691_200 } },
    "refused",
    "gcp-flex-start-bounded",
    "provisioning.maxRunSeconds",
    /691200 .* write at most 604800/,
  ],
  [
    "a Flex-start without end",
    { provisioning: { kind: "flexStart", maxRunSeconds: Number.NaN } },
    "refused",
    "gcp-flex-start-bounded",
    "provisioning.maxRunSeconds",
    /write at most 604800/,
  ],
  [
    "a confidential disk of an ordinary kind",
    { confidentialStorage: true, tee: "TDX", diskType: "pd-ssd" },
    "refused",
    "gcp-confidential-disk",
    "confidentialStorage",
    /pd-ssd; write diskType hyperdisk-balanced/,
  ],
  [
    "a confidential disk without a key",
    { confidentialStorage: true, diskKey: "google" },
    "refused",
    "gcp-confidential-disk",
    "confidentialStorage",
    /write diskKey \{kind: kms\}/,
  ],
  [
    "a disk for no operating system",
    { bootDiskGib: 5 },
    "warned of",
    "gcp-boot-disk-floor",
    "bootDiskGib",
    /5 GiB .* write at least 10/,
  ],
];

const ofMachines: readonly Case<MachineRequest>[] = [
  [
    "a zone that is not known to have them",
    { zone: "us-central1-b" },
    "warned of",
    "gcp-zone-offered",
    "zone",
    /"us-central1-b" .* write us-central1-a$/,
  ],
  [
    "a zone that is known, in a region that has none",
    { region: "us-east1", zone: "us-east1-b" },
    "warned of",
    "gcp-zone-offered",
    "zone",
    /write us-central1-a or .*, each with its region/,
  ],
  [
    "a zone of another region",
    { zone: "us-east5-a" },
    "refused",
    "gcp-zone-in-region",
    "zone",
    /"us-east5-a" is no zone of us-central1; write us-central1-a/,
  ],
  [
    "live migration",
    { onHostMaintenance: "MIGRATE" },
    "refused",
    "gcp-maintenance-terminate",
    "onHostMaintenance",
    /write TERMINATE/,
  ],
  ["a SCSI disk", { diskInterface: "SCSI" }, "refused", "gcp-disk-nvme", "diskInterface", /write NVME/],
  ["an old network card", { nicType: "VIRTIO_NET" }, "warned of", "gcp-nic-gvnic", "nicType", /write GVNIC/],
  [
    "a confidential disk from a template",
    { confidentialStorage: true, provisioning: flexStart },
    "refused",
    "gcp-confidential-template",
    "confidentialStorage",
    /leave it out/,
  ],
  [
    "an image without the TEE's feature",
    { imageFeatures: ["GVNIC", "SEV_CAPABLE"] },
    "warned of",
    "gcp-image-capable",
    "image",
    /lacks the feature TDX_CAPABLE; write an image/,
  ],
  [
    "a COS image of unknown features",
    { image: "projects/cos-cloud/global/images/cos-stable-113" },
    "warned of",
    "gcp-image-capable",
    "image",
    /COS image.*look at its guestOsFeatures/,
  ],
];

const ofSpaces: readonly Case<SpaceRequest>[] = [
  [
    "the debug image",
    { image: `${family}-debug` },
    "refused",
    "gcp-space-production",
    "image",
    /debug and preview images let people in.*write projects\/confidential-space-images/,
  ],
  [
    "the preview image",
    { image: `${family}-preview-cgpu` },
    "refused",
    "gcp-space-production",
    "image",
    /write projects/,
  ],
  [
    "somebody's copy of it",
    { image: "projects/elsewhere/global/images/confidential-space-260400" },
    "refused",
    "gcp-space-production",
    "image",
    /write projects/,
  ],
  ["an image that moves", { image: family }, "warned of", "gcp-space-image-pinned", "image", /write the full name/],
  [
    "a container by tag",
    { container: "docker.io/acme/llama:1.0" },
    "refused",
    "gcp-space-digest",
    "container",
    /is a tag, which moves; write .*@sha256/,
  ],
  [
    "a disk too small for it",
    { bootDiskGib: 20 },
    "refused",
    "gcp-boot-disk-floor",
    "bootDiskGib",
    /20 GiB .* write at least 30/,
  ],
  [
    "a GPU that its token has no word for",
    { machineType: "g4-standard-48" },
    "refused",
    "gcp-space-gpu",
    "machineType",
    /write a3-highgpu-1g/,
  ],
  ["SCSI there", { diskInterface: "SCSI" }, "refused", "gcp-disk-nvme", "diskInterface", /write NVME/],
];

const ofPools: readonly Case<PoolRequest>[] = [
  [
    "a zone too many",
    { zones: ["us-central1-a", "us-central1-f"] },
    "warned of",
    "gcp-zone-offered",
    "zones[1]",
    /"us-central1-f" .* write us-central1-a/,
  ],
  [
    "a zone of elsewhere",
    { zones: ["us-central1-a", "europe-west4-c"] },
    "refused",
    "gcp-zone-in-region",
    "zones[1]",
    /no zone of us-central1/,
  ],
  [
    "a GKE without TDX",
    { version: "1.32.2-gke.1182003" },
    "refused",
    "gcp-gke-version",
    "version",
    /1.32.2-gke.1182003 has no TDX nodes; write at least 1.32.2-gke.1297000/,
  ],
  ["half a version", { version: "1.34" }, "refused", "gcp-gke-version", "version", /write at least/],
  [
    "Ubuntu before TDX",
    { imageType: "UBUNTU_CONTAINERD", gpuDriver: "google", version: "1.34.0-gke.1000000" },
    "refused",
    "gcp-gke-version-ubuntu",
    "version",
    /1.33.5-gke.1697000 or 1.34.1-gke.2909000, or imageType COS/,
  ],
  [
    "Ubuntu with the DaemonSet of COS",
    { imageType: "UBUNTU_CONTAINERD" },
    "refused",
    "gcp-driver-image",
    "imageType",
    /write COS_CONTAINERD, or gpuDriver google/,
  ],
  [
    "Windows",
    { imageType: "WINDOWS_LTSC_CONTAINERD" },
    "refused",
    "gcp-node-os",
    "imageType",
    /write COS_CONTAINERD or UBUNTU_CONTAINERD/,
  ],
  [
    "Flex-start before its time",
    { provisioning: flexStart, version: "1.32.2-gke.1400000" },
    "refused",
    "gcp-gke-version-flex-start",
    "version",
    /write at least 1.32.2-gke.1652000/,
  ],
  [
    "Flex-start nodes that wait",
    { provisioning: flexStart, minCount: 1 },
    "refused",
    "gcp-flex-start-from-zero",
    "minCount",
    /1 nodes cannot wait .* write 0/,
  ],
  [
    "G4 before its time",
    { machineType: "g4-standard-48" },
    "refused",
    "gcp-gke-version-g4",
    "version",
    /write at least 1.35.3-gke.1389000/,
  ],
  [
    "a reservation",
    { provisioning: { kind: "reservation", name: "h100s" } },
    "warned of",
    "gcp-reserved-pool",
    "provisioning.kind",
    /write spot or flexStart/,
  ],
  ["a driver by Google", { gpuDriver: "google" }, "warned of", "gcp-driver-install", "gpuDriver", /write daemonSet/],
  ["a GPU by turns", { gpuSharing: "TIME_SHARING" }, "warned of", "gcp-gpu-sharing", "gpuSharing", /leave it out/],
  ["raw local disks", { localSsd: "block" }, "refused", "gcp-local-ssd", "localSsd", /write ephemeral/],
  [
    "confidential storage for TDX",
    { confidentialStorage: true },
    "warned of",
    "gcp-confidential-storage",
    "confidentialStorage",
    /documented for SEV, not for TDX.*leave it out/,
  ],
];

const ofClusters: readonly Case<ClusterRequest>[] = [
  [
    "confidentiality for the whole cluster",
    { confidentialNodes: true },
    "refused",
    "gcp-cluster-plain",
    "confidentialNodes",
    /cannot be undone.*leave it out/,
  ],
  [
    "a system pool of e2",
    { systemMachineType: "e2-standard-4" },
    "refused",
    "gcp-system-pool-confidential",
    "systemMachineType",
    /"e2-standard-4" .* write n2d-standard-4 or c3-standard-4/,
  ],
  [
    "a system pool of an unknown family",
    { systemMachineType: "z9-standard-4" },
    "refused",
    "gcp-system-pool-confidential",
    "systemMachineType",
    /write n2d-standard-4/,
  ],
  [
    "a system pool of bare metal",
    { systemMachineType: "c3-highcpu-192-metal" },
    "refused",
    "gcp-system-pool-confidential",
    "systemMachineType",
    /write n2d-standard-4/,
  ],
  [
    "a system pool with GPUs",
    { systemMachineType: "a3-highgpu-1g" },
    "refused",
    "gcp-system-pool-confidential",
    "systemMachineType",
    /has a GPU.*write n2d-standard-4/,
  ],
  [
    "SEV-SNP where it is not known to be",
    { region: "us-east5" },
    "warned of",
    "gcp-system-region",
    "systemMachineType",
    /SEV_SNP in us-east5; write a type of another family/,
  ],
  [
    "a GKE without SEV-SNP",
    { version: "1.31.5-gke.1169000" },
    "refused",
    "gcp-gke-version",
    "version",
    /no SEV_SNP nodes; write at least/,
  ],
  [
    "a control plane in a range of another size",
    { controlPlaneCidr: "172.16.0.0/24" },
    "refused",
    "gcp-control-plane-range",
    "controlPlaneCidr",
    /no range of \/28; write one such as/,
  ],
  [
    "a control plane among the nodes",
    { controlPlaneCidr: "10.42.8.16/28" },
    "refused",
    "gcp-control-plane-range",
    "controlPlaneCidr",
    /overlaps with the network, 10.42.0.0\/16; write/,
  ],
];

describe.each([
  ["a machine", machine, machineDepartures, [...ofEveryNode, ...ofMachines]],
  ["a Confidential Space machine", space, spaceDepartures, [...ofEveryNode.slice(0, -1), ...ofSpaces]],
  ["a pool", pool, poolDepartures, [...ofEveryNode, ...ofPools]],
  ["a cluster", cluster, clusterDepartures, ofClusters],
] as [string, object, (request: object, at?: string) => Departure[], readonly Case<object>[]][])(
  "%s",
  (_what, good, departures, cases) => {
    it("that asks for what there is departs from nothing", () => {
      expect(departures(good)).toEqual([]);
    });

    it.each(cases)("is judged with %s", (_case, change, becomes, constraint, path, says) => {
      const found = departures({ ...good, ...change }, "gcp").filter((each) => each.constraint === constraint);
      expect(found.map((each) => each.path)).toEqual([`gcp.${path}`]);
      expect(found[0]?.message).toMatch(says);
      const { errors, warnings } = judge(found);
      expect({ errors: errors.length, warnings: warnings.length }).toEqual(
        becomes === "refused" ? { errors: 1, warnings: 0 } : { errors: 0, warnings: 1 },
      );
    });
  },
);

it("has a case for every constraint but that of the preview, which has one of its own", () => {
  const tried = [...ofEveryNode, ...ofMachines, ...ofSpaces, ...ofPools, ...ofClusters].map((each) => each[3]);
  const all = Object.values(gcpConstraints).flatMap((list) => list.map(({ name }) => name));
  expect([...new Set(all)].filter((name) => !tried.includes(name))).toEqual(["gcp-g4-tee"]);
});

describe("a G4 machine", () => {
  const g4 = { ...machine, machineType: "g4-standard-48", zone: "us-central1-b" };

  it("is warned of as a preview whose TEE is told of differently, and nothing is known of its zones", () => {
    const found = machineDepartures(g4);
    expect(found.map(({ constraint }) => constraint)).toEqual(["gcp-g4-tee"]);
    expect(judge(found).warnings[0]).toMatch(/preview.*SEV, which proves no memory integrity, or TDX.*gcp-g4-tee/);
    expect(judge(found, ["gcp-g4-tee"])).toEqual({ errors: [], warnings: [] });
  });

  it("may be asked for with either", () => {
    for (const tee of ["SEV", "TDX"] as const)
      expect(machineDepartures({ ...g4, tee }).map(({ constraint }) => constraint)).toEqual(["gcp-g4-tee"]);
  });
});

it("compares GKE versions by minor version where each has a first build of its own", () => {
  const ubuntu = (version: string) =>
    poolDepartures({ ...pool, version, imageType: "UBUNTU_CONTAINERD", gpuDriver: "google" }).some(
      ({ constraint }) => constraint === "gcp-gke-version-ubuntu",
    );
  expect(["1.33.5-gke.1697000", "1.33.9-gke.1", "1.34.1-gke.2909000", "1.36.0-gke.1"].filter(ubuntu)).toEqual([]);
  expect(["1.32.9-gke.9999999", "1.33.5-gke.1696999", "1.34.0-gke.9999999"].map(ubuntu)).toEqual([true, true, true]);
});

it("leaves versions alone that nobody said", () => {
  expect(poolDepartures({ ...pool, version: undefined })).toEqual([]);
});
