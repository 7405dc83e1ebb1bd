import type {
  ClusterRequest,
  MachineRequest,
  NodeRequest,
  PoolRequest,
  SpaceRequest,
} from "../../../../components/host/gcp/requests";

const node: NodeRequest = {
  machineType: "a3-highgpu-1g",
  region: "us-central1",
  provisioning: { kind: "spot", onPreemption: "STOP" },
  bootDiskGib: 100,
  diskKey: "kms",
};

/** Requests that depart from nothing. */
export const machine: MachineRequest = {
  ...node,
  zone: "us-central1-a",
  image: "projects/made-up-images/global/images/ubuntu-h100-20261101",
};
export const space: SpaceRequest = {
  ...machine,
  image: "projects/confidential-space-images/global/images/confidential-space-260400",
  container: `europe-docker.pkg.dev/made-up/serve/llama@sha256:${"1".repeat(64)}`,
};
export const pool: PoolRequest = {
  ...node,
  zones: ["us-central1-a"],
  version: "1.34.1-gke.2909000",
  minCount: 0,
  maxCount: 2,
  gpuDriver: "daemonSet",
};
export const cluster: ClusterRequest = {
  region: "us-central1",
  version: "1.34.1-gke.2909000",
  systemMachineType: "n2d-standard-4",
  controlPlaneCidr: "172.16.0.0/28",
  networkCidr: "10.42.0.0/16",
};
