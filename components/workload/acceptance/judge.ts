import type { Release } from "../release";
import type { Attested, AttestationSigner, AttestedReading } from "./attested";
import { readAttested } from "./attested";
import { billProblem, isBillType } from "./billOfMaterials";
import type { BillDemand } from "./billOfMaterials";
import { registryOf } from "./registries";
import type { ScanDemand } from "./scan";
import { newestScans, scanProblem, scanTypes } from "./scan";

/** What a provider demands of a release's image before it runs on the provider's hosts. */
export interface Demands {
  /** Registries or parts of them, `nvcr.io/nim`. */
  readonly registries: readonly string[];
  /**
   * Digests of public keys (SHA-256 of the SPKI), one of which the guest has to demand the image's signature of. Default
   * none: who attests the image by its digest vouches for it.
   */
  readonly imageSigners?: readonly string[];
  /** Who may attest images to the provider. */
  readonly attestationSigners: readonly AttestationSigner[];
  /** Undefined: no scan is demanded. */
  readonly vulnerabilityScan?: ScanDemand;
  /** Undefined: no bill of materials is demanded. */
  readonly sbom?: BillDemand;
}

/** One demand and how a release meets it. */
export interface Finding {
  readonly demand: "registry" | "image signature" | "vulnerability scan" | "SBOM";
  /** Why it is not met, as a sentence without a full stop; undefined where it is. */
  readonly refusal?: string;
  /** What meets it. */
  readonly met?: string;
}

export interface Judgement {
  readonly findings: readonly Finding[];
  /** Envelopes that do not count, and why. */
  readonly setAside: readonly string[];
}

type ImageOf = Pick<Release, "name" | "image">;

/** Name of the file with a release's attestations, beside the release itself. */
export function attestationsFileName(release: string): string {
  return `${release}.attestations.jsonl`;
}

export function refusalsOf({ findings }: Judgement): string[] {
  return findings.flatMap(({ refusal }) => refusal ?? []);
}

/** Whether a provider accepts a release's image. `text` is that of the file of attestations, undefined where there is none. */
export function judgeRelease(release: ImageOf, text: string | undefined, demands: Demands, now: Date): Judgement {
  const findings = [registryFinding(release, demands), ...signatureFinding(release, demands)];
  const { vulnerabilityScan, sbom, attestationSigners } = demands;
  if (!vulnerabilityScan && !sbom) return { findings, setAside: [] };

  const file = attestationsFileName(release.name);
  const read =
    text === undefined
      ? { refusal: "is missing beside the release; fetch it from whoever scans the image, one DSSE envelope a line" }
      : readAttested(text, release.image.digest, attestationSigners);
  const finding = (demand: Finding["demand"], judge: (read: AttestedReading) => Verdict): Finding => {
    if ("refusal" in read) return { demand, refusal: `${file}: ${read.refusal}` };
    const verdict = judge(read);
    if ("good" in verdict)
      return { demand, met: `${file}, line ${verdict.good.line}, signed by ${verdict.good.signedBy}` };
    const reasons = verdict.reasons.length > 0 ? verdict.reasons : read.setAside;
    const remedy = `have it attested by ${attestationSigners.map(({ name }) => name).join(" or ")}`;
    return {
      demand,
      refusal: `${file}: no ${demand} of the image ${release.image.digest} counts${reasons.length > 0 ? `: ${reasons.join("; ")}` : ""}; ${remedy}`,
    };
  };
  if (vulnerabilityScan)
    findings.push(
      finding("vulnerability scan", ({ attested }) =>
        // An older scan must not outvote what was found since.
        firstGood(newestScans(attested.filter(ofType((type) => scanTypes.includes(type)))), ({ statement }) =>
          scanProblem(statement.predicate, vulnerabilityScan, now),
        ),
      ),
    );
  if (sbom)
    findings.push(
      finding("SBOM", ({ attested }) =>
        firstGood(attested.filter(ofType(isBillType)), ({ statement: { predicateType, predicate } }) =>
          billProblem(predicateType, predicate, sbom),
        ),
      ),
    );
  return { findings, setAside: "refusal" in read ? [] : read.setAside.map((reason) => `${file}: ${reason}`) };
}

type Verdict = { readonly good: Attested } | { readonly reasons: readonly string[] };

function firstGood(candidates: readonly Attested[], problemOf: (attested: Attested) => string | undefined): Verdict {
  const reasons: string[] = [];
  for (const candidate of candidates) {
    const problem = problemOf(candidate);
    if (problem === undefined) return { good: candidate };
    reasons.push(`line ${candidate.line} ${problem}`);
  }
  return { reasons };
}

function ofType(is: (predicateType: string) => boolean): (attested: Attested) => boolean {
  return ({ statement }) => is(statement.predicateType);
}

function registryFinding({ image: { repository } }: ImageOf, { registries }: Demands): Finding {
  const registry = registryOf(repository, registries);
  if (registry !== undefined) return { demand: "registry", met: registry };
  return {
    demand: "registry",
    refusal: `the image's repository ${repository} is below none of the accepted registries (${registries.join(", ")}); mirror the image there, or accept its registry`,
  };
}

function signatureFinding({ image: { signer } }: ImageOf, { imageSigners }: Demands): Finding[] {
  if (!imageSigners) return [];
  if (signer !== undefined && imageSigners.includes(signer)) return [{ demand: "image signature", met: signer }];
  const wanted = signer === undefined ? "no signature of its image" : `its image's signature by the key ${signer}`;
  return [
    {
      demand: "image signature",
      refusal: `the release has its guest demand ${wanted}, and accepted are ${imageSigners.join(", ")}; have the image signed by one of these, and the release name the key (models[].signatureKey)`,
    },
  ];
}
