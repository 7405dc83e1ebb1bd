import { gpuModels } from "../host/hardware";
import type { GpuModelName } from "../host/hardware";
import type { Release } from "../workload/release";
import type { AdmittedRelease } from "./admittedRelease";
import { releasesProblems } from "./admittedProblems";

/**
 * Who judges GPU evidence. `remote`: NVIDIA's attestation service (egress to it, and its licence, needed). `local`:
 * Trustee checks certificate chain, signature and nonce of a single Hopper GPU and compares no firmware measurement with
 * NVIDIA's reference manifests.
 */
export type NvidiaVerifier = "remote" | "local";

/** What the model owner demands of all guests, beyond what each release says of its own. */
export interface EvidenceOptions {
  readonly verifier: NvidiaVerifier;
  /**
   * The only CPUs that guests may run on: PPIDs of TDX platforms (claim `platform_provider_id`), 16 bytes as lower-case
   * hex. Default: any genuine one. Trustee v0.21.0 has no such claim for SEV-SNP: deps/verifier/src/snp/mod.rs.
   */
  readonly chips?: readonly string[];
  /** The only GPUs that guests may have: NVIDIA's `ueid` of each, decimal. Default: any genuine ones. */
  readonly gpus?: readonly string[];
}

/**
 * Everything that would leave a release without evidence to hold it to, as sentences. Empty when the releases may be
 * served. An attestation service without reference values denies; one with somebody else's would open.
 */
export function evidenceProblems(admitted: readonly AdmittedRelease[], options: EvidenceOptions): string[] {
  if (admitted.length === 0) return ["no release is given, so no key could ever be released; give at least one"];
  return [
    ...admitted.flatMap(({ release }) => [...problemsOf(release), ...optionProblems(release, options)]),
    ...releasesProblems(admitted),
    ...listProblems("chips", options.chips, /^[0-9a-f]{32}$/, "a PPID, 32 lower-case hex digits"),
    ...listProblems("gpus", options.gpus, /^[1-9]\d{0,99}$/, "a GPU's ueid, a decimal number"),
  ];
}

function problemsOf(release: Release): string[] {
  const { name, gpu, tee, launch, tcb, gpuClaims, initData } = release;
  const problems: string[] = [];
  const measured = launch[tee];
  if (!measured) problems.push(`release ${name}: it has no launch measurement of ${tee}, its TEE; measure the guest`);
  for (const [part, value] of Object.entries(measured ?? {}))
    if (isZero(value)) problems.push(`release ${name}: its ${part} is all zeros; measure the guest`);
  if (isZero(initData.digest))
    problems.push(`release ${name}: its init-data digest is all zeros; make the init-data first`);
  if (!tcb[tee]) problems.push(`release ${name}: it names no oldest firmware for ${tee}, its TEE; set tcb.${tee}`);
  if (tcb.snp && Object.values(tcb.snp).every((version) => version === 0))
    problems.push(
      `release ${name}: its oldest firmware is 0 in every part, so that hosts with any known hole would pass; set tcb.snp to what \`snphost show tcb\` lists`,
    );
  // The first byte of a TD's attributes is its debug group: any bit of it opens the guest to the host.
  for (const attributes of tcb.tdx?.attributes ?? [])
    if (!attributes.startsWith("00"))
      problems.push(
        `release ${name}: TD attributes ${attributes} are those of a guest open to debugging; write 0000001000000000`,
      );
    else if (parseInt(attributes.slice(6, 8), 16) & migratable)
      problems.push(
        `release ${name}: TD attributes ${attributes} let a migration TD take the guest's memory out; write 0000001000000000`,
      );
  if (gpu.nvSwitches > 0 && !gpuClaims.switchBios)
    problems.push(`release ${name}: it takes NVSwitches and names no BIOS of theirs; set gpuClaims.switchBios`);
  return problems;
}

/** Bit 29 of a TD's attributes, in their fourth byte: Intel TDX Module ABI, ATTRIBUTES.MIGRATABLE. */
const migratable = 0x20;

function isZero(hex: string): boolean {
  return /^0+$/.test(hex);
}

function optionProblems({ name, gpu, tee }: Release, { verifier, chips, gpus }: EvidenceOptions): string[] {
  const problems: string[] = [];
  if (chips && tee === "snp")
    problems.push(
      `release ${name}: chips lists CPUs, but Trustee passes no chip's identity of SEV-SNP on; leave chips out, or run it on TDX`,
    );
  if (verifier === "remote") return problems;
  if (gpus)
    problems.push(
      `release ${name}: gpus lists GPUs, but the local verifier passes no GPU's identity on; leave gpus out, or write nvidiaVerifier: remote`,
    );
  const model = gpuModels[gpu.model as GpuModelName] as { architecture: string } | undefined;
  if (model?.architecture !== "hopper")
    problems.push(
      `release ${name}: Trustee's local verifier knows Hopper GPUs only, not ${gpu.model}; write nvidiaVerifier: remote`,
    );
  // Nothing in the local verifier's claims tells one GPU from another: eight reports could be one GPU's.
  else if (gpu.count > 1)
    problems.push(
      `release ${name}: the local verifier cannot tell ${gpu.count} GPUs from one reported ${gpu.count} times; write nvidiaVerifier: remote`,
    );
  return problems;
}

function listProblems(option: string, list: readonly string[] | undefined, form: RegExp, words: string): string[] {
  if (!list) return [];
  if (list.length === 0) return [`${option} is an empty list, so no guest could get a key; list some or leave it out`];
  return list.filter((id) => !form.test(id)).map((id) => `${option}: ${JSON.stringify(id)} is not ${words}`);
}

/** Throws with every problem at once. */
export function requireEvidence(admitted: readonly AdmittedRelease[], options: EvidenceOptions): void {
  const problems = evidenceProblems(admitted, options);
  if (problems.length > 0) throw new Error(`attestation: ${problems.join("; ")}`);
}
