import type { CpuTee } from "../hardware";
import type { Registration } from "./plan";

export interface HostKernelArguments {
  readonly required: readonly string[];
  /** Each keeps the TEE off or breaks it in use; a name that ends in = stands for any value. */
  readonly forbidden: readonly string[];
}

/**
 * What a host's kernel has to be started with for its TEE, beside the firmware.
 *
 * SNP stays off under iommu=pt (AMDESE/AMDSEV issue 88), and CPUs taken offline keep ASIDs from being recycled, so that
 * new guests fail with EBUSY. TDX is off unless asked for, and does not survive hibernation.
 */
export const hostKernelArguments: Readonly<Record<CpuTee, HostKernelArguments>> = {
  snp: { required: [], forbidden: ["iommu=pt", "iommu.passthrough=1", "nosmt", "maxcpus="] },
  tdx: { required: ["kvm_intel.tdx=1", "nohibernate"], forbidden: ["intel_iommu=off", "iommu=off"] },
};

/** What to look at on the host once its firmware is set: that the firmware says Enabled does not mean that the TEE works. */
export function hostChecks(tee: CpuTee, registration?: Registration): readonly string[] {
  return [...common(tee), ...(tee === "snp" ? snpChecks : [...tdxChecks, ...registered(registration)])];
}

function common(tee: CpuTee): readonly string[] {
  const { required, forbidden } = hostKernelArguments[tee];
  const wanted = required.length > 0 ? `has ${required.join(" and ")}, and ` : "";
  return [
    `cat /proc/cmdline: ${wanted}has none of ${forbidden.join(", ")}`,
    "ls /sys/kernel/iommu_groups: is not empty, the IOMMU is on",
    "uname -r: is 6.17 or newer",
  ];
}

const snpChecks = [
  "cat /sys/devices/system/cpu/offline: is empty, no CPU is offline",
  "cat /sys/module/kvm_amd/parameters/sev_snp: says Y",
  'dmesg: has "SEV-SNP: RMP table physical range", memory is covered',
  'dmesg: has "kvm_amd: SEV-SNP enabled" with ASIDs from 1 on, not an empty range',
];

const tdxChecks = [
  "cat /sys/module/kvm_intel/parameters/tdx: says Y",
  'dmesg: has "virt/tdx: BIOS enabled: private KeyID range", the keys are split and the range is not empty',
  'dmesg: has "virt/tdx: module initialized"',
];

function registered(registration: Registration = "in-band"): readonly string[] {
  return registration === "in-band"
    ? [
        "PCKIDRetrievalTool: registers the platform with the PCCS",
        "the PCCS's database: has this platform and a PCK certificate, before the host joins",
      ]
    : ["/var/log/mpa_registration.log: says that the platform was registered with Intel"];
}
