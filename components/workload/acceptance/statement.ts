import { z } from "zod";
import type { Envelope } from "./envelope";
import { parseStrictJson } from "./strictJson";

/** The one type of payload that is read; cosign writes it for every attestation. */
export const statementPayloadType = "application/vnd.in-toto+json";

/** Versions of the in-toto statement; cosign still writes the older one, and what is read here is the same in both. */
const statementTypes = ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"] as const;

const statementSchema = z.object({
  _type: z.enum(statementTypes, "is no in-toto statement v0.1 or v1"),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })).min(1),
  predicateType: z.string().min(1).max(300),
  predicate: z.unknown(),
});

/** What an attestation says of which artefacts (in-toto/attestation, spec/v1/statement.md). */
export type Statement = z.infer<typeof statementSchema>;

/** Reads what an envelope carries. Only for envelopes whose signature was checked: before that, it is anybody's text. */
export function readStatement({
  payloadType,
  payload,
}: Envelope): { readonly statement: Statement } | { readonly problem: string } {
  if (payloadType !== statementPayloadType)
    return { problem: `carries ${JSON.stringify(payloadType)}, and only ${statementPayloadType} is read` };
  let parsed: unknown;
  try {
    parsed = parseStrictJson(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch (error) {
    return {
      problem: `signs something that ${error instanceof TypeError ? "is not UTF-8" : (error as Error).message}`,
    };
  }
  const result = statementSchema.safeParse(parsed);
  if (result.success) return { statement: result.data };
  const [issue] = result.error.issues;
  return { problem: `signs no in-toto statement (${issue?.path.join(".") || "the whole"})` };
}

/** Whether the statement is about an artefact: subjects are matched by digest alone, never by name. */
export function isAbout({ subject }: Statement, imageDigest: string): boolean {
  return subject.some(({ digest }) => digest.sha256 !== undefined && `sha256:${digest.sha256}` === imageDigest);
}
