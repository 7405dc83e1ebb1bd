import * as semver from "semver";
import { stringify } from "yaml";
import type { PullTimeouts } from "../runtime/timeouts";

/** Namespace of what Trustfoundry itself keeps in a provider's cluster. */
export const systemNamespace = "trustfoundry-system";

/** Name of the ConfigMap that has the drop-in. */
export const kubeletSettingsName = "kubelet-settings";

/** Name of the drop-in, ordered behind a distribution's own files. */
export const kubeletDropInName = "90-trustfoundry.conf";

/** Which Kubernetes a drop-in is for: the file alone does not say, and what has to be in it depends on that. */
export const kubernetesVersionAnnotation = "trustfoundry.dev/kubernetes-version";

/**
 * Kubelet settings of a host with confidential GPU guests, as a KubeletConfiguration drop-in (`kubelet --config-dir`).
 *
 * - `runtimeRequestTimeout`: guests pull images themselves, which takes longer than kubelet's two minutes.
 * - `RuntimeClassInImageCriApi`: without it one image cannot be used by several snapshotters side by side.
 * - `KubeletPodResourcesGet`: the shim asks kubelet which GPUs to plug in; on by default since Kubernetes 1.34.
 *
 * Source: cloud-native-docs confidential-containers/prerequisites (1.1.0).
 */
export function renderKubeletDropIn(kubernetesVersion: string, timeouts: PullTimeouts): string {
  const version = semver.coerce(kubernetesVersion);
  if (!version) throw new Error(`kubernetesVersion is "${kubernetesVersion}"; write a version such as 1.36`);
  return stringify(
    {
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      kind: "KubeletConfiguration",
      featureGates: {
        ...(semver.lt(version, "1.34.0") && { KubeletPodResourcesGet: true }),
        RuntimeClassInImageCriApi: true,
      },
      runtimeRequestTimeout: `${timeouts.kubeletSeconds}s`,
    },
    { lineWidth: 0 },
  );
}
