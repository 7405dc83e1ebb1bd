import { grubSettings, hostKernel } from "../../examples/hosts";
import { hostKernels } from "../../hosts";
import { bareMetal, resourceRule } from "../../rule";
import { issue } from "../../sources";

const passthrough = /^(iommu=(.*,)?pt(,.*)?|iommu\.passthrough=(1|y|on))$/i;

export const snpWithoutIommuPt = resourceRule({
  id: "snp-without-iommu-pt",
  title: "AMD hosts start with their IOMMU translating, not passing everything through",
  pillar: "hardware",
  severity: "high",
  threat:
    "With iommu=pt, which guides for fast GPUs recommend, the kernel leaves SEV-SNP off: the host has no TEE, and its kernel's log alone says so.",
  remediation: "Take iommu=pt out; write amd_iommu=on. Hosts with Intel CPUs alone may keep it.",
  source: issue("AMDESE/AMDSEV", 88),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "keyBroker", how: "a guest on such a host has no evidence of SEV-SNP" },
  looksAt: hostKernels,
  *check({ words }) {
    const amd = words.some(({ word }) => word.startsWith("amd_iommu=") || word.startsWith("kvm_amd."));
    const intel = words.some(({ word }) => word.startsWith("intel_iommu=") || word.startsWith("kvm_intel."));
    if (intel && !amd) return;
    for (const { word, place } of words) if (passthrough.test(word)) yield place.finding(`${word} keeps SEV-SNP off`);
  },
  compliant: [hostKernel, grubSettings],
  breakages: [
    {
      mistake: "the IOMMU in passthrough for hosts of both vendors",
      path: "/spec/kernelArguments/-",
      value: "iommu=pt",
      expect: "spec.kernelArguments[5]",
    },
    {
      mistake: "the IOMMU in passthrough on an AMD host",
      resource: 1,
      path: "/data/grub.cfg",
      replace: ["amd_iommu=on", "amd_iommu=on iommu=pt"],
      expect: 'data["grub.cfg"]',
    },
  ],
});
