import { Unreadable } from "./unreadable";

const timeoutMilliseconds = 30_000;
const attempts = 3;
const pauseMilliseconds = 500;

export interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * GET, read whole. An overloaded or stumbling server is asked again, twice; one that nobody can reach is not. Throws
 * Unreadable when there is no answer at all; what an answer means is the caller's to say.
 */
export async function get(url: URL, request: Request = {}): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await once(url, request);
    if (attempt === attempts || (response.status !== 429 && response.status < 500)) return response;
    await response.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, attempt * pauseMilliseconds));
  }
}

async function once(url: URL, { headers, signal }: Request): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMilliseconds);
  try {
    return await fetch(url, { headers, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Unreadable("unreachable", url.host, `${url.host} cannot be reached (${reasonOf(error)})`);
  }
}

/** The whole text of an answer. A connection that breaks half way is no answer. */
export async function textOf(response: Response, host: string, signal?: AbortSignal): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    signal?.throwIfAborted();
    throw new Unreadable("unreachable", host, `${host} broke off its answer (${reasonOf(error)})`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError")
    return `no answer within ${timeoutMilliseconds / 1000} s`;
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  return cause?.code ?? cause?.message ?? (error instanceof Error ? error.message : String(error));
}
