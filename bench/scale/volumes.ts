import { setMaxListeners } from "node:events";
import type { KubeApi } from "../../tooling/controlplane/api";
import { simulatedLabel } from "../../tooling/controlplane/commands";

/**
 * Storage class of a large factory's block volumes, SIMULATED. A rehearsal's volumes belong to one node each, and to place a
 * pod the scheduler compares every volume with every node: with a thousand nodes it would be what is measured. These are of
 * no node and bound at once, as from a storage system that all hosts reach.
 */
export const scaleStorageClass = "trustfoundry-scale-block";

const size = "256Gi";

export async function applyVolumes(api: KubeApi, count: number, signal?: AbortSignal): Promise<void> {
  // Each request under way listens to it.
  if (signal) setMaxListeners(0, signal);
  const labels = { [simulatedLabel]: "true" };
  await api.apply(
    `/apis/storage.k8s.io/v1/storageclasses/${scaleStorageClass}`,
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: scaleStorageClass, labels },
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "Immediate",
      reclaimPolicy: "Retain",
    },
    signal,
  );
  const names = Array.from({ length: count }, (_, index) => `scale-${String(index).padStart(4, "0")}`);
  while (names.length > 0)
    await Promise.all(
      names.splice(0, 100).map((name) =>
        api.create(
          "/api/v1/persistentvolumes",
          {
            apiVersion: "v1",
            kind: "PersistentVolume",
            metadata: { name, labels },
            spec: {
              storageClassName: scaleStorageClass,
              volumeMode: "Block",
              accessModes: ["ReadWriteOnce"],
              capacity: { storage: size },
              persistentVolumeReclaimPolicy: "Retain",
              hostPath: { path: `/dev/simulated/${name}` },
            },
          },
          signal,
        ),
      ),
    );
}
