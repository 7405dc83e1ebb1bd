import * as semver from "semver";
import type { Pin } from "../catalogLock";
import { imageReference } from "../catalogLock";
import { gpuToleration, labels, tenantToleration } from "../host/hardware";
import type { PlatformSetName } from "../platform";
import { platformSets } from "../platform";
import { renderToml } from "../toml";
import type { NvidiaShim } from "./runtimeClasses";
import { nvidiaShims, shimNodeSelector, shimTee } from "./runtimeClasses";
import type { PullTimeouts } from "./timeouts";
import { defaultPullTimeouts } from "./timeouts";

export const distributions = ["k8s", "k3s", "rke2", "k0s", "microk8s"] as const;
export type Distribution = (typeof distributions)[number];

/**
 * What a distribution needs of its hosts beyond Kata's values, or undefined.
 *
 * On K3s and RKE2 the unit of the nydus snapshotter does not come up after a reboot before Kata 4.1.0 (kata-containers pull
 * request 13482): no guest can pull its image then.
 *
 * Source: kata-containers src/runtime/Makefile, DEFPODRESOURCEAPISOCK_NV, and kata-deploy
 * binary/src/artifacts/install.rs, 22-k0s-kubelet-root.toml (4.0.0, 4.1.0); NVIDIA/gpu-operator
 * assets/state-kata-device-plugin/0500_daemonset.yaml (v26.3.1, v26.7.0).
 */
export function distributionWarning(distribution: Distribution, platformSet: PlatformSetName): string | undefined {
  const { kata } = platformSets[platformSet].versions;
  if ((distribution === "k3s" || distribution === "rke2") && semver.lt(kata, "4.1.0"))
    return (
      `On ${distribution} the nydus snapshotter is dead after a reboot of a host until Kata 4.1.0, and this platform set has ${kata}: ` +
      "start its unit before pods come back, or choose platform {set: newest}."
    );
  if (distribution !== "k0s") return undefined;
  return (
    "k0s keeps kubelet's directory in /var/lib/k0s/kubelet, and both NVIDIA's device plugin and the shim look for its " +
    "sockets in /var/lib/kubelet: link the latter to the former on every GPU host, or no pod gets a GPU."
  );
}

export interface KataSettings {
  readonly platformSet: PlatformSetName;
  /** Decides which containerd configuration is written; a wrong one configures Kata where nothing looks for it. */
  readonly distribution: Distribution;
  readonly timeouts: PullTimeouts;
  readonly images: { readonly kataDeploy: Pin; readonly kubectl: Pin };
}

/**
 * Values of kata-deploy's chart: NVIDIA's reference values with their mistakes corrected.
 *
 * - `nfd.enabled` is no key of the chart and does nothing; `node-feature-discovery.enabled` is what switches its NFD off.
 * - On 4.0.0 the Go shim pins several sandboxes to the same CPUs (kata-containers issue 13539); a drop-in sets what
 *   4.1.0 has by default. By the shim's source that touches TDX's RTMR0, which no release pins, and no SNP digest.
 * - The chart's cleanup job uses an image by a floating tag; here it has a digest.
 * - kata-deploy restarts the container runtime: it goes to hosts that pass GPUs through, and to no others.
 *
 * `allowedHypervisorAnnotations: []` adds nothing to what each shim's own configuration allows, `cc_init_data` among
 * it; it takes nothing away either. That no pod uses `kernel_params` is for policy and measurement to enforce.
 *
 * Sources: cloud-native-docs confidential-containers/samples/kata-nvidia-gpu-values.yaml (1.1.0); kata-deploy values.yaml
 * and binary/src/artifacts/install.rs (4.0.0, 4.1.0); kata-containers pull requests 13836 and 13671.
 */
export function kataValues(settings: KataSettings): Record<string, unknown> {
  const { platformSet, distribution, images } = settings;
  const { kata } = platformSets[platformSet].versions;
  return {
    debug: false,
    deploymentMode: "daemonset",
    k8sDistribution: distribution,
    image: { reference: imageReference(images.kataDeploy) },
    kubectlImage: { reference: imageReference(images.kubectl) },
    nodeSelector: { [labels.workloadConfig]: "vm-passthrough" },
    tolerations: [gpuToleration, tenantToleration()],
    snapshotter: { setup: ["nydus"] },
    shims: { disableAll: true, ...Object.fromEntries(nvidiaShims.map((shim) => [shim, shimValues(shim, settings)])) },
    defaultShim: { amd64: "qemu-nvidia-gpu" },
    runtimeClasses: { enabled: true, createDefault: false, defaultName: "kata" },
    "node-feature-discovery": { enabled: false },
    // 4.0.0 has neither key: its kata-deploy looks for NFD's CRDs when it starts. `auto` would do the same here.
    ...(kata !== "4.0.0" && { devkit: false, nodeFeatureRules: { create: true } }),
  };
}

function shimValues(shim: NvidiaShim, settings: KataSettings): Record<string, unknown> {
  const guestPull = {
    containerd: { snapshotter: "nydus", forceGuestPull: false },
    crio: { guestPull: true },
    agent: { httpsProxy: "", noProxy: "" },
  };
  const dropIn = shimDropIn(settings);
  return {
    enabled: true,
    supportedArches: ["amd64"],
    allowedHypervisorAnnotations: [],
    ...(shimTee(shim) ? guestPull : { containerd: { snapshotter: "" } }),
    runtimeClass: { nodeSelector: shimNodeSelector(shim) },
    ...(dropIn && { dropIn }),
  };
}

/** TOML that overrides a shim's own configuration, or undefined where that is as it should be. */
export function shimDropIn({
  platformSet,
  timeouts,
}: Pick<KataSettings, "platformSet" | "timeouts">): string | undefined {
  const pinsCpus = platformSets[platformSet].versions.kata === "4.0.0";
  const waits = timeouts.shimSeconds !== defaultPullTimeouts.shimSeconds;
  if (!pinsCpus && !waits) return undefined;
  return renderToml({
    ...(pinsCpus && { hypervisor: { qemu: { enable_numa: false } } }),
    runtime: {
      ...(pinsCpus && { enable_vcpus_pinning: false }),
      ...(waits && { create_container_timeout: timeouts.shimSeconds }),
    },
    ...(waits && { agent: { kata: { dial_timeout: timeouts.shimSeconds } } }),
  });
}
