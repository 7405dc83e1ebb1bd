import { printable } from "../ui";

/** The other side gave no answer that could be looked at. Its message is for people, and names no content of requests. */
export class NoAnswer extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NoAnswer";
  }
}

/** What a system's code means to whoever wrote the URL. */
const reasons: Readonly<Partial<Record<string, string>>> = {
  ECONNREFUSED: "nothing listens there; check host and port",
  ENOTFOUND: "no address is known for that name; check its spelling and the resolver",
  EAI_AGAIN: "names cannot be resolved now",
  EHOSTUNREACH: "there is no way to that host",
  ENETUNREACH: "there is no way to that network",
  ECONNRESET: "the connection was closed from the other side",
};

/** What went wrong with a connection, in a sentence. */
export function noAnswer(origin: string, error: unknown): NoAnswer {
  if (error instanceof NoAnswer) return error;
  const { name, message, ...rest } = namedError(error);
  // A DOMException's code is a number.
  const code = typeof rest.code === "string" ? rest.code : undefined;
  if (name === "TimeoutError") return new NoAnswer(`${origin} did not answer in time.`);
  if (code?.startsWith("ERR_SSL") || code === "EPROTO")
    return new NoAnswer(`${origin} does not speak TLS 1.3 (${code}).`);
  const why = code === undefined ? undefined : reasons[code];
  if (why !== undefined) return new NoAnswer(`${origin} gave no answer: ${why} (${code}).`);
  return new NoAnswer(`${origin} gave no answer: ${printable(code ?? (message || "unknown reason"), 120)}.`);
}

function namedError(error: unknown): { readonly name: string; readonly message: string; readonly code?: unknown } {
  const { name, message, code } = (error ?? {}) as { name?: unknown; message?: unknown; code?: unknown };
  return { name: String(name ?? ""), message: String(message ?? ""), code };
}
