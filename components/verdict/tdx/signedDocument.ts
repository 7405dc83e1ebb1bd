import type { KeyObject } from "node:crypto";
import { verify } from "node:crypto";
import type { z } from "zod";
import { EvidenceError } from "../evidence/reader";

/** A document that Intel's provisioning service signed. */
export interface SignedDocument<T> {
  readonly content: T;
  /** The text that is signed. */
  readonly signed: string;
  /** R and S, 32 bytes each. */
  readonly signature: Buffer;
}

/**
 * Reads `{"<member>": …, "signature": "<hex>"}` as the service sends it. What is signed is the member's text. To be sure
 * that this text says what is read here, it is written anew from what was read, and has to occur in the answer as it is:
 * so a document with a name twice, or one that was formatted on its way, is refused.
 */
export function readSigned<T>(
  bytes: Uint8Array,
  member: string,
  schema: z.ZodType<T>,
  what: string,
): SignedDocument<T> {
  const text = Buffer.from(bytes).toString("utf8");
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new EvidenceError(`${what}: not JSON`);
  }
  const { [member]: document, signature } = (typeof answer === "object" && answer ? answer : {}) as Record<
    string,
    unknown
  >;
  if (typeof signature !== "string" || !/^[0-9a-fA-F]{128}$/.test(signature))
    throw new EvidenceError(`${what}: it has no signature of 64 bytes`);
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new EvidenceError(`${what}: ${[member, ...(issue?.path ?? [])].join(".")} is not as Intel writes it`);
  }
  const signed = JSON.stringify(document);
  if (!text.includes(`"${member}":${signed}`))
    throw new EvidenceError(`${what}: it was changed or formatted; keep the file as the service sent it`);
  return { content: parsed.data, signed, signature: Buffer.from(signature, "hex") };
}

/** Whether the key, P-256, signed the document. */
export function documentSigned({ signed, signature }: SignedDocument<unknown>, key: KeyObject): boolean {
  return (
    key.asymmetricKeyDetails?.namedCurve === "prime256v1" &&
    verify("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }, signature)
  );
}
