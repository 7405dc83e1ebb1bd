import type { KubeObject } from "./api";
import { simulatedLabel } from "./commands";
import type { SimulatedNode } from "./simulatedNodes";
import { simulatedNodeLabel } from "./simulatedNodes";

/** Storage class of the block volumes that each simulated node has: real claims, bound by the real scheduler. */
export const simulatedStorageClass = "trustfoundry-local-block";

/** As many volumes as confidential pods can have a GPU each on one host. */
const volumesPerNode = 8;
const volumeSize = "256Gi";

/** A class without provisioner: a claim waits for its pod's node and takes one of that node's volumes. */
export function storageClassObject() {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: simulatedStorageClass, labels: { [simulatedLabel]: "true" } },
    provisioner: "kubernetes.io/no-provisioner",
    volumeBindingMode: "WaitForFirstConsumer",
    // A stage takes back released volumes, as a local-volume provisioner does.
    reclaimPolicy: "Retain",
  } satisfies KubeObject & Record<string, unknown>;
}

/** The block devices of one simulated node. */
export function volumeObjects(node: SimulatedNode) {
  return Array.from({ length: volumesPerNode }, (_, index) => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name: `${node.name}-block-${index}`,
      labels: { [simulatedLabel]: "true", [simulatedNodeLabel]: node.name },
    },
    spec: {
      storageClassName: simulatedStorageClass,
      volumeMode: "Block",
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: volumeSize },
      persistentVolumeReclaimPolicy: "Retain",
      local: { path: `/dev/simulated/block-${index}` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node.name] }] },
          ],
        },
      },
    },
  }));
}
