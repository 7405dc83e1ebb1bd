import type { Seen } from "./seen";

/** What a guest showed the attestation service, or would show it, and what the live policies make of that. */
export interface Presented {
  readonly source: "token" | "evidence" | "SIMULATED evidence";
  /** Release that it is of, by its init-data, or the one that was asked about; `llama-8b#1`. */
  readonly release: string;
  /** Of a token alone: evidence has neither signer nor end. */
  readonly token?: TokenFacts;
  /** Why evidence was refused before anything was appraised. */
  readonly refused?: string;
  /** Parts of the guest: `cpu0`, `gpu0` … */
  readonly parts: Readonly<Record<string, PresentedPart>>;
  /** The live resource policy's answer; evidence alone is no question to it. */
  readonly answer?: Seen<PolicyAnswer>;
}

export interface TokenFacts {
  /** Whose key signed it, and whether that is the one that the key broker trusts. */
  readonly signer: Seen<{ readonly trusted: boolean; readonly found: string; readonly wanted: string }>;
  /** Whether the signature holds under the signer's own key. */
  readonly intact: Seen<boolean>;
  /** Seconds since 1970. */
  readonly issuedAt?: number;
  readonly expires?: number;
}

export interface PresentedPart {
  /** Tier: `affirming`, `warning`, `contraindicated`, `none`. Evidence has none yet. */
  readonly status?: string;
  /** For each claim that does not affirm: the condition of the live policy that failed. */
  readonly reasons: readonly string[];
  /** Claims in Trustee's names. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface PolicyAnswer {
  readonly path: string;
  readonly allowed: boolean;
  /** The policy's own line that did not hold, with the values compared. */
  readonly condition?: string;
}
