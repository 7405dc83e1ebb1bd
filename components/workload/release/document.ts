import type { KeyObject } from "node:crypto";
import { FlattenedSign } from "jose";
import { canonicalJson, sha256 } from "../../names";
import { algorithmOf, keyId, usableKeys } from "./keys";
import type { Release } from "./schema";

/** `typ` of every signature: a signature that was made for anything else signs no release. */
export const signatureType = "trustfoundry-release+jws";

export interface ReleaseSignature {
  /** Base64url of the header's JSON: `{alg, kid, typ}` and nothing else. */
  readonly protected: string;
  readonly signature: string;
}

/** A release as it travels: JWS General JSON serialisation (RFC 7515, section 7.2.1), without unprotected headers. */
export interface ReleaseDocument {
  /** Base64url of the release's canonical JSON. */
  readonly payload: string;
  /** In order of their keys' ids, one a key. None yet, where a release was created and not signed. */
  readonly signatures: readonly ReleaseSignature[];
}

/** The bytes that are signed: canonical JSON. */
export function releaseText(release: Release): string {
  return canonicalJson(release);
}

/** SHA-256 of those bytes, lower-case hex: names a release, whoever signed it and how often. */
export function releaseDigest(release: Release): string {
  return sha256(releaseText(release));
}

/** The same digest of a document, whose payload is not interpreted for it. */
export function documentDigest(document: ReleaseDocument): string {
  return sha256(Buffer.from(document.payload, "base64url"));
}

/** The file's text: the same document gives the same bytes. */
export function documentText(document: ReleaseDocument): string {
  return `${canonicalJson(document)}\n`;
}

/** Name of a release's file: the current one's, or that of a former one, which keeps its number in the history. */
export function documentFileName(name: string, sequence?: number): string {
  return sequence === undefined ? `${name}.release.json` : `${name}.${sequence}.release.json`;
}

export function isDocumentFile(file: string): boolean {
  return file.endsWith(".release.json");
}

/** A release that nobody has signed yet, and that is refused everywhere but by those who sign. */
export function unsignedDocument(release: Release): ReleaseDocument {
  return { payload: Buffer.from(releaseText(release)).toString("base64url"), signatures: [] };
}

export type Signing = { readonly key: KeyObject } & (
  | { readonly release: Release; readonly document?: undefined }
  /** Signatures of other keys stay, and the payload's bytes with them; one of the same key is replaced. */
  | { readonly document: ReleaseDocument; readonly release?: undefined }
);

/** Signs a release, or adds a signature to a document. */
export async function signRelease({ release, document, key }: Signing): Promise<ReleaseDocument> {
  const alg = algorithmOf(key);
  if (alg === undefined || key.type !== "private")
    throw new Error(`a release is signed by a private key; use ${usableKeys}`);
  const { payload, signatures } = document ?? unsignedDocument(release);
  const kid = await keyId(key);
  const made = await new FlattenedSign(Buffer.from(payload, "base64url"))
    .setProtectedHeader({ alg, kid, typ: signatureType })
    .sign(key);
  if (made.protected === undefined) throw new Error("the signature has no protected header");
  const added = { protected: made.protected, signature: made.signature };
  return { payload, signatures: sortedByKey([...signatures.filter((other) => kidOf(other) !== kid), added]) };
}

function sortedByKey(signatures: readonly ReleaseSignature[]): ReleaseSignature[] {
  return [...signatures].sort((a, b) => (kidOf(a) < kidOf(b) ? -1 : 1));
}

function kidOf(signature: ReleaseSignature): string {
  return (JSON.parse(Buffer.from(signature.protected, "base64url").toString()) as { kid: string }).kid;
}
