import type { ServicePlace } from "./servicePlace";

/**
 * AMD's chip certificates (VCEK) kept at hand: attestation goes on without AMD's service, which is slow and limits
 * requests. Trustee v0.21.0 reads `<root>/vcek/<chip id>/vcek.der` (snp/mod.rs), the certificate of one TCB version: a
 * host whose firmware changed needs a new one, and an old one is not replaced by asking AMD.
 */
export type VcekCache = {
  /** Whether AMD is asked for chips that are not in the cache. */
  readonly fallbackToKds: boolean;
} & (
  | {
      readonly kind: "persistentVolumeClaim";
      /** Existing claim with the directory `vcek`; readable by everybody, and by several pods at once. */
      readonly name: string;
    }
  | {
      readonly kind: "configMap";
      /** Existing ConfigMap with `<chip id>.der` for each chip, as binary data. */
      readonly name: string;
      /** Chip ids: 64 bytes as lower-case hex (8 for Turin), as in the URL that `snphost show vcek-url` prints. */
      readonly chips: readonly string[];
    }
);

/** A cache of Intel's collateral (PCCS) in place of Intel's own service. */
export interface CollateralService {
  /** https only. Trustee keeps host and port and makes paths of its own; the certificate has to lead to a public CA. */
  readonly url: string;
  /** Default: where other evidence services are reached. */
  readonly reachedAt?: ServicePlace | undefined;
}

export interface EvidenceSources {
  readonly vcekCache?: VcekCache | undefined;
  readonly collateralService?: CollateralService | undefined;
}

/** Key of a chip's certificate in the ConfigMap, and the file that Trustee looks for. */
export function vcekItems(chips: readonly string[]): Record<string, string> {
  return Object.fromEntries([...chips].sort().map((chip) => [`${chip}.der`, `vcek/${chip}/vcek.der`]));
}
