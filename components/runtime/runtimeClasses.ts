import type { CpuTee } from "../host/hardware";
import { labels, teeKeyResource } from "../host/hardware";
import type { PlatformSetName } from "../platform";
import { platformSets } from "../platform";

/** Kata's three shims for NVIDIA GPUs: two confidential ones, and one for hosts whose CC mode is off. */
export const nvidiaShims = ["qemu-nvidia-gpu", "qemu-nvidia-gpu-snp", "qemu-nvidia-gpu-tdx"] as const;
export type NvidiaShim = (typeof nvidiaShims)[number];

export const shimOfTee = { snp: "qemu-nvidia-gpu-snp", tdx: "qemu-nvidia-gpu-tdx" } as const satisfies Record<
  CpuTee,
  NvidiaShim
>;

/** Name of a shim's RuntimeClass, which is its handler's name, too. */
export const runtimeClassName = (shim: NvidiaShim): string => `kata-${shim}`;

/** The RuntimeClass whose pods get a confidential VM of this TEE with its GPUs. */
export const runtimeClassNameFor = (tee: CpuTee): string => runtimeClassName(shimOfTee[tee]);

/**
 * The RuntimeClass of confidential guests with GPUs under OpenShift sandboxed containers 1.13: one name for either TEE,
 * since a cluster has hosts of one TEE only. Its handler is `kata-snp-nvidia-gpu` or `kata-tdx-nvidia-gpu`; its overhead
 * has a TEE key, and its selector the TEE's label and GPUs that are CC-ready.
 *
 * Source: openshift/sandboxed-containers-operator controllers/confidential_handler.go.
 */
export const openshiftRuntimeClassName = "kata-cc-nvidia-gpu";

export function shimTee(shim: NvidiaShim): CpuTee | undefined {
  return shim === shimOfTee.snp ? "snp" : shim === shimOfTee.tdx ? "tdx" : undefined;
}

/** Node labels that a shim asks for beside kata-deploy's own: GPUs in the right mode, and the right TEE. */
export function shimNodeSelector(shim: NvidiaShim): Record<string, string> {
  const tee = shimTee(shim);
  return tee ? { [labels.ccReadyState]: "true", [labels.tee[tee]]: "true" } : { [labels.ccReadyState]: "false" };
}

/** What a RuntimeClass of kata-deploy says; for checking a cluster against, since the chart creates it. */
export interface ExpectedRuntimeClass {
  readonly name: string;
  readonly handler: string;
  readonly overhead: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
}

/**
 * The RuntimeClasses that Kata leaves behind. A TEE key is part of a confidential class's overhead, so that the
 * scheduler places no more guests on a host than its firmware has keys for; 4.0.0 adds it at start, 4.1.0 renders it.
 *
 * Source: kata-containers tools/packaging/kata-deploy/helm-chart/kata-deploy/templates/runtimeclasses.yaml (4.0.0,
 * 4.1.0); kata-deploy binary/src/k8s/runtimeclasses.rs (4.0.0).
 */
export function expectedRuntimeClasses(set: PlatformSetName): ExpectedRuntimeClass[] {
  const marksInstallation = platformSets[set].versions.kata !== "4.0.0";
  return nvidiaShims.map((shim) => {
    const tee = shimTee(shim);
    return {
      name: runtimeClassName(shim),
      handler: runtimeClassName(shim),
      overhead: { memory: "10240Mi", cpu: "1.0", ...(tee && { [teeKeyResource[tee]]: "1" }) },
      nodeSelector: {
        [labels.kataRuntime]: "true",
        ...(marksInstallation && { "kata-deploy.katacontainers.io/default": "true" }),
        ...shimNodeSelector(shim),
      },
    };
  });
}
