import type { KeyObject } from "node:crypto";
import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import { parseStrictJson } from "./strictJson";

/**
 * Envelopes of attestations, DSSE v1.0.0 (secure-systems-lab/dsse, envelope.md and protocol.md). A library would bring
 * the one line of the pre-authentication encoding; signatures are Node's own.
 */
export interface Envelope {
  /** Line of the file that it stands on, from 1. */
  readonly line: number;
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly signatures: readonly Buffer[];
}

/** Bills of materials are long; beyond this, characters, nothing is read. */
const longestFile = 2 ** 26;
const mostEnvelopes = 64;
const mostSignatures = 16;

/** Standard or URL-safe, padded or not: the signers' choice, and the bytes are what is signed. */
const base64 = z
  .string()
  .regex(/^([A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/, "is no base64")
  .transform((text) => Buffer.from(text, "base64"));
// The specification has readers ignore fields that they do not know, key ids among them: those are hints, and unsigned.
const envelopeSchema = z.object({
  payload: base64,
  payloadType: z.string().min(1).max(200),
  signatures: z.array(z.object({ sig: base64 })).max(mostSignatures),
});

/** Reads a file with one envelope a line, as `cosign download attestation` writes it. A refusal ends a sentence. */
export function readEnvelopes(
  text: string,
): { readonly envelopes: readonly Envelope[] } | { readonly refusal: string } {
  if (text.length > longestFile) return { refusal: `is longer than ${longestFile} characters; leave out what is old` };
  const lines = text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [{ line, number: index + 1 }]));
  if (lines.length === 0) return { refusal: "is empty; write one DSSE envelope a line into it" };
  if (lines.length > mostEnvelopes)
    return { refusal: `holds ${lines.length} envelopes, and at most ${mostEnvelopes} are read; leave out what is old` };
  const envelopes: Envelope[] = [];
  for (const { line, number } of lines) {
    const read = readEnvelope(line);
    if ("problem" in read) return { refusal: `line ${number} ${read.problem}; write one DSSE envelope a line` };
    envelopes.push({ line: number, ...read });
  }
  return { envelopes };
}

function readEnvelope(text: string): Omit<Envelope, "line"> | { readonly problem: string } {
  let parsed: unknown;
  try {
    parsed = parseStrictJson(text);
  } catch (error) {
    return { problem: (error as Error).message };
  }
  const result = envelopeSchema.safeParse(parsed);
  if (!result.success) {
    const [issue] = result.error.issues;
    const bundle = typeof parsed === "object" && parsed !== null && "dsseEnvelope" in parsed;
    const hint = bundle ? "a Sigstore bundle; take the envelope out of its dsseEnvelope" : "no DSSE envelope";
    return { problem: `is ${hint} (${issue?.path.join(".") || "the whole"})` };
  }
  const { payload, payloadType, signatures } = result.data;
  return { payload, payloadType, signatures: signatures.map(({ sig }) => sig) };
}

/** What is signed: type and payload with their lengths, so that neither can be taken for a part of the other. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const header = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(header), payload]);
}

/** Whether one of the envelope's signatures is the key's. */
export function isSignedBy({ payloadType, payload, signatures }: Envelope, key: KeyObject): boolean {
  const message = preAuthEncoding(payloadType, payload);
  return signatures.some((signature) => {
    if (key.asymmetricKeyType === "ed25519") return verify(null, message, key, signature);
    // cosign writes ECDSA signatures as DER, the specification's own example as the two numbers side by side.
    return (["der", "ieee-p1363"] as const).some((dsaEncoding) =>
      verify("sha256", message, { key, dsaEncoding }, signature),
    );
  });
}

/** Opens the public key of an attestation's signer; the problem, as the end of a sentence, where it is none. */
export function readSignerKey(pem: string): { readonly key: KeyObject } | { readonly problem: string } {
  // Node would derive the public key of a private one.
  if (/PRIVATE KEY/.test(pem)) return { problem: "is a private key; write the public half, and keep this one secret" };
  if (!/^-----BEGIN PUBLIC KEY-----\n[\s\S]+\n-----END PUBLIC KEY-----\s*$/.test(pem))
    return { problem: "is no PEM public key; write it from BEGIN PUBLIC KEY to END PUBLIC KEY" };
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return { problem: "cannot be read as a public key; write the PEM of an Ed25519 or P-256 key" };
  }
  // Kinds whose hash follows from the key alone, for every signer.
  const usable =
    key.asymmetricKeyType === "ed25519" ||
    (key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1");
  return usable ? { key } : { problem: "is of another kind; use a P-256 key, as cosign makes it, or an Ed25519 key" };
}
