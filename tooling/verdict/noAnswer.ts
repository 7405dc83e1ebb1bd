import { printable } from "../ui";

/** The other side gave no answer that could be looked at. Its message is for people, and names no content of requests. */
export class NoAnswer extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NoAnswer";
  }
}

/** What went wrong with a connection, in a sentence. */
export function noAnswer(origin: string, error: unknown): NoAnswer {
  if (error instanceof NoAnswer) return error;
  const { name, message, ...rest } = namedError(error);
  // A DOMException's code is a number.
  const code = typeof rest.code === "string" ? rest.code : undefined;
  if (name === "TimeoutError") return new NoAnswer(`${origin} did not answer in time.`);
  if (code?.startsWith("ERR_SSL") || code === "EPROTO")
    return new NoAnswer(`${origin} does not speak TLS 1.3 (${code}).`);
  return new NoAnswer(`${origin} gave no answer: ${printable(code ?? (message || "unknown reason"), 120)}.`);
}

function namedError(error: unknown): { readonly name: string; readonly message: string; readonly code?: unknown } {
  const { name, message, code } = (error ?? {}) as { name?: unknown; message?: unknown; code?: unknown };
  return { name: String(name ?? ""), message: String(message ?? ""), code };
}
