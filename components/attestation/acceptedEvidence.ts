import { gpuModels } from "../host/hardware";
import type { GpuModelName } from "../host/hardware";
import type { Release } from "../workload/release";
import type { AdmittedRelease } from "./admittedRelease";
import { releasesProblems } from "./admittedProblems";
import { attributeProblems } from "./firmwareProblems";
import type { NodeAdmission } from "./nodeAdmission";
import { nodesProblems } from "./nodeProblems";

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
  /**
   * Policies at Intel Trust Authority that a token has to say it matched: tokens are then Intel's. Default: they are of
   * Trustee's own attestation service.
   */
  readonly intelPolicyIds?: readonly string[];
}

/**
 * Everything that would leave a release, or a kind of node, without evidence to hold it to, as sentences. Empty when they
 * may be served. An attestation service without reference values denies; one with somebody else's would open.
 */
export function evidenceProblems(
  admitted: readonly AdmittedRelease[],
  options: EvidenceOptions,
  nodes: readonly NodeAdmission[] = [],
): string[] {
  if (admitted.length + nodes.length === 0)
    return ["no release is given, so no key could ever be released; give at least one"];
  return [
    ...admitted.flatMap(({ release }) => [
      ...problemsOf(release),
      ...optionProblems(
        { what: `release ${release.name}`, ...release.gpu, identified: release.tee === "tdx" },
        options,
      ),
    ]),
    ...nodes.flatMap(({ name, gpu, evidence }) =>
      optionProblems(
        { what: `node ${name}`, model: gpu.model, count: 1, identified: evidence.kind === "tdx" },
        options,
      ),
    ),
    ...releasesProblems(admitted),
    ...nodesProblems(nodes, admitted),
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
  for (const problem of attributeProblems(tcb.tdx?.attributes ?? [])) problems.push(`release ${name}: ${problem}`);
  if (gpu.nvSwitches > 0 && !gpuClaims.switchBios)
    problems.push(`release ${name}: it takes NVSwitches and names no BIOS of theirs; set gpuClaims.switchBios`);
  return problems;
}

function isZero(hex: string): boolean {
  return /^0+$/.test(hex);
}

/** Whose options are looked at, in words, with its GPUs; and whether Trustee passes the identity of its CPU on. */
interface Subject {
  readonly what: string;
  readonly model: string;
  readonly count: number;
  readonly identified: boolean;
}

function optionProblems({ what, model, count, identified }: Subject, options: EvidenceOptions): string[] {
  const { verifier, chips, gpus } = options;
  const problems: string[] = [];
  if (chips && !identified)
    problems.push(
      `${what}: chips lists CPUs, but Trustee passes no chip's identity of SEV-SNP on; leave chips out, or run it on TDX`,
    );
  if (verifier === "remote") return problems;
  if (gpus)
    problems.push(
      `${what}: gpus lists GPUs, but the local verifier passes no GPU's identity on; leave gpus out, or write nvidiaVerifier: remote`,
    );
  const known = gpuModels[model as GpuModelName] as { architecture: string } | undefined;
  if (known?.architecture !== "hopper")
    problems.push(
      `${what}: Trustee's local verifier knows Hopper GPUs only, not ${model}; write nvidiaVerifier: remote`,
    );
  // Nothing in the local verifier's claims tells one GPU from another: eight reports could be one GPU's.
  else if (count > 1)
    problems.push(
      `${what}: the local verifier cannot tell ${count} GPUs from one reported ${count} times; write nvidiaVerifier: remote`,
    );
  return problems;
}

function listProblems(option: string, list: readonly string[] | undefined, form: RegExp, words: string): string[] {
  if (!list) return [];
  if (list.length === 0) return [`${option} is an empty list, so no guest could get a key; list some or leave it out`];
  return list.filter((id) => !form.test(id)).map((id) => `${option}: ${JSON.stringify(id)} is not ${words}`);
}

/** Throws with every problem at once. */
export function requireEvidence(
  admitted: readonly AdmittedRelease[],
  options: EvidenceOptions,
  nodes: readonly NodeAdmission[] = [],
): void {
  const problems = evidenceProblems(admitted, options, nodes);
  if (problems.length > 0) throw new Error(`attestation: ${problems.join("; ")}`);
}
