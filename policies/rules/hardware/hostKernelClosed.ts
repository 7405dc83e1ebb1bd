import { grubSettings, hostKernel } from "../../examples/hosts";
import { hostKernels } from "../../hosts";
import { bareMetal, resourceRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

/** Arguments that take something away from a host that confidential guests stand on, and what. */
const opening: readonly (readonly [argument: RegExp, harm: string])[] = [
  [/^(amd_|intel_)?iommu=(.*,)?off(,.*)?$/, "leaves no IOMMU to pass GPUs through"],
  [/^kvm_amd\.sev(_es|_snp)?=(0|n|off)$/i, "switches SEV-SNP off"],
  [/^kvm_intel\.tdx=(0|n|off)$/i, "switches TDX off"],
  [/^mem_encrypt=off$/, "switches memory encryption off"],
  [/^mitigations=off$/, "opens the CPU's known side channels"],
  [
    /^(nopti|nospectre_v[12]|nospec_store_bypass_disable|(pti|l1tf|mds|tsx_async_abort|retbleed|srbds|mmio_stale_data|(spectre_v2|spectre_bhi|spec_store_bypass_disable|gather_data_sampling|spec_rstack_overflow)(_user)?)=off)$/,
    "opens one of the CPU's known side channels",
  ],
  [/^vfio\.enable_unsafe_noiommu_mode=(1|y)$/i, "gives devices all of the memory"],
  [/^vfio_iommu_type1\.allow_unsafe_interrupts=(1|y)$/i, "lets a guest's device interrupt the host at will"],
  [/^pcie_acs_override=/, "pretends that devices are kept apart"],
  [/^(nosmt(=force)?|maxcpus=\d+)$/, "takes CPUs offline: SEV-SNP's ASIDs are then not recycled"],
];

export const hostKernelClosed = resourceRule({
  id: "host-kernel-closed",
  title: "Hosts start with TEE, IOMMU and CPU mitigations on",
  pillar: "hardware",
  severity: "high",
  threat:
    "An argument from a tuning guide switches off the TEE or the IOMMU of every host, or opens the side channels by which guests are read.",
  remediation: "Take the argument out; switch SMT off in the firmware, where it has to be off.",
  source: nvidiaDocs("prerequisites"),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "keyBroker", how: "without a TEE there is no evidence; side channels are not seen by attestation" },
  looksAt: hostKernels,
  *check({ words }) {
    for (const { word, place } of words) {
      const harm = opening.find(([argument]) => argument.test(word))?.[1];
      if (harm !== undefined) yield place.finding(`${word} ${harm}`);
    }
  },
  compliant: [hostKernel, grubSettings],
  breakages: [
    {
      mistake: "TDX off by argument",
      path: "/spec/kernelArguments/2",
      value: "kvm_intel.tdx=0",
      expect: "spec.kernelArguments[2]",
    },
    {
      mistake: "CPUs without their mitigations",
      path: "/spec/kernelArguments/-",
      value: "mitigations=off",
      expect: "spec.kernelArguments[5]",
    },
    {
      mistake: "one mitigation less, for speed",
      path: "/spec/kernelArguments/-",
      value: "spectre_v2=off",
      expect: "spec.kernelArguments[5]",
    },
    {
      mistake: "TDX off, by the module's other spelling",
      path: "/spec/kernelArguments/2",
      value: "kvm-intel.tdx=0",
      expect: "spec.kernelArguments[2]",
    },
    {
      mistake: "IOMMU groups torn apart",
      path: "/spec/kernelArguments/-",
      value: "pcie_acs_override=downstream",
      expect: "spec.kernelArguments[5]",
    },
    {
      mistake: "half of an SNP host's threads offline",
      resource: 1,
      path: "/data/grub.cfg",
      replace: ["amd_iommu=on", "amd_iommu=on nosmt"],
      expect: 'data["grub.cfg"]',
    },
    {
      mistake: "no IOMMU",
      resource: 1,
      path: "/data/grub.cfg",
      replace: ["amd_iommu=on", "amd_iommu=off"],
      expect: 'data["grub.cfg"]',
    },
  ],
});
