import { isIP } from "node:net";
import { UserError } from "../ui";

/** Where a guest answers. */
export interface GuestAddress {
  readonly host: string;
  readonly port: number;
  /** `https://models.example:8443`: how messages call it. */
  readonly origin: string;
  /** Value of the Host header. */
  readonly authority: string;
  /** For SNI, which takes names and no addresses. */
  readonly serverName?: string;
}

/** Reads the origin of a guest; UserError for anything that TLS does not protect, or that says more than where. */
export function guestAddress(text: string): GuestAddress {
  const refuse = (why: string) => new UserError(`The guest's URL ${why}; write https://<host>[:<port>].`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse("cannot be read");
  }
  if (url.protocol !== "https:")
    throw refuse(
      `begins with ${url.protocol.slice(0, 20)}, and without TLS there is no key that evidence could be bound to`,
    );
  if (url.username !== "" || url.password !== "") throw refuse("has a user name or a password in it");
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "")
    throw refuse("has a path, a query or a fragment, and evidence is asked for at a fixed place of the whole host");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return {
    host,
    port: url.port === "" ? 443 : Number(url.port),
    origin: url.origin,
    authority: url.host,
    ...(isIP(host) === 0 && { serverName: host }),
  };
}
