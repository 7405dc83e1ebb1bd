import type { CpuTee, GpuModelName } from "../../components/host/hardware";
import { gpuModels } from "../../components/host/hardware";
import { gpuChips } from "../../components/verdict/gpu/chips";
import { manifestSource } from "../../components/verdict/gpu/sources";
import { nrasKeysFile, nrasKeysUrl } from "../../components/verdict/gpu/nrasToken";
import { snpAuthoritySources } from "../../components/verdict/snp/snpSources";
import { intelAuthoritySources } from "../../components/verdict/tdx/sources";
import type { Wanted } from "../verdict/collateralSources";
import { recordedSources } from "../verdict/collateralSources";
import type { LockedCollateral, LockParty, Unresolved } from "./schema";

/** What is attested at a site, as far as settings or a release say it. */
export interface Attested {
  readonly tees: readonly CpuTee[];
  readonly gpus: readonly GpuModelName[];
  /** Accepted GPU drivers. */
  readonly drivers: readonly string[];
}

type SignedKind = LockedCollateral["kind"];

/** What says how long a document may be used: itself, or the certificate that signed it. */
const freshness: Record<SignedKind, LockedCollateral["freshness"]> = {
  "amd-certificates": "certificate",
  "amd-vcek": "certificate",
  "amd-crl": "nextUpdate",
  "intel-tcb-info": "nextUpdate",
  "intel-qe-identity": "nextUpdate",
  "intel-tcb-signing-chain": "certificate",
  "intel-pck-crl": "nextUpdate",
  "intel-root-crl": "nextUpdate",
  "nvidia-rim": "certificate",
  "nvidia-ocsp": "nextUpdate",
};

export interface CollateralOf {
  readonly collateral: readonly LockedCollateral[];
  readonly unresolved: readonly Omit<Unresolved, "accepted">[];
}

/**
 * Documents that evidence is checked with. Settings tell what all chips of a kind have in common; what belongs to one chip or
 * one device is told by its evidence alone.
 */
export function collateralOf(attested: Attested, evidence: readonly string[], party: LockParty): CollateralOf {
  const common = commonSources(attested);
  const own = evidence.flatMap((path) => recordedSources(path));
  const all = [...common, ...own];
  return {
    collateral: all.filter(isSigned).map((source) => lockedOf(source, party)),
    unresolved: [
      ...(evidence.length > 0 ? [] : ownOf(attested)),
      ...all
        .filter((source) => !isSigned(source))
        .map(({ file, url }) => ({
          name: `collateral/${file}`,
          reason: `nobody signs the keys at ${url}, and whoever carries a folder could put in their own; tokens are believed by them: bring the file by a way that you trust as you trust the lock, or judge raw evidence alone`,
        })),
    ],
  };
}

type Source = Omit<Wanted, "title"> & { readonly title?: string };
type SignedSource = Source & { readonly kind: SignedKind };

const isSigned = (source: Source): source is SignedSource => source.kind !== "jwks";

function commonSources({ tees, gpus, drivers }: Attested): Source[] {
  const hopper = gpus.some((model) => gpuModels[model].architecture === "hopper");
  return [
    // Of the processors in NVIDIA's validated matrix.
    ...(tees.includes("snp") ? (["milan", "genoa"] as const).flatMap((each) => snpAuthoritySources("vcek", each)) : []),
    ...(tees.includes("tdx") ? intelAuthoritySources("platform") : []),
    ...(hopper
      ? drivers.map((driver) => manifestSource(`NV_GPU_DRIVER_${gpuChips.H100}_${driver.toUpperCase()}`))
      : []),
    ...(gpus.length > 0
      ? [
          {
            ...{ kind: "jwks" as const, title: "keys of NVIDIA's attestation service" },
            ...{ url: nrasKeysUrl, file: nrasKeysFile },
          },
        ]
      : []),
  ];
}

function lockedOf({ title, post, ...source }: SignedSource, party: LockParty): LockedCollateral {
  return {
    ...source,
    title: title ?? source.kind,
    ...(post && { post: { contentType: post.contentType, body: Buffer.from(post.body).toString("base64") } }),
    ...{ freshness: freshness[source.kind], party },
  };
}

/** What `fetchCollateral` gets, out of a lock. */
export function wantedOf({ kind, title, url, file, header, base64Member, post }: LockedCollateral): Wanted {
  return {
    ...{ kind, title, url, file },
    ...(header !== undefined && { header }),
    ...(base64Member !== undefined && { base64Member }),
    ...(post && { post: { contentType: post.contentType, body: Buffer.from(post.body, "base64") } }),
  };
}

function ownOf({ tees, gpus }: Attested): Omit<Unresolved, "accepted">[] {
  const remedy = "name evidence that was recorded there, with --evidence <file>";
  return [
    ...(tees.includes("snp")
      ? [{ name: "collateral/amd-vcek", reason: `each chip has a certificate of its own for its firmware; ${remedy}` }]
      : []),
    ...(tees.includes("tdx")
      ? [{ name: "collateral/intel-tcb-info", reason: `TCB information is of one kind of platform (FMSPC); ${remedy}` }]
      : []),
    ...(gpus.length > 0
      ? [
          {
            name: "collateral/nvidia-devices",
            reason: `manifests of VBIOS and answers about devices' certificates are of each board and chip; ${remedy}`,
          },
        ]
      : []),
  ];
}
