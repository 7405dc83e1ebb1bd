import type { RegisteredAttribute } from "../target";

/**
 * BIOS tokens of `bios.Policy` that matter here, with the values that Intersight's API takes. The API serves no registry of
 * its own; this one is from CiscoDevNet/intersight-go cb1ffa2 (2026-03-17), `model_bios_policy.go`. A token of TDX's split
 * of keys is not among that policy's properties. Which tokens a chassis accepts is not published.
 */
export const platformDefault = "platform-default";

const onOff = ["enabled", "disabled"] as const;
const autoOnOff = ["Auto", ...onOff] as const;

const tokens: Readonly<Record<string, readonly [displayName: string, values?: readonly string[]]>> = {
  CbsCmnCpuSevAsidSpaceLimit: ["SEV-ES ASID Space Limit"],
  CbsCmnCpuSmee: ["CPU SMEE", autoOnOff],
  CbsCmnGnbNbIommu: ["IOMMU", autoOnOff],
  CbsDbgCpuLapicMode: ["Local APIC Mode", ["Auto", "Compatibility", "X2APIC", "XAPIC"]],
  CbsDbgCpuSnpMemCover: ["SNP Memory Coverage", ["Auto", "Custom", ...onOff]],
  CbsDbgCpuSnpMemSizeCover: ["SNP Memory Size to Cover in MiB"],
  CbsSevSnpSupport: ["SEV-SNP Support", autoOnOff],
  CpuPaLimit: ["Limit CPU PA to 46 Bits", onOff],
  EnableMktme: ["Multikey Total Memory Encryption (MK-TME)", onOff],
  EnableSgx: ["Software Guard Extensions (SGX)", onOff],
  EnableTdx: ["Trust Domain Extension (TDX)", onOff],
  EnableTdxSeamldr: ["TDX Secure Arbitration Mode (SEAM) Loader", onOff],
  EnableTme: ["Total Memory Encryption (TME)", onOff],
  EpochUpdate: [
    "Select Owner EPOCH Input Type",
    [
      "Change to New Random Owner EPOCHs",
      "Manual User Defined Owner EPOCHs",
      "SGX Owner EPOCH activated",
      "SGX Owner EPOCH deactivated",
    ],
  ],
  ExtendedApic: ["Local X2 Apic", [...onOff, "X2APIC", "XAPIC"]],
  IntelVtForDirectedIo: ["Intel VT for Directed IO", onOff],
  PrmrrSize: [
    "PRMRR Size",
    ["128M", "256M", "512M", "1G", "2G", "4G", "8G", "16G", "32G", "64G", "128G", "256G", "512G", "Auto"],
  ],
  Sev: ["Secured Encrypted Virtualization", ["253 ASIDs", "509 ASIDs", "Auto"]],
  SgxAutoRegistrationAgent: ["SGX Auto MP Registration Agent", onOff],
  SgxFactoryReset: ["SGX Factory Reset", onOff],
  SgxPackageInfoInBandAccess: ["SGX Package Information In-Band Access", onOff],
  Smee: ["SMEE", onOff],
  SrIov: ["SR-IOV Support", onOff],
  SvmMode: ["SVM Mode", onOff],
  Tsme: ["Transparent Secure Memory Encryption", autoOnOff],
  TxtSupport: ["Intel Trusted Execution Technology Support", onOff],
};

/**
 * Actions in the guise of settings, with the values that start them. A policy keeps the value after its deployment, and
 * the next one, whoever asks for it, would hand it to the machine again.
 */
export const actions: Readonly<Record<string, readonly string[]>> = {
  SgxFactoryReset: ["enabled"],
  EpochUpdate: ["Change to New Random Owner EPOCHs"],
};

/** What can be set: the tokens above that this very policy has, since an older service or appliance knows fewer. */
export function registered(policy: Readonly<Record<string, unknown>>): readonly RegisteredAttribute[] {
  return Object.entries(tokens)
    .filter(([name]) => typeof policy[name] === "string")
    .map(([name, [displayName, values]]) => ({
      name,
      displayName,
      readOnly: false,
      ...(values ? { type: "enumeration", allowed: [platformDefault, ...values] } : { type: "string" }),
    }));
}

/** The BIOS tokens of a policy, without what every object of Intersight has. */
export function tokensOf(policy: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(tokens).flatMap((name) => {
      const value = policy[name];
      return typeof value === "string" ? [[name, value] as const] : [];
    }),
  );
}
