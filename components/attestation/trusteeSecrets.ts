import { createHmac } from "node:crypto";
import { canonicalJson } from "../names";
import type { KeyStoreCredentials } from "./keyStore";

export interface KeyPair {
  /** PEM; may be a chain, the leaf first. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: string;
}

/** What the key broker keeps. Handed over as a Pulumi secret, and never anywhere else. */
export interface TrusteeSecrets {
  /** The KBS's certificate, signed by the CA that is measured into every guest. */
  readonly tls: KeyPair;
  /** Signs attestation tokens: a P-256 key with a self-signed certificate of its own, the same on every replica. */
  readonly tokenSigner: KeyPair;
  /**
   * The resources by path repository/type/tag, base64: for rehearsals, whose keys are made up. They stand in the state,
   * encrypted, where a real model's keys must never be; those lie in a Secret of the owner's making or in a key store.
   */
  readonly resources?: Readonly<Record<string, string>> | undefined;
  /** What opens a key store outside, where its kind takes it from the configuration. */
  readonly keyStore?: KeyStoreCredentials | undefined;
  /** The key for Intel Trust Authority's API, where that judges evidence. */
  readonly intelTrustAuthority?: { readonly apiKey: string } | undefined;
}

/** What the KBS's configuration holds that nobody may read: the reason to keep it in a Secret. */
export interface KeyBrokerCredentials extends KeyStoreCredentials {
  /** For Intel Trust Authority's API. */
  readonly intelApiKey?: string | undefined;
}

export function keyBrokerCredentials({ keyStore, intelTrustAuthority }: TrusteeSecrets): KeyBrokerCredentials {
  return { ...keyStore, intelApiKey: intelTrustAuthority?.apiKey };
}

/**
 * A suffix that changes with a Secret's content, so that a change makes a new Secret and rolls the pods. Keyed with a key
 * that nobody else has: a plain digest of a short password in a name would tell the password to whoever guesses well.
 */
export function contentSuffix(secrets: TrusteeSecrets, content: Readonly<Record<string, string>>): string {
  return createHmac("sha256", secrets.tokenSigner.privateKey).update(canonicalJson(content)).digest("hex").slice(0, 10);
}

export function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
