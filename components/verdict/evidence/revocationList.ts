import "reflect-metadata";
import type { X509Certificate } from "node:crypto";
import { constants, verify } from "node:crypto";
import type { Name } from "@peculiar/x509";
import { X509Certificate as ParsedCertificate, X509Crl } from "@peculiar/x509";
import * as asn1js from "asn1js";
import { members, parseDer } from "./der";
import { EvidenceError } from "./reader";

/** A certificate revocation list (RFC 5280, section 5), as AMD and Intel issue them: complete, of one issuer. */
export interface RevocationList {
  /** Name of who issued it, DER as hex. */
  readonly issuer: string;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  /** Since when, by serial number: lower-case hex without leading zeros. */
  readonly revoked: ReadonlyMap<string, Date>;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

export function parseRevocationList(bytes: Uint8Array, what: string): RevocationList {
  const [content, algorithm, signature] = members(parseDer(bytes, what), what);
  if (!content || !algorithm || !(signature instanceof asn1js.BitString) || signature.valueBlock.unusedBits !== 0)
    throw new EvidenceError(`${what}: it has no signature`);
  // The algorithm is said twice, once within what is signed, behind the version.
  const [, signedAlgorithm] = members(content, what);
  if (!signedAlgorithm || !encoded(signedAlgorithm).equals(encoded(algorithm)))
    throw new EvidenceError(`${what}: the algorithm of its signature is not the one that is signed`);
  try {
    const list = new X509Crl(Buffer.from(bytes));
    // Such an extension changes what a list means: to some certificates alone, or as a supplement to another list.
    if (list.extensions.some(({ critical }) => critical))
      throw new EvidenceError(`${what}: it has a critical extension, and no list of theirs has one`);
    return {
      issuer: encodedName(list.issuerName),
      thisUpdate: dated(list.thisUpdate),
      ...(list.nextUpdate && { nextUpdate: dated(list.nextUpdate) }),
      revoked: new Map(
        list.entries.map(({ serialNumber, revocationDate }) => [plainSerial(serialNumber), dated(revocationDate)]),
      ),
      signed: encoded(content),
      signature: Buffer.from(signature.valueBlock.valueHexView),
    };
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    throw new EvidenceError(`${what}: not a certificate revocation list`);
  }
}

/** Whether the list says that it is this authority's. */
export function listedBy({ issuer }: RevocationList, authority: X509Certificate): boolean {
  return issuer === encodedName(new ParsedCertificate(authority.raw).subjectName);
}

/** Whether it is: ECDSA as Intel signs (P-256 with SHA-256, P-384 with SHA-384), RSA-PSS with SHA-384 as AMD does. */
export function listSigned({ signed, signature }: RevocationList, { publicKey: key }: X509Certificate): boolean {
  const digest = key.asymmetricKeyDetails?.namedCurve === "prime256v1" ? "sha256" : "sha384";
  const pss = key.asymmetricKeyType === "rsa" && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 };
  try {
    return verify(digest, signed, { key, ...(pss || { dsaEncoding: "der" }) }, signature);
  } catch {
    return false;
  }
}

export function isRevoked({ revoked }: RevocationList, { serialNumber }: X509Certificate): boolean {
  return revoked.has(plainSerial(serialNumber));
}

/** Hex without leading zeros, however it was written. */
export function plainSerial(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, "");
}

function encodedName(name: Name): string {
  return Buffer.from(name.toArrayBuffer()).toString("hex");
}

function encoded(value: asn1js.AsnType): Buffer {
  return Buffer.from(value.valueBeforeDecodeView);
}

function dated(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw new EvidenceError("revocation list: it has no date");
  return date;
}
