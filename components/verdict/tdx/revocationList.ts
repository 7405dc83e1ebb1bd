import "reflect-metadata";
import type { X509Certificate } from "node:crypto";
import { verify } from "node:crypto";
import { X509Crl } from "@peculiar/x509";
import * as asn1js from "asn1js";
import { EvidenceError } from "../evidence/reader";
import { members, parseDer } from "./der";

/** A certificate revocation list (RFC 5280, section 5), as Intel issues them: complete, of one issuer. */
export interface RevocationList {
  /** Common name of who issued it. */
  readonly issuer: string;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  /** Serial numbers, lower-case hex without leading zeros. */
  readonly revoked: ReadonlySet<string>;
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
      throw new EvidenceError(`${what}: it has a critical extension, and no list of Intel's has one`);
    return {
      issuer: list.issuerName.getField("CN")[0] ?? "",
      thisUpdate: dated(list.thisUpdate),
      ...(list.nextUpdate && { nextUpdate: dated(list.nextUpdate) }),
      revoked: new Set(list.entries.map(({ serialNumber }) => plainSerial(serialNumber))),
      signed: encoded(content),
      signature: Buffer.from(signature.valueBlock.valueHexView),
    };
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    throw new EvidenceError(`${what}: not a certificate revocation list`);
  }
}

/** Whether the list is by this authority, whose key is P-256. */
export function listSigned({ signed, signature }: RevocationList, { publicKey }: X509Certificate): boolean {
  return publicKey.asymmetricKeyDetails?.namedCurve === "prime256v1" && verify("sha256", signed, publicKey, signature);
}

export function isRevoked({ revoked }: RevocationList, { serialNumber }: X509Certificate): boolean {
  return revoked.has(plainSerial(serialNumber));
}

function encoded(value: asn1js.AsnType): Buffer {
  return Buffer.from(value.valueBeforeDecodeView);
}

function plainSerial(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, "");
}

function dated(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw new EvidenceError("revocation list: it has no date");
  return date;
}
