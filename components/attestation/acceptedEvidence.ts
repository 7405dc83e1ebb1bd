import { gpuModels } from "../host/hardware";
import type { GpuModelName } from "../host/hardware";
import type { Release } from "../workload/release";

/** What evidence must show besides a release's own measurement: firmware that the model owner accepts. */
export interface AcceptedEvidence {
  /** SEV-SNP firmware versions as `snphost show tcb` lists them under "Reported TCB". Exact lists, not minimums. */
  readonly snpTcb?: {
    readonly bootloader: readonly number[];
    readonly microcode: readonly number[];
    readonly snp: readonly number[];
    readonly tee: readonly number[];
  };
  readonly tdxTcb?: {
    /** Accepted XFAM values, 8 bytes as lower-case hex. */
    readonly xfam: readonly string[];
    /** Accepted TDX modules (MRSEAM, 48 bytes hex). Default: any that Intel's collateral calls UpToDate. */
    readonly mrSeam?: readonly string[];
  };
  readonly gpuFirmware: {
    /** Accepted NVIDIA driver versions, e.g. 595.58.03. */
    readonly drivers: readonly string[];
    /** Accepted VBIOS versions, e.g. 96.00.CF.00.02. */
    readonly vbios: readonly string[];
    /** Accepted NVSwitch BIOS versions; needed where releases take switches (Hopper, protected PCIe). */
    readonly switchBios?: readonly string[];
  };
  /**
   * `remote`: NVIDIA's attestation service judges the evidence (egress to it, and its licence, needed). `local`: Trustee
   * checks certificate chain, signature and nonce of a single Hopper GPU and compares no firmware measurement with
   * NVIDIA's reference manifests.
   */
  readonly nvidiaVerifier: "remote" | "local";
}

/**
 * Everything that would leave a release without evidence to hold it to, as sentences. Empty when the releases may be
 * served. An attestation service without reference values denies; one with somebody else's would open.
 */
export function evidenceProblems(releases: readonly Release[], accepted: AcceptedEvidence): string[] {
  if (releases.length === 0) return ["no release is given, so no key could ever be released; give at least one"];
  return [...releases.flatMap((release) => problemsOf(release, accepted)), ...collisions(releases)];
}

function problemsOf(release: Release, accepted: AcceptedEvidence): string[] {
  const { name, gpu, tee } = release;
  const problems: string[] = [];
  const need = (list: readonly unknown[] | undefined, what: string) => {
    if (!list || list.length === 0) problems.push(`release ${name}: no accepted ${what} is given; list at least one`);
  };
  if (tee === "snp") {
    need(accepted.snpTcb?.bootloader, "SNP bootloader version (snpTcb.bootloader)");
    need(accepted.snpTcb?.microcode, "SNP microcode version (snpTcb.microcode)");
    need(accepted.snpTcb?.snp, "SNP firmware version (snpTcb.snp)");
    need(accepted.snpTcb?.tee, "SNP TEE version (snpTcb.tee)");
  } else {
    need(accepted.tdxTcb?.xfam, "TDX feature mask (tdxTcb.xfam)");
    if (!release.rtmrs)
      problems.push(
        `release ${name}: it has no RTMR1 and RTMR2, and MRTD alone binds neither kernel nor command line; release it with both`,
      );
  }
  need(accepted.gpuFirmware.drivers, "GPU driver version (gpuFirmware.drivers)");
  need(accepted.gpuFirmware.vbios, "VBIOS version (gpuFirmware.vbios)");
  if (gpu.nvSwitches > 0) need(accepted.gpuFirmware.switchBios, "NVSwitch BIOS version (gpuFirmware.switchBios)");
  if (/^0+$/.test(release.launchMeasurement))
    problems.push(`release ${name}: its launch measurement is all zeros; measure the guest`);
  if (/^0+$/.test(release.initData.digest))
    problems.push(`release ${name}: its init-data digest is all zeros; make the init-data first`);
  if (accepted.nvidiaVerifier === "local") problems.push(...localProblems(release));
  return problems;
}

function localProblems({ name, gpu }: Release): string[] {
  const model = gpuModels[gpu.model as GpuModelName] as { architecture: string } | undefined;
  if (model?.architecture !== "hopper")
    return [
      `release ${name}: Trustee's local verifier knows Hopper GPUs only, not ${gpu.model}; write nvidiaVerifier: remote`,
    ];
  // Nothing in the local verifier's claims tells one GPU from another: eight reports could be one GPU's.
  if (gpu.count > 1)
    return [
      `release ${name}: the local verifier cannot tell ${gpu.count} GPUs from one reported ${gpu.count} times; write nvidiaVerifier: remote`,
    ];
  return [];
}

function collisions(releases: readonly Release[]): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const { name, resources } of releases) {
    if (names.has(name)) problems.push(`release ${name} stands twice; give each release its own name`);
    names.add(name);
    for (const path of new Set(resources)) {
      const owner = owners.get(path);
      if (owner !== undefined && owner !== name)
        problems.push(`resource ${path} belongs to release ${owner} and to ${name}; one key, one release`);
      owners.set(path, name);
    }
  }
  if (new Set(releases.map(({ simulated }) => simulated)).size > 1)
    problems.push(
      "simulated releases stand beside real ones, so made-up measurements would open a real key broker; keep them apart",
    );
  return problems;
}

/** What a reader has to know about evidence that is accepted all the same. */
export function evidenceWarnings(accepted: AcceptedEvidence): string[] {
  if (accepted.nvidiaVerifier === "remote") return [];
  return [
    "nvidiaVerifier: local compares no GPU firmware measurement with NVIDIA's reference manifests and cannot tell a GPU in " +
      "development mode from a production one; use it for trials, and remote where weights matter",
  ];
}

/** Throws with every problem at once. */
export function requireEvidence(releases: readonly Release[], accepted: AcceptedEvidence): void {
  const problems = evidenceProblems(releases, accepted);
  if (problems.length > 0) throw new Error(`attestation: ${problems.join("; ")}`);
}
