import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { isIP } from "node:net";
import { pipeline } from "node:stream";
import { printable, UserError } from "../ui";
import { giveBack, isRedirect } from "./client";
import type { ConnectionSource } from "./connections";
import { passedOn } from "./headers";
import { NoAnswer } from "./noAnswer";
import { VerdictRefused } from "./verdictRefused";

/** Where programs of this machine reach the proxy. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** Reads `127.0.0.1:8000` or `[::1]:8000`; anything that other machines reach is refused, since it is plain HTTP. */
export function listenAddress(text: string): Listen {
  const [, v6, v4, digits] = /^(?:\[([0-9a-fA-F:]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? v4 ?? "";
  const port = Number(digits);
  const isLoopback = (isIP(host) === 4 && host.startsWith("127.")) || host === "::1";
  if (!isLoopback || !(port <= 65535))
    throw new UserError(
      `"${text}" is no place of this machine alone to listen at; prompts pass there in plain text: write 127.0.0.1:<port>.`,
    );
  return { host, port };
}

/** What the proxy tells: times, verdicts and numbers. Never what a request holds, nor its path, which may hold some of it. */
export type ProxyLog = (line: string) => void;

/**
 * An HTTP server for this machine's own programs, which passes each request on to the guest over a connection that a verdict
 * was accepted of, and answers 502 with the reason where there is none. Answers stream through as they come.
 */
export function proxyServer(connections: ConnectionSource, log: ProxyLog): Server {
  const server = createServer((request, response) => {
    pass(server, connections, request, response).catch((error: unknown) => {
      const reason = reasonOf(error);
      log(`✗ not passed on: ${reason}`);
      answer(response, 502, reason);
    });
  });
  // Tunnels and other protocols would pass by everything that is checked here.
  server.on("connect", (_, socket) => socket.destroy());
  server.on("upgrade", (_, socket) => socket.destroy());
  return server;
}

async function pass(
  server: Server,
  connections: ConnectionSource,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const stranger = strangerProblem(server, request);
  if (stranger !== undefined) return answer(response, 403, stranger);
  const path = request.url ?? "";
  if (!path.startsWith("/") || path.startsWith("//"))
    return answer(response, 400, "ask for a path of this host; this is no proxy for other hosts");
  const encoding = request.headers["transfer-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked")
    return answer(response, 400, "a body's only transfer encoding is chunked");
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const connection = await connections.acquire(gone.signal);
  const received = await connection
    .send({
      method: request.method ?? "GET",
      path,
      // A body without its length or its chunks would be read as the next request.
      headers: { ...passedOn(request.headers), ...(encoding !== undefined && { "transfer-encoding": "chunked" }) },
      ...((encoding ?? request.headers["content-length"]) !== undefined && { body: request }),
      signal: gone.signal,
    })
    .catch((error: unknown) => {
      connection.close();
      throw error;
    });
  giveBack(connections, connection, received);
  if (isRedirect(received)) {
    received.destroy();
    throw new VerdictRefused("The guest answers with a redirect, and nobody verified the other place.");
  }
  // Alt-Svc would lead a client past the proxy, and past the verdict.
  response.writeHead(received.statusCode ?? 502, passedOn(received.headers, ["alt-svc"]));
  // Server-sent events are to be seen as they come, and their first one may be long in coming.
  response.flushHeaders();
  pipeline(received, response, () => undefined);
}

/**
 * Why a request is not from a program of this machine's user, or undefined. A page in a browser on this machine can send
 * requests here as well: by a name of its own that it lets resolve to 127.0.0.1 (DNS rebinding; `Host` is that name then), or
 * straight away, without reading the answer (`Origin` and `Sec-Fetch-Site` tell, which pages cannot change). Programs send
 * none of them.
 */
function strangerProblem(server: Server, { headers }: IncomingMessage): string | undefined {
  const address = server.address();
  if (address === null || typeof address === "string") return "the proxy is closed";
  const own = [address.family === "IPv6" ? `[${address.address}]` : address.address, "localhost"].map(
    (host) => `${host}:${address.port}`,
  );
  if (!own.includes((headers.host ?? "").toLowerCase()))
    return `the Host header has to be ${own.join(" or ")}; a page on the web may have sent this`;
  if (headers.origin !== undefined) return "requests of pages in a browser (Origin) are not passed on";
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "none" && site !== "same-origin")
    return "requests of other pages in a browser (Sec-Fetch-Site) are not passed on";
  return undefined;
}

function reasonOf(error: unknown): string {
  if (error instanceof VerdictRefused || error instanceof NoAnswer) return printable(error.message, 1000);
  return "the request could not be passed on";
}

/** In the form that clients of model APIs show. */
function answer(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const type = status === 502 ? "guest_not_verified" : "request_refused";
  // What the client still sends is not read.
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(`${JSON.stringify({ error: { message, type } })}\n`);
}
