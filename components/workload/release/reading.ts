import { z } from "zod";
import type { ReleaseDocument } from "./document";
import { documentText, signatureType } from "./document";
import { signingAlgorithms } from "./keys";
import type { SigningAlgorithm } from "./keys";
import { visible } from "./visible";

/** Far more than any release takes, whose largest part is an annotation of at most 256 kB; characters. */
const longestDocument = 2 ** 21;
const mostSignatures = 64;

export interface SignatureHeader {
  readonly alg: SigningAlgorithm;
  readonly kid: string;
}

/** A document whose form is beyond doubt, and of which nothing has been believed yet. */
export interface DocumentReading {
  readonly document: ReleaseDocument;
  /** One a signature, in the same order. */
  readonly headers: readonly SignatureHeader[];
}

const base64url = z
  .string()
  .refine(
    (text) => Buffer.from(text, "base64url").toString("base64url") === text,
    "is no base64url, or not in its one form",
  );
const documentSchema = z.strictObject({
  payload: base64url.min(1),
  signatures: z.array(z.strictObject({ protected: base64url.min(1), signature: base64url.min(1) })).max(mostSignatures),
});
const headerSchema = z.strictObject({
  alg: z.enum(signingAlgorithms, `must be one of ${signingAlgorithms.join(", ")}`),
  kid: z.string().regex(/^[\w-]{43}$/, "must be a key's SHA-256 thumbprint, base64url"),
  typ: z.literal(signatureType, `must be ${signatureType}`),
});

/**
 * Reads untrusted text as a release document. Exactly one text is accepted for a document, its canonical one: there is
 * no duplicate key, no second spelling and nothing beside the signed bytes that two readers could understand differently.
 * A refusal ends a sentence that begins with the file.
 */
export function readDocument(text: string): DocumentReading | { readonly refusal: string } {
  if (text.length > longestDocument)
    return { refusal: `is longer than ${longestDocument} characters, as no release is; fetch it again` };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { refusal: "is not JSON; fetch it again, as a file and not as a page" };
  }
  const result = documentSchema.safeParse(parsed);
  if (!result.success)
    return {
      refusal: otherForm(parsed) ?? `is no signed release (${firstIssue(result.error)}); ask the model owner for one`,
    };
  const document = result.data;
  if (documentText(document) !== text)
    return {
      refusal:
        "is not written in its one canonical form, so that it was edited or reformatted on its way; fetch it again",
    };
  const headers: SignatureHeader[] = [];
  for (const [index, signature] of document.signatures.entries()) {
    const header = readHeader(signature.protected);
    if ("problem" in header)
      return {
        refusal: `has a signature (number ${index + 1}) that ${header.problem}; ask the model owner for a clean one`,
      };
    const before = headers.at(-1);
    if (before && before.kid >= header.kid)
      return { refusal: `lists signatures twice or out of order (number ${index + 1}); fetch it again` };
    headers.push(header);
  }
  return { document, headers };
}

/** What else people might take for a release, said so that they know what to do. */
function otherForm(parsed: unknown): string | undefined {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
  const fields = parsed as Readonly<Record<string, unknown>>;
  if (typeof fields.specVersion === "string")
    return `is the unsigned content of a release (${visible(JSON.stringify(fields.specVersion.slice(0, 60)))}), as format v0 had it; ask the model owner for a signed one of format v1`;
  if ("protected" in fields || "header" in fields)
    return "is a signature in another form (flattened JWS); ask the model owner for a file that `release sign` made";
  const signatures = Array.isArray(fields.signatures) ? (fields.signatures as unknown[]) : [];
  if (signatures.some((signature) => typeof signature === "object" && signature !== null && "header" in signature))
    return "has unprotected headers, which nobody signed; ask the model owner for a clean one";
  return undefined;
}

function readHeader(encoded: string): SignatureHeader | { readonly problem: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(encoded, "base64url")));
  } catch {
    return { problem: "has an unreadable header" };
  }
  const fields = typeof parsed === "object" && parsed !== null ? Object.keys(parsed) : [];
  const brought = fields.find((field) => ["jwk", "jku", "x5c", "x5u"].includes(field));
  if (brought !== undefined) return { problem: `brings its own key along (${brought}), which proves nothing` };
  const critical = fields.find((field) => ["crit", "b64"].includes(field));
  if (critical !== undefined) return { problem: `changes how it is to be read (${critical}), which no release does` };
  const result = headerSchema.safeParse(parsed);
  return result.success ? result.data : { problem: `has a header that no release has (${firstIssue(result.error)})` };
}

function firstIssue(error: z.ZodError): string {
  const first = error.issues[0];
  return visible(`${first?.path.join(".") || "document"}: ${(first?.message ?? "").slice(0, 200)}`);
}
