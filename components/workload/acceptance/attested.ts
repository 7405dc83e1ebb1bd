import type { KeyObject } from "node:crypto";
import { visible } from "../release/visible";
import { isBillType } from "./billOfMaterials";
import type { Envelope } from "./envelope";
import { isSignedBy, readEnvelopes, readSignerKey } from "./envelope";
import { scanTypes } from "./scan";
import type { Statement } from "./statement";
import { isAbout, readStatement } from "./statement";

export interface AttestationSigner {
  /** Who holds the key, in words for people. */
  readonly name: string;
  /** PEM of an Ed25519 or P-256 key. */
  readonly publicKey: string;
}

/** A statement that counts: a pinned key signed it, it is about the image, and of a type that is judged. */
export interface Attested {
  /** Line of the file. */
  readonly line: number;
  readonly statement: Statement;
  /** Name of the signer. */
  readonly signedBy: string;
}

export interface AttestedReading {
  readonly attested: readonly Attested[];
  /** Envelopes that do not count, each with line and reason: harmless beside those that do. */
  readonly setAside: readonly string[];
}

/** Statements about an image out of a file of envelopes. Nothing is interpreted that no pinned key signed. */
export function readAttested(
  text: string,
  imageDigest: string,
  signers: readonly AttestationSigner[],
): AttestedReading | { readonly refusal: string } {
  const read = readEnvelopes(text);
  if ("refusal" in read) return read;
  const keys = signers.map(({ name, publicKey }) => {
    const reading = readSignerKey(publicKey);
    if ("problem" in reading) throw new Error(`attestation signer ${name}: publicKey ${reading.problem}`);
    return { name, key: reading.key };
  });
  const attested: Attested[] = [];
  const setAside: string[] = [];
  for (const envelope of read.envelopes) {
    const opened = open(envelope, imageDigest, keys);
    if ("problem" in opened) setAside.push(`line ${envelope.line} ${opened.problem}`);
    else attested.push(opened);
  }
  return { attested, setAside };
}

function open(
  envelope: Envelope,
  imageDigest: string,
  keys: readonly { readonly name: string; readonly key: KeyObject }[],
): Attested | { readonly problem: string } {
  if (envelope.signatures.length === 0) return { problem: "is unsigned" };
  const signer = keys.find(({ key }) => isSignedBy(envelope, key));
  if (!signer) return { problem: `carries no valid signature by ${keys.map(({ name }) => name).join(" or ")}` };
  const reading = readStatement(envelope);
  if ("problem" in reading) return reading;
  const { statement } = reading;
  if (!isAbout(statement, imageDigest)) return { problem: "is about another image" };
  if (!scanTypes.includes(statement.predicateType) && !isBillType(statement.predicateType))
    return { problem: `is of the type ${visible(statement.predicateType)}, which is not judged` };
  return { line: envelope.line, statement, signedBy: signer.name };
}
