import { cpuModels } from "../host/hardware";
import type { HostProfile } from "../host/profile";
import { hostTee, isConfidential } from "../host/profile";
import { shortHash, canonicalJson } from "../names";
import { renderToml } from "../toml";

/**
 * The MachineConfigPool that the hosts start in: `worker`, or `master` on a single node and on compact clusters, whose
 * control plane carries the workloads.
 */
export const hostPools = ["worker", "master"] as const;
export type HostPool = (typeof hostPools)[number];

/** A MachineConfig's name and spec; its labels follow from the pool. */
export interface MachineConfig {
  readonly name: string;
  readonly spec: {
    readonly kernelArguments: readonly string[];
    readonly config?: IgnitionConfig;
  };
}

interface IgnitionConfig {
  readonly ignition: { readonly version: string };
  readonly storage: { readonly files: readonly IgnitionFile[] };
}

interface IgnitionFile {
  readonly path: string;
  readonly mode: number;
  readonly overwrite: true;
  readonly contents: { readonly source: string };
}

/**
 * Which of Kata's configurations read the drop-in: those of `kata-cc` and of `kata-cc-nvidia-gpu` on TDX hosts.
 *
 * Source: Red Hat AI quickstart for confidential GPUs, MachineConfig 99-enable-intel-tdx (OSC 1.13).
 */
const tdxHandlers = ["kata-tdx", "kata-tdx-nvidia-gpu"];

/**
 * What the hosts' kernels are started with, and files that TDX guests need. One MachineConfig for the IOMMU, one for TDX
 * where there is a host with it; SEV-SNP needs none, and `iommu=pt` would keep it off. Names end in a digest of the
 * content, so that a pool's status tells whether just this content has arrived.
 *
 * Every machine of the pool gets them, GPU or not.
 *
 * Sources: the quickstart, without its `iommu=pt`; validatedpatterns/coco-pattern, charts/all/nvidia-gpu iommu-mco.yaml.
 */
export function machineConfigs(hosts: readonly HostProfile[], pool: HostPool): MachineConfig[] {
  const vendors = new Set(hosts.map(({ cpu }) => cpuModels[cpu].vendor));
  const iommu = [...vendors].sort().map((vendor) => `${vendor}_iommu=on`);
  const tdx = hosts.some((host) => isConfidential(host) && hostTee(host) === "tdx");
  return [
    named(`99-trustfoundry-${pool}-iommu`, { kernelArguments: iommu }),
    ...(tdx ? [named(`99-trustfoundry-${pool}-tdx`, tdxSpec())] : []),
  ];
}

function tdxSpec(): MachineConfig["spec"] {
  // Quotes come by the guest's kernel and the host's quote generation service, over a Unix socket: needed from OSC 1.13.
  const dropIn = renderToml({ hypervisor: { qemu: { tdx_quote_generation_service_socket_port: 0 } } });
  return {
    kernelArguments: ["kvm_intel.tdx=1", "nohibernate"],
    config: {
      ignition: { version: "3.4.0" },
      storage: {
        files: [
          file("/etc/modules-load.d/vsock.conf", "vsock-loopback\n"),
          ...tdxHandlers.map((handler) =>
            file(`/etc/kata-containers/${handler}/config.d/96-kata-kernel-config`, dropIn),
          ),
        ],
      },
    },
  };
}

/** A file as Ignition takes it, its content in a data URL; mode 0644. */
function file(path: string, content: string): IgnitionFile {
  return { path, mode: 0o644, overwrite: true, contents: { source: `data:,${encodeURIComponent(content)}` } };
}

function named(prefix: string, spec: MachineConfig["spec"]): MachineConfig {
  return { name: `${prefix}-${shortHash(canonicalJson(spec))}`, spec };
}

/**
 * Settings of the hosts' kubelets. No feature gates: OpenShift refuses a KubeletConfig that has any, and then applies
 * nothing of it. `KubeletPodResourcesGet` is on by default since Kubernetes 1.34, which OpenShift 4.21 has;
 * `RuntimeClassInImageCriApi`, which NVIDIA asks for, is for containerd's snapshotters.
 *
 * Source: openshift/machine-config-operator pkg/controller/kubelet-config/helpers.go, validateUserKubeletConfig.
 */
export function kubeletSettings(kubeletSeconds: number): Record<string, unknown> {
  return { runtimeRequestTimeout: `${kubeletSeconds}s` };
}
