import type { JWK } from "jose";
import type { ExamineContext, Known } from "../context";
import type { Examination } from "../finding";

/** Whose tokens count, and which: all chosen by the reader. */
export interface EarTrust {
  /** Public keys of the attestation service: JWKs, or its certificate as PEM. No other key counts, whatever a token says. */
  readonly keys: readonly (JWK | string)[];
  /** Who holds them, as findings name him: `the attestation service of acme-models`. */
  readonly signer: string;
  /** `iss`. Default: CoCo-Attestation-Service, Trustee's own default. */
  readonly issuer?: string;
  /** `aud`. Trustee's tokens have none; one that has is for somebody else unless it is named here. */
  readonly audience?: string;
  /** Oldest token that is read, by the reader's clock. Trustee's hold for 300 seconds. */
  readonly maximumAgeSeconds: number;
}

export interface EarContext extends Pick<ExamineContext, "now" | "expected"> {
  readonly trust: EarTrust;
  /** The reader's own nonce, base64. Unknown where the token was not made for a question of his. */
  readonly nonce: Known<string>;
  /**
   * SubjectPublicKeyInfo, DER, of the connection's end, where the token alone has to name it. Default: the key is handed on
   * in `bound`, and `examineChannel` compares it.
   */
  readonly channelKey?: Uint8Array;
}

/** What a token says that evidence was bound to; only from a token of which nothing failed. */
export interface BoundByToken {
  readonly nonce: unknown;
  /** The guest's public key, a JWK as the token has it. */
  readonly key: unknown;
  /** Whose word it is. */
  readonly by: string;
}

export interface TokenExamination extends Examination {
  readonly bound?: BoundByToken;
}

/** `eat_profile` of Trustee's tokens (attestation-service/docs/config.md, `profile_name`). */
export const trusteeProfile = "tag:github.com,2024:confidential-containers/Trustee";
export const trusteeIssuer = "CoCo-Attestation-Service";
