import "reflect-metadata";
import type { KeyObject } from "node:crypto";
import { constants, verify, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { CollateralFile } from "../context";
import type { CollateralUse } from "../finding";

export type Revocation =
  | { readonly state: "good"; readonly says: string; readonly use: CollateralUse }
  /** Nothing to look at, or too old a list. */
  | { readonly state: "unknown"; readonly says: string; readonly use: CollateralUse }
  | { readonly state: "bad"; readonly says: string; readonly use?: CollateralUse };

interface Asked {
  /** What processors' list: for screens. */
  readonly product: string;
  /** PEM of whoever issues the list. */
  readonly root: string;
  /** PEM: what must not be on it. */
  readonly certificates: readonly string[];
  readonly files: readonly CollateralFile[];
  readonly now: Date;
}

/**
 * Whether a root's list of revoked certificates names one of these. AMD's roots list what they issued, the ASK and ASVK;
 * chips' certificates are withdrawn by a higher TCB, and all have the serial number 0. A list that is out of date shows
 * what was revoked until it was made, and nothing after it.
 */
export function revocationOf({ product, root, certificates, files, now }: Asked): Revocation {
  const title = `AMD's certificate revocation list of ${product}`;
  const issuer = new X509Certificate(root);
  const lists: ReadList[] = [];
  for (const { source, bytes } of files) {
    const list = readList(bytes, source);
    if (!list) return { state: "bad", says: `${source} is no certificate revocation list` };
    // A list of other processors is no concern of these certificates.
    if (list.issuerName !== hex(new x509.X509Certificate(issuer.raw).subjectName)) continue;
    if (!signatureHolds(list.crl, issuer.publicKey))
      return { state: "bad", says: `${source} was not signed by ${product}'s root, whose list it says it is` };
    const unknown = list.crl.extensions.find(({ critical }) => critical);
    if (unknown)
      return { state: "bad", says: `${source} has the critical extension ${unknown.type}, which is not known` };
    lists.push(list);
  }
  const serials = certificates.map((pem) => plainSerial(new X509Certificate(pem).serialNumber));
  for (const { crl, source } of lists) {
    const named = crl.entries.find(({ serialNumber }) => serials.includes(plainSerial(serialNumber)));
    if (named)
      return {
        state: "bad",
        says: `${source} names the certificate with the serial number ${plainSerial(named.serialNumber)} as revoked since ${day(named.revocationDate)}`,
      };
  }
  const [newest] = lists.sort((a, b) => b.crl.thisUpdate.getTime() - a.crl.thisUpdate.getTime());
  if (!newest) {
    const leavesOpen = "every revocation by AMD of the key that certified this processor's";
    const use = { title, source: "missing", leavesOpen };
    return { state: "unknown", says: `there is no list of ${product}'s revoked certificates to look at`, use };
  }
  const { crl, source } = newest;
  const { thisUpdate, nextUpdate } = crl;
  const use: CollateralUse = {
    title,
    source,
    issued: thisUpdate,
    ...(nextUpdate && { nextUpdate }),
    leavesOpen: `revocations after ${day(thisUpdate)}`,
  };
  if (thisUpdate > now)
    return {
      state: "bad",
      says: `${source} is of ${day(thisUpdate)}, which is yet to come by the reader's clock`,
      use,
    };
  if (!nextUpdate || nextUpdate < now)
    return {
      state: "unknown",
      says: `${source} is of ${day(thisUpdate)} and ${nextUpdate ? `counts until ${day(nextUpdate)}` : "does not say until when it counts"}: nothing says what was revoked since`,
      use,
    };
  return {
    state: "good",
    says: `AMD has not revoked the key that certified this processor's, as of ${day(thisUpdate)}`,
    use,
  };
}

interface ReadList {
  readonly crl: x509.X509Crl;
  readonly issuerName: string;
  readonly source: string;
}

function readList(bytes: Uint8Array, source: string): ReadList | undefined {
  try {
    const crl = new x509.X509Crl(Buffer.from(bytes));
    // Each is read when it is first asked for: what cannot be read shows now.
    if (Number.isNaN(crl.thisUpdate.getTime() + crl.entries.length)) return undefined;
    if (crl.entries.some(({ serialNumber, revocationDate }) => !serialNumber || !revocationDate)) return undefined;
    return { crl, issuerName: hex(crl.issuerName), source };
  } catch {
    return undefined;
  }
}

/** RSA-PSS with SHA-384, as AMD's roots sign; ECDSA under a rehearsal's root. */
function signatureHolds(crl: x509.X509Crl, key: KeyObject): boolean {
  const signature = Buffer.from(crl.signature);
  const signed = signedPart(Buffer.from(crl.rawData));
  if (!signed) return false;
  const rsa = key.asymmetricKeyType === "rsa";
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 };
  try {
    return verify("sha384", signed, rsa ? { key, ...padding } : { key, dsaEncoding: "der" }, signature);
  } catch {
    return false;
  }
}

/** DER: of a sequence that is all there is, its first element, with its head. */
function signedPart(der: Buffer): Buffer | undefined {
  const outer = elementAt(der, 0);
  if (outer?.end !== der.length) return undefined;
  const inner = elementAt(der, outer.contents);
  return inner && inner.end <= outer.end ? der.subarray(outer.contents, inner.end) : undefined;
}

/** Where a DER sequence's contents start and end. */
function elementAt(der: Buffer, at: number): { readonly contents: number; readonly end: number } | undefined {
  const first = der[at + 1];
  if (der[at] !== 0x30 || first === undefined) return undefined;
  if (first < 0x80) return { contents: at + 2, end: at + 2 + first };
  const octets = first & 0x7f;
  const contents = at + 2 + octets;
  if (octets < 1 || octets > 4 || contents > der.length) return undefined;
  return { contents, end: contents + der.readUIntBE(at + 2, octets) };
}

function hex(name: x509.Name): string {
  return Buffer.from(name.toArrayBuffer()).toString("hex");
}

/** Hex without leading zeros, however it was written. */
function plainSerial(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, "");
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
