import type { SnpKernel } from "./hashesTable";
import { hashesPage } from "./hashesTable";
import { PageChain, pageDigest, pageTypes } from "./pageChain";
import type { SevSection } from "./sevMetadata";
import { checkSections, sectionTypes } from "./sevMetadata";
import type { SnpFirmware } from "./snpFirmware";
import { VcpuChain } from "./vcpuChain";
import type { Vmm } from "./vmsa";
import { vmms } from "./vmsa";

export interface SnpLaunchInputs {
  readonly firmware: SnpFirmware;
  /** Absent: the guest boots from a disk, which no digest covers. */
  readonly kernel?: SnpKernel;
  /** QEMU's `-smp`, 1 to 4,096. */
  readonly vcpus: number;
  /** `cpuSignature(type)`. Counts with QEMU alone. */
  readonly cpuSignature: number;
  /** SEV_FEATURES of the guest; bit 0 says SNP. Default 0x1, which is what QEMU sets without further arguments. */
  readonly guestFeatures?: bigint | number;
  /** Default `qemu`. */
  readonly vmm?: Vmm;
}

/** KVM starts no more (arch/x86/kvm/Kconfig, KVM_MAX_NR_VCPUS). */
export const mostVcpus = 4096;

/**
 * The SNP launch digest (MEASUREMENT in the report), 48 bytes lower-case hex: firmware, then what its metadata asks for,
 * then a page of registers per vCPU. Memory size, policy, HOST_DATA and devices have no part in it.
 *
 * Source: SEV-SNP firmware ABI 8.17.2; order and contents as sev-snp-measure 0.0.13, with which it is compared.
 */
export function snpLaunchDigest({ vcpus, ...inputs }: SnpLaunchInputs): string {
  if (!Number.isInteger(vcpus) || vcpus < 1 || vcpus > mostVcpus)
    throw new Error(`vcpus: ${vcpus} is no number of vCPUs; write a whole number from 1 to ${mostVcpus}`);
  return vcpuChain(inputs).digestAfter(vcpus);
}

type ChainInputs = Omit<SnpLaunchInputs, "vcpus">;

/** The digest of n vCPUs continues the one of n - 1: all shapes of one guest image share their work. */
const chains = new Map<string, VcpuChain>();
const keptChains = 16;

function vcpuChain(inputs: ChainInputs): VcpuChain {
  const { firmware, kernel, cpuSignature, vmm = "qemu" } = inputs;
  const guestFeatures = checkedFeatures(inputs.guestFeatures ?? 1n);
  const { seed, sections, apResetEip, hashesTableGpa } = firmware;
  // By content, so that a changed object cannot get another's digest.
  const key = JSON.stringify([
    [seed, sections.map(({ gpa, size, type }) => [gpa, size, type]), apResetEip, hashesTableGpa],
    kernel && [kernel.sha256, kernel.initrdSha256, kernel.commandLine],
    [cpuSignature, guestFeatures.toString(), vmm],
  ]);
  const known = chains.get(key);
  // The most recently used one goes to the end, so the first is the one to forget.
  chains.delete(key);
  const chain =
    known ??
    new VcpuChain(afterSections(firmware, kernel, checkedVmm(vmm)), {
      apEip: checkedWord("firmware: its start of further vCPUs", apResetEip),
      cpuSignature: checkedWord("CPU signature:", cpuSignature),
      guestFeatures,
      vmm,
    });
  chains.set(key, chain);
  for (const oldest of chains.keys()) {
    if (chains.size <= keptChains) break;
    chains.delete(oldest);
  }
  return chain;
}

/** The digest before the first vCPU. */
function afterSections(firmware: SnpFirmware, kernel: SnpKernel | undefined, vmm: Vmm): PageChain {
  if (!/^[0-9a-f]{96}$/.test(firmware.seed))
    throw new Error(`firmware: "${firmware.seed}" is no launch digest; write the seed as 96 lower-case hex digits`);
  checkSections(firmware.sections);
  const hashes = kernel && hashesPage(kernel, hashesTableOf(firmware));
  const chain = new PageChain(firmware.seed);
  const late = ({ type }: SevSection) => vmm === "ec2" && type === sectionTypes.cpuid;
  const ordered = [...firmware.sections.filter((each) => !late(each)), ...firmware.sections.filter(late)];
  for (const { type, gpa, size } of ordered) {
    if (type === sectionTypes.kernelHashes && hashes) chain.add(pageTypes.normal, gpa, pageDigest(hashes));
    else if (type === sectionTypes.secrets) chain.add(pageTypes.secrets, gpa);
    else if (type === sectionTypes.cpuid) chain.add(pageTypes.cpuid, gpa);
    else if (type === sectionTypes.secMem && vmm === "gce") chain.addRange(pageTypes.unmeasured, gpa, size);
    else chain.addRange(pageTypes.zero, gpa, size);
  }
  return chain;
}

/** A kernel whose hashes this firmware does not check would be measured by nobody: any other could take its place. */
function hashesTableOf({ sections, hashesTableGpa }: SnpFirmware): number {
  if (!hashesTableGpa || !sections.some(({ type }) => type === sectionTypes.kernelHashes))
    throw new Error(
      "firmware: it has no place for kernel hashes, so it would start any kernel; " +
        "use an OVMF of package AmdSev (Kata: AMDSEV.fd), or leave the kernel out",
    );
  return checkedWord("firmware: its hashes table", hashesTableGpa);
}

function checkedFeatures(features: bigint | number): bigint {
  const exact = typeof features === "bigint" || Number.isSafeInteger(features);
  const value = exact ? BigInt(features) : -1n;
  if (value < 0n || value >= 2n ** 64n || (value & 1n) === 0n)
    throw new Error(
      `guest features: ${features} are none of an SNP guest; write a 64-bit number with bit 0 set, usually 0x1`,
    );
  return value;
}

function checkedWord(what: string, value: number): number {
  if (!Number.isInteger(value) || value < 1 || value >= 2 ** 32)
    throw new Error(`${what} ${value} is no positive 32-bit number; write what the firmware or the CPU type gives`);
  return value;
}

function checkedVmm(vmm: Vmm): Vmm {
  if (!vmms.includes(vmm)) throw new Error(`vmm: "${vmm}" is not known; write ${vmms.join(", ")}`);
  return vmm;
}
