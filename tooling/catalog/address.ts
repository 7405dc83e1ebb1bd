/** Where a manifest lies, as the OCI distribution API takes it. */
export interface OciAddress {
  /** Host of the API, with its port: `quay.io`, `127.0.0.1:5000`. */
  readonly host: string;
  readonly repository: string;
}

/**
 * Splits `host/path`. As container tools do it: a first part that looks like no host means Docker Hub, whose API has a
 * host of its own and whose official images lie below `library`.
 */
export function ociAddress(address: string): OciAddress {
  const [first = "", ...rest] = address.replace(/^oci:\/\//, "").split("/");
  const isHost = /[.:]/.test(first) || first === "localhost";
  const host = isHost ? first : "docker.io";
  const path = isHost ? rest.join("/") : [first, ...rest].join("/");
  if (host !== "docker.io" && host !== "index.docker.io") return { host, repository: path };
  return { host: "registry-1.docker.io", repository: path.includes("/") ? path : `library/${path}` };
}

/** The API's root. Plain HTTP for this machine alone, as container tools do it. */
export function apiRoot(host: string): string {
  return `${isLoopback(host) ? "http" : "https"}://${host}/v2`;
}

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}

/** How a registry says where to get a token, or undefined when it asks for something else than a bearer token. */
export interface TokenQuestion {
  readonly realm: string;
  readonly service?: string;
  readonly scope?: string;
}

/** Reads a `WWW-Authenticate` header: `Bearer realm="…",service="…",scope="…"`. */
export function parseChallenge(header: string): TokenQuestion | undefined {
  const [, parameters] = /^\s*Bearer\s+(.*)$/is.exec(header) ?? [];
  if (parameters === undefined) return undefined;
  const found = Object.fromEntries(
    [...parameters.matchAll(/([a-z_]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi)].map(([, key, quoted, bare]) => [
      key?.toLowerCase(),
      quoted ?? bare,
    ]),
  ) as Partial<TokenQuestion>;
  const { realm, service, scope } = found;
  return realm ? { realm, ...(service && { service }), ...(scope && { scope }) } : undefined;
}

/** The address that answers a token question. */
export function tokenUrl({ realm, service, scope }: TokenQuestion): URL {
  const url = new URL(realm);
  if (service) url.searchParams.set("service", service);
  if (scope) url.searchParams.set("scope", scope);
  return url;
}
