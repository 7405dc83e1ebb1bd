import type { KeyObject } from "node:crypto";
import { compactVerify } from "jose";
import { EvidenceError } from "../evidence/reader";
import type { JsonObject } from "./strictJson";
import { parseStrictJson, shown } from "./strictJson";

/** A token in the compact form of RFC 7515, taken apart; nothing of it is believed before its signature was verified. */
export interface Jws {
  readonly token: string;
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** Verbose tokens of eight GPUs hold some hundred kilobytes. */
const longestToken = 1_048_576;

/** Parameters of a header that are read, or that say nothing; any other could change what the token means. */
const knownParameters = ["alg", "typ", "kid", "jwk", "x5c"];

/** Throws EvidenceError alone. */
export function parseJws(token: string): Jws {
  if (token.length > longestToken)
    throw new EvidenceError(`token: ${token.length} characters; at most ${longestToken} are read`);
  if (/^\s*[{[]/.test(token)) throw new EvidenceError("token: it is JSON without a signature, which anybody can write");
  const parts = token.split(".");
  if (parts.length !== 3)
    throw new EvidenceError("token: it is not three parts with dots between, as a signed token is");
  const [header, claims] = parts.map(decoded) as [Buffer, Buffer, Buffer];
  return { token, header: jsonOf(header, "header"), claims: jsonOf(claims, "claims") };
}

/** Why a header is not one of a plain signed token, as a sentence. */
export function headerProblem({ header }: Jws): string | undefined {
  const strange = Object.keys(header).filter((name) => !knownParameters.includes(name));
  if (strange.length > 0)
    return `the header has ${strange.map(shown).join(", ")}: keys are never fetched from addresses in a token, and no extension is known`;
  if (typeof header.typ !== "string" || header.typ.toUpperCase() !== "JWT")
    return `the header's typ is ${shown(header.typ)}, not "JWT"`;
  if (header.kid !== undefined && typeof header.kid !== "string") return "the header's kid is no text";
  return undefined;
}

/** Whether the key signed the token by that algorithm, which is the key's and never the header's to choose. */
export async function signatureHolds({ token }: Jws, key: KeyObject, algorithm: string): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
}

function jsonOf(bytes: Buffer, what: string): JsonObject {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new EvidenceError(`token: its ${what} are no UTF-8 text`);
  }
  return parseStrictJson(text, `token's ${what}`);
}

/** In one spelling alone: the last character of another could differ without changing a byte. */
function decoded(part: string): Buffer {
  const bytes = Buffer.from(part, "base64url");
  if (bytes.length === 0 || bytes.toString("base64url") !== part)
    throw new EvidenceError("token: a part of it is empty, or not base64url as RFC 7515 has it");
  return bytes;
}
