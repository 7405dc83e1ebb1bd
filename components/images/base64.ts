import { z } from "zod";

/** Bytes as padded standard base64, in the one spelling that encoders write: a second spelling would be a second digest. */
export const base64Bytes = z.string().transform((text, context): Buffer => {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") === text) return bytes;
  context.addIssue({ code: "custom", message: "no padded base64" });
  return z.NEVER;
});

/** JSON by a strict schema; `fail` makes the error of a sentence that says what is wrong and where. */
export function parseJson<T>(schema: z.ZodType<T>, text: string, fail: (reason: string) => Error): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail("it is not JSON");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw fail(`${issue?.path.map(String).join(".") || "the whole"}: ${issue?.message ?? "not as specified"}`);
}
