import type { CpuTee } from "../host/hardware";
import type { Release } from "../workload/release";

/** Something that a check compares with, or why there is nothing to compare with. */
export type Known<T> = { readonly value: T } | { readonly unknown: string };

export const snpProducts = ["milan", "genoa", "turin"] as const;
export type SnpProduct = (typeof snpProducts)[number];

/** What everything is verified under: certificates as PEM, pinned (`roots/`), or a rehearsal's own. */
export interface VendorRoots {
  /** AMD's root keys (ARK) by processor. */
  readonly amd: Readonly<Record<SnpProduct, string>>;
  /** Intel SGX Root CA. */
  readonly intel: string;
  /** Root of NVIDIA's device identities. */
  readonly nvidia: string;
  /** Root of NVIDIA's reference integrity manifests. */
  readonly nvidiaManifests: string;
  /** Root of Google's Confidential Space tokens with a certificate chain (PKI tokens). */
  readonly googleConfidentialSpace: string;
  /** A rehearsal's roots: verdicts under them say SIMULATED, and no genuine release is judged under them. */
  readonly simulated: boolean;
}

/** Documents that vendors publish, by what they are. */
export const collateralKinds = [
  /** ASK or ASVK and ARK, PEM. */
  "amd-certificates",
  /** VCEK or VLEK, DER or PEM, where a report comes without. */
  "amd-vcek",
  /** Certificate revocation list, DER. */
  "amd-crl",
  /** Answer of Intel's service, JSON, `{"tcbInfo": …, "signature": …}` (API v4). */
  "intel-tcb-info",
  "intel-qe-identity",
  /** Chain that signed the two above, PEM. */
  "intel-tcb-signing-chain",
  /** Certificate revocation lists, DER. */
  "intel-pck-crl",
  "intel-root-crl",
  /** Reference integrity manifest, XML (SWID tag). */
  "nvidia-rim",
  /** OCSP answer, DER. */
  "nvidia-ocsp",
  /** Key set of an issuer of tokens, JSON (RFC 7517). */
  "jwks",
] as const;
export type CollateralKind = (typeof collateralKinds)[number];

export interface CollateralFile {
  readonly kind: CollateralKind;
  /** What it is called on screens: its file or address. */
  readonly source: string;
  readonly bytes: Uint8Array;
  /** When it was fetched, where that is known. */
  readonly obtained?: Date;
}

/** What the release, and the reader's own question, lead one to expect of evidence. */
export interface Expected {
  readonly tee: CpuTee;
  readonly launch: Release["launch"];
  /** HOST_DATA (32 bytes) or MRCONFIGID (48 bytes), hex. */
  readonly boundInitData: string;
  readonly tcb: Release["tcb"];
  readonly gpu: Release["gpu"];
  readonly gpuClaims: Release["gpuClaims"];
  /** 64 bytes hex: what the CPU's evidence has to carry. Unknown where the reader asked no question of its own. */
  readonly reportData: Known<string>;
  /** 32 bytes hex: what each device has to have been asked with. */
  readonly deviceNonce: Known<string>;
}

/** What all checks are given. */
export interface ExamineContext {
  /** The reader's clock: the only one that counts. */
  readonly now: Date;
  readonly roots: VendorRoots;
  readonly collateral: readonly CollateralFile[];
  readonly expected: Expected;
}
