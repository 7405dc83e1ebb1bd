import { createHash, createPublicKey, verify } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** What the service knows of an API key. */
export interface KnownKey {
  readonly publicKey: string;
  readonly expired?: boolean;
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const mostSkewMilliseconds = 5 * 60_000;
/** What has to be signed, so that neither target, host, time nor body can be exchanged. */
const demanded = ["(request-target)", "host", "date", "digest"];

/**
 * Verifies a request by draft-cavage-http-signatures-12, sections 2.1 to 2.5, written from the draft and not from the
 * client. Returns why it is refused.
 */
export function refusalOf(
  received: Received,
  keys: ReadonlyMap<string, KnownKey>,
  now = new Date(),
): string | undefined {
  const parameters = parametersOf(received.headers.authorization ?? "");
  if (!parameters) return "no signature";
  const { keyId = "", algorithm, headers: listed = "date", signature = "" } = parameters;
  const known = keys.get(keyId);
  if (!known) return "unknown key";
  if (known.expired) return "expired key";
  const names = listed.split(" ");
  const unsigned = demanded.find((name) => !names.includes(name));
  if (unsigned !== undefined) return `${unsigned} is not signed`;
  const digest = `SHA-256=${createHash("sha256").update(received.body).digest("base64")}`;
  if (received.headers.digest !== digest) return "digest of another body";
  const date = Date.parse(String(received.headers.date));
  if (Number.isNaN(date) || Math.abs(now.getTime() - date) > mostSkewMilliseconds) return "clock skew";
  const lines = names.map((name) => {
    const value =
      name === "(request-target)" ? `${received.method.toLowerCase()} ${received.path}` : received.headers[name];
    return value === undefined ? undefined : `${name}: ${String(value)}`;
  });
  if (lines.includes(undefined)) return "a signed header is missing";
  const key = createPublicKey(known.publicKey);
  const expected = key.asymmetricKeyType === "rsa" ? "rsa-sha256" : "hs2019";
  if (algorithm !== expected) return "another algorithm than the key's";
  const genuine = verify("sha256", Buffer.from(lines.join("\n")), key, Buffer.from(signature, "base64"));
  return genuine ? undefined : "bad signature";
}

/** `Signature keyId="…",algorithm="…",headers="…",signature="…"`. */
function parametersOf(authorization: string): Readonly<Record<string, string | undefined>> | undefined {
  const [, list] = /^Signature (.+)$/.exec(authorization) ?? [];
  if (list === undefined) return undefined;
  const parameters = [...list.matchAll(/([a-zA-Z]+)="([^"]*)"/g)];
  return Object.fromEntries(parameters.map(([, name = "", value]) => [name, value]));
}
