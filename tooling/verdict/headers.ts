import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Headers that are about one connection alone (RFC 9110, section 7.6.1), and those that this side sets itself. */
const ofConnection = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
  "host",
];

/**
 * Headers to pass on: all but those of the connection, and those that `Connection` names. The body's length goes with the
 * body, whatever `Connection` says: without it, the body would be read as the next request.
 */
export function passedOn(headers: IncomingHttpHeaders, without: readonly string[] = []): OutgoingHttpHeaders {
  const named = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const left = new Set([...ofConnection, ...named.filter((name) => name !== "content-length"), ...without]);
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) => !left.has(name) && value !== undefined));
}
