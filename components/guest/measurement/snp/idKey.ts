import { createHash, createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** Layouts of a public key (1,028 bytes) and a signature (512): SEV-SNP firmware ABI. Numbers are little-endian. */
const curveP384 = 2;
const curveBytes = 4;
const keySize = 1028;
const signatureSize = 512;
/** Room for a number; those of P-384 fill 48 bytes of it. */
const numberBytes = 72;
const p384Bytes = 48;

/** The public half of a private P-384 key. */
export function publicKeyOf(key: KeyObject, what: string): KeyObject {
  const curve = key.type === "private" ? key.asymmetricKeyDetails?.namedCurve : undefined;
  if (curve !== "secp384r1")
    throw new Error(`${what}: it is no private ECDSA P-384 key; make one with openssl ecparam -name secp384r1 -genkey`);
  return createPublicKey(key);
}

/** A public key as the secure processor reads it. */
export function keyBytes(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const bytes = Buffer.alloc(keySize);
  bytes.writeUInt32LE(curveP384, 0);
  bytes.set(reversed(Buffer.from(x, "base64url")), curveBytes);
  bytes.set(reversed(Buffer.from(y, "base64url")), curveBytes + numberBytes);
  return bytes;
}

/** The key that these bytes are; refuses what is on no curve. */
export function readKey(bytes: Uint8Array): KeyObject {
  const number = (index: number) => numberAt(bytes, curveBytes + index * numberBytes);
  const [x, y] = [number(0), number(1)];
  if (Buffer.from(bytes).readUInt32LE(0) !== curveP384 || !x || !y) throw notP384();
  try {
    const coordinates = { x: x.toString("base64url"), y: y.toString("base64url") };
    return createPublicKey({ key: { kty: "EC", crv: "P-384", ...coordinates }, format: "jwk" });
  } catch {
    throw notP384();
  }
}

/** SHA-384 of a public key's bytes, as the report shows it, hex. */
export function keyDigest(bytes: Uint8Array): string {
  return createHash("sha384").update(bytes).digest("hex");
}

/** A signature (r and s, big-endian, 48 bytes each) as the secure processor reads it. */
export function signatureBytes(signature: Buffer): Buffer {
  const bytes = Buffer.alloc(signatureSize);
  bytes.set(reversed(signature.subarray(0, p384Bytes)), 0);
  bytes.set(reversed(signature.subarray(p384Bytes)), numberBytes);
  return bytes;
}

/** Back again; undefined where a number is too large for P-384. */
export function signatureOf(bytes: Uint8Array): Buffer | undefined {
  const [r, s] = [numberAt(bytes, 0), numberAt(bytes, numberBytes)];
  return r && s && Buffer.concat([r, s]);
}

function numberAt(bytes: Uint8Array, offset: number): Buffer | undefined {
  const field = bytes.subarray(offset, offset + numberBytes);
  if (field.subarray(p384Bytes).some((byte) => byte !== 0)) return undefined;
  return reversed(field.subarray(0, p384Bytes));
}

function reversed(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes).reverse();
}

function notP384(): Error {
  return new Error("ID authentication: a public key in it is none of P-384; make it again with P-384 keys");
}
