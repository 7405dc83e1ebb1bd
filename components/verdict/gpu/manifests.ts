import { X509Certificate } from "node:crypto";
import type { CollateralFile, ExamineContext } from "../context";
import type { GpuManifest } from "../evidence/gpuManifest";
import { parseManifest, parseXml } from "../evidence/gpuManifest";
import { EvidenceError } from "../evidence/reader";
import type { CollateralUse } from "../finding";
import type { SignedManifest } from "./manifestSignature";
import { manifestChainProblem, openManifest } from "./manifestSignature";

/** A manifest that the reader supplied: verified, or what is wrong with it. */
export interface SuppliedManifest {
  readonly file: CollateralFile;
  /** What the file says it is for; unsigned, so good for telling files apart and nothing else. */
  readonly says?: { readonly product: string; readonly version: string };
  readonly signed?: SignedManifest;
  readonly manifest?: GpuManifest;
  readonly problem?: string;
}

/** Opens each reference manifest among the collateral once: signature, chain, content. */
export function suppliedManifests({ collateral, roots, now }: ExamineContext): SuppliedManifest[] {
  return collateral
    .filter(({ kind }) => kind === "nvidia-rim")
    .map((file): SuppliedManifest => {
      const says = statedSubject(file.bytes);
      const common = { file, ...(says && { says }) };
      try {
        const signed = openManifest(file.bytes);
        const problem = manifestChainProblem(signed, roots.nvidiaManifests, now);
        if (problem !== undefined)
          return { ...common, problem: `its signer does not lead to NVIDIA's root of manifests: ${problem}` };
        return { ...common, signed, manifest: parseManifest(signed.signedXml) };
      } catch (error) {
        if (!(error instanceof EvidenceError)) throw error;
        return { ...common, problem: error.message };
      }
    });
}

function statedSubject(bytes: Uint8Array): SuppliedManifest["says"] {
  try {
    const root = parseXml(Buffer.from(bytes).toString("utf8"), "manifest").documentElement;
    const [meta] = Array.from(root.getElementsByTagNameNS("*", "Meta"));
    const [product, version] = [meta?.getAttribute("product"), meta?.getAttribute("colloquialVersion")?.toLowerCase()];
    return product && version ? { product, version } : undefined;
  } catch {
    return undefined;
  }
}

/** What the reader supplied for one product and version. */
export interface Selection {
  readonly good: readonly (SuppliedManifest & { readonly manifest: GpuManifest; readonly signed: SignedManifest })[];
  /** Of a file that says it is for this, and is not to be believed. */
  readonly problem?: string;
  /** Of files that do not even say what they are for. */
  readonly unreadable: readonly string[];
}

export function select(supplied: readonly SuppliedManifest[], product: string, version: string): Selection {
  const wanted = (subject: { product: string; version: string } | undefined) =>
    subject?.product === product && subject.version === version;
  const good = supplied.filter(
    (each): each is Selection["good"][number] => each.manifest !== undefined && wanted(each.manifest),
  );
  const bad = supplied.find(({ says, problem }) => problem !== undefined && wanted(says));
  const unreadable = supplied.flatMap(({ file, says, problem }) => (says ? [] : [`${file.source}: ${problem}`]));
  return { good, unreadable, ...(bad && { problem: `${bad.file.source}: ${bad.problem}` }) };
}

export function manifestUse({ file, manifest, signed }: Selection["good"][number], part: string): CollateralUse {
  const signer = new X509Certificate(signed.chain[0] ?? "");
  return {
    title: `reference manifest of ${part} ${manifest.version} on ${manifest.product}`,
    source: file.source,
    issued: new Date(signer.validFrom),
    nextUpdate: new Date(signer.validTo),
    leavesOpen:
      "its dates are its signer's certificate's; whether NVIDIA has withdrawn it, or called the version vulnerable, since then",
  };
}
