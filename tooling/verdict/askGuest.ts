import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { EvidenceDocument } from "./evidenceDocument";
import { mostDocumentBytes, parseEvidenceDocument } from "./evidenceDocument";
import { EvidenceError } from "../../components/verdict/evidence/reader";
import type { GuestConnection } from "./guestConnection";
import { NoAnswer, noAnswer } from "./noAnswer";
import { printable } from "../ui";

/** Where a guest answers questions about itself (RFC 8615 names the folder). */
export const evidencePath = "/.well-known/trustfoundry/evidence";

/** What a guest answered, over one connection. */
export interface GuestAnswer {
  /** Default: none, since the guest says that it gives none (404). A release's serving key may speak for it all the same. */
  readonly document?: EvidenceDocument;
  /** The reader's own, as it went out. */
  readonly nonce: string;
  /** Key of the TLS end that answered. */
  readonly observedSpki: Buffer;
}

/**
 * A new question: 32 random bytes as base64url, 43 characters. The guest's runtime data hold the very same text. A key
 * broker's nonces are base64 with padding, 44 characters (Trustee, kbs/src/attestation/backend.rs, `make_nonce`), so that an
 * answer to a reader never passes for an answer to a key broker, nor the other way round.
 */
export function newNonce(): string {
  return randomBytes(32).toString("base64url");
}

export const noncePattern = /^[A-Za-z0-9_-]{43}$/;

/** Asks for evidence over a connection; NoAnswer for whatever is neither an evidence document nor a plain 404, in time. */
export async function askGuest(
  connection: GuestConnection,
  origin: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<GuestAnswer> {
  const nonce = newNonce();
  const limit = AbortSignal.timeout(timeoutMs);
  const stop = signal ? AbortSignal.any([signal, limit]) : limit;
  const response = await connection.send({
    method: "GET",
    path: `${evidencePath}?nonce=${nonce}`,
    headers: { accept: "application/json", "accept-encoding": "identity" },
    signal: stop,
  });
  const observed = { nonce, observedSpki: connection.spki };
  if (response.statusCode === 404) {
    response.resume();
    return observed;
  }
  const text = await body(response, origin, stop);
  try {
    return { ...observed, document: parseEvidenceDocument(text) };
  } catch (error) {
    if (error instanceof EvidenceError)
      throw new NoAnswer(`${origin} answered with no evidence: ${printable(error.message)}.`);
    throw error;
  }
}

async function body(response: IncomingMessage, origin: string, stop: AbortSignal): Promise<string> {
  const refuse = (what: string) => {
    response.destroy();
    return new NoAnswer(`${origin} ${what}.`);
  };
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400)
    throw refuse(`answers with a redirect (${statusCode}), which is not followed: another place is another guest`);
  if (statusCode !== 200) throw refuse(`answers ${statusCode} instead of evidence`);
  if ((headers["content-encoding"] ?? "identity") !== "identity") throw refuse("compresses its answer, unasked");
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostDocumentBytes) throw refuse(`answers with more than ${mostDocumentBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw noAnswer(origin, stop.aborted ? stop.reason : error);
  }
  // What is no UTF-8 would be replaced, and read as something that was not sent.
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw refuse("answers with something that is not UTF-8");
  }
}
