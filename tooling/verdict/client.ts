import { Readable } from "node:stream";
import type { IncomingMessage } from "node:http";
import { pinnedRoots } from "../../components/verdict/roots";
import type { Verdict } from "../../components/verdict/verdict";
import { acceptNothing } from "../../components/verdict/verdict";
import type { ConnectionSource } from "./connections";
import { VerifiedConnections } from "./connections";
import { guestAddress } from "./guestAddress";
import { passedOn } from "./headers";
import type { Reader } from "./reader";
import { judgeSeen, ReleaseRefused } from "./reader";
import { VerdictRefused } from "./verdictRefused";

export interface ClientArgs
  extends
    Pick<Reader, "release" | "expected" | "tokens">,
    Partial<Pick<Reader, "roots" | "collateral" | "acceptance">> {
  /** Where the guest answers: `https://models.example`. */
  readonly url: string;
  /** How long a verdict counts before the guest is asked again, in seconds. Default: 600. */
  readonly reverifySeconds?: number;
  /** How long a connection, and an answer about evidence, may take, in milliseconds. Default: 30000. */
  readonly timeoutMs?: number;
  /** Told of each verdict, good or bad. */
  readonly onVerdict?: (verdict: Verdict) => void;
  /** The reader's clock, in milliseconds since 1970. Default: this machine's. */
  readonly now?: () => number;
}

/** `fetch` to one guest. */
export type VerifiedFetch = ((input: string | URL | Request, init?: RequestInit) => Promise<Response>) & {
  /** Closes the connections that are kept. */
  close(): void;
};

export const defaultReverifySeconds = 600;
export const defaultTimeoutMs = 30_000;

/**
 * A `fetch` that sends nothing before the guest was verified: by the connection that it is going to use, again after a
 * period, and for each new key of the other end. VerdictRefused where the verdict is below what the reader accepts,
 * NoAnswer where there is none; the request stays here then. It knows one origin and follows no redirect.
 */
export function verifiedFetch(args: ClientArgs): VerifiedFetch {
  const address = guestAddress(args.url);
  const connections = verifiedConnections(args);
  const send = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request =
      input instanceof Request ? new Request(input, init) : new Request(new URL(input, address.origin), init);
    const url = new URL(request.url);
    if (url.origin !== address.origin)
      throw new VerdictRefused(`This client sends to ${address.origin} alone, which is what it verifies.`);
    // As a whole, so that the length is known. Prompts are small.
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    const connection = await connections.acquire(request.signal).catch((error: unknown) => {
      request.signal.throwIfAborted();
      throw error;
    });
    const response = await connection
      .send({
        method: request.method,
        path: `${url.pathname}${url.search}`,
        headers: {
          ...passedOn(Object.fromEntries(request.headers), ["content-length"]),
          "accept-encoding": "identity",
          ...(body && { "content-length": body.length }),
        },
        ...(body && { body: Readable.from([body]) }),
        signal: request.signal,
      })
      .catch((error: unknown) => {
        connection.close();
        request.signal.throwIfAborted();
        throw error;
      });
    giveBack(connections, connection, response);
    if (isRedirect(response) && request.redirect !== "manual") {
      response.destroy();
      throw new VerdictRefused(
        "The guest answers with a redirect, which is not followed: nobody verified the other place.",
      );
    }
    return asResponse(response);
  };
  return Object.assign(send, { close: () => connections.close() });
}

/** Connections that are judged by what a reader brings along. */
export function verifiedConnections(args: ClientArgs): VerifiedConnections {
  const reader = { roots: pinnedRoots, collateral: [], acceptance: acceptNothing, ...args };
  const { timeoutMs = defaultTimeoutMs, reverifySeconds = defaultReverifySeconds, now = Date.now, onVerdict } = args;
  return new VerifiedConnections({
    address: guestAddress(args.url),
    reverifySeconds,
    timeoutMs,
    now,
    ...(onVerdict && { onVerdict }),
    judge: (answer) =>
      judgeSeen(reader, answer, new Date(now())).catch((error: unknown) => {
        throw error instanceof ReleaseRefused ? new VerdictRefused(error.message) : error;
      }),
  });
}

/** Gives a connection back once the answer was read to its end; one that was given up is closed. */
export function giveBack(
  connections: ConnectionSource,
  connection: Awaited<ReturnType<ConnectionSource["acquire"]>>,
  response: IncomingMessage,
): void {
  // The agent frees the socket after `end`; before that the connection cannot take another request.
  response.once("close", () => {
    if (response.complete) connections.release(connection);
    else connection.close();
  });
}

export function isRedirect({ statusCode = 0, headers }: IncomingMessage): boolean {
  return statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
}

function asResponse(response: IncomingMessage): Response {
  const { statusCode: status = 0, statusMessage: statusText = "" } = response;
  const headers = new Headers();
  for (let at = 0; at + 1 < response.rawHeaders.length; at += 2)
    headers.append(response.rawHeaders[at] ?? "", response.rawHeaders[at + 1] ?? "");
  const withoutBody = [204, 205, 304].includes(status);
  if (withoutBody) response.resume();
  return new Response(withoutBody ? null : (Readable.toWeb(response) as ReadableStream<Uint8Array>), {
    status,
    statusText,
    headers,
  });
}
