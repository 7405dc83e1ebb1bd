import type { Pin } from "../catalogLock";
import { taggedDigest } from "../catalogLock";
import { gpuToleration, tenantToleration } from "../host/hardware";

const hostTolerations = [gpuToleration, tenantToleration()];

/**
 * Values of the Node Feature Discovery chart, as the GPU Operator sets them for the copy it bundles: its operands look
 * for `pci-10de.present`, which exists only when device labels are named by vendor alone.
 *
 * Source: NVIDIA/gpu-operator deployments/gpu-operator/values.yaml, `node-feature-discovery` (v26.3.1 and v26.7.0).
 */
export function nodeFeatureValues(
  image: Pin,
  tolerations: readonly object[] = hostTolerations,
): Record<string, unknown> {
  return {
    image: { repository: image.repository, tag: taggedDigest(image) },
    priorityClassName: "system-node-critical",
    master: { config: { extraLabelNs: ["nvidia.com"] } },
    worker: {
      tolerations: [
        { key: "node-role.kubernetes.io/control-plane", operator: "Equal", value: "", effect: "NoSchedule" },
        ...tolerations,
      ],
      config: {
        sources: {
          pci: { deviceClassWhitelist: ["02", "0200", "0207", "0300", "0302"], deviceLabelFields: ["vendor"] },
        },
      },
    },
  };
}
