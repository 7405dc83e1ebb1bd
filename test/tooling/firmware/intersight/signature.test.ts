import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readApiKey, signedHeaders } from "../../../../tooling/firmware/intersight/signature";
import { keyId, publicKeyOf, secretKey } from "../../../support/intersight/rig";
import { refusalOf } from "../../../support/intersight/verify";

const date = new Date(Date.UTC(2026, 10, 27, 9, 30, 15));
const request = { method: "PATCH", path: "/api/v1/bios/Policies/1?$select=Name", host: "localhost:8443", date };
const body = '{"EnableTdx":"enabled"}';

const verdict = (
  kind: "rsa" | "ec",
  change: (received: {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: string;
  }) => unknown = () => {},
  now = date,
) => {
  const received = {
    method: request.method,
    path: request.path,
    headers: { ...signedHeaders({ ...request, body }, readApiKey(keyId, secretKey(kind))) },
    body,
  };
  change(received);
  return refusalOf(received, new Map([[keyId, { publicKey: publicKeyOf(kind) }]]), now);
};

describe("signatures of Intersight's requests", () => {
  it.each(["rsa", "ec"] as const)("are what the draft says, with keys of kind %s", (kind) => {
    expect(verdict(kind)).toBeUndefined();
  });

  it.each([
    ["method", (received: { method: string }) => (received.method = "GET"), "bad signature"],
    ["path", (received: { path: string }) => (received.path = "/api/v1/server/Profiles/1"), "bad signature"],
    ["body", (received: { body: string }) => (received.body = "{}"), "digest of another body"],
    ["host", (received: { headers: Record<string, string> }) => (received.headers.host = "elsewhere"), "bad signature"],
    [
      "signature",
      (received: { headers: Record<string, string> }) =>
        (received.headers.authorization = received.headers.authorization?.replace(
          /signature="."?/,
          'signature="A',
        ) as string),
      "bad signature",
    ],
  ] as const)("do not survive another %s", (_what, change, refusal) => {
    expect(verdict("ec", change as never)).toBe(refusal);
  });

  it("name RSA keys' algorithm and EC keys' as Intersight does, and sign the same four things", () => {
    const of = (kind: "rsa" | "ec") => signedHeaders({ ...request, body }, readApiKey(keyId, secretKey(kind)));
    expect(of("rsa").authorization).toMatch(
      /^Signature keyId="[^"]+",algorithm="rsa-sha256",headers="\(request-target\) host date digest",signature="[A-Za-z0-9+/=]+"$/,
    );
    expect(of("ec").authorization).toContain('algorithm="hs2019"');
    expect(of("ec").date).toBe("Fri, 27 Nov 2026 09:30:15 GMT");
  });

  it("cover any body, an absent one as an empty one", () => {
    const key = readApiKey(keyId, secretKey());
    fc.assert(
      fc.property(fc.option(fc.string(), { nil: undefined }), fc.webPath(), (text, path) => {
        const target = path.startsWith("/") ? path : `/${path}`;
        const headers = signedHeaders({ ...request, path: target, body: text }, key);
        const received = { method: "PATCH", path: target, headers, body: text ?? "" };
        expect(refusalOf(received, new Map([[keyId, { publicKey: publicKeyOf() }]]), date)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });
});

describe("an API key", () => {
  const notKey = "that-is-secret";

  it("of version 3 is read under the label that Intersight gives it, and under the right one", () => {
    const mislabelled = secretKey().replaceAll("PRIVATE KEY", "EC PRIVATE KEY");
    expect(mislabelled).toContain("BEGIN EC PRIVATE KEY");
    expect(readApiKey(keyId, mislabelled).key.export({ format: "pem", type: "pkcs8" })).toBe(secretKey());
  });

  it.each([
    ["no PEM", notKey],
    ["a public key", publicKeyOf()],
    [
      "a key with a passphrase",
      generateKeyPairSync("ec", {
        namedCurve: "P-256",
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: notKey },
      }).privateKey,
    ],
    [
      "a short RSA key",
      generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type: "pkcs8", format: "pem" }),
    ],
    ["a key of another kind", generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" })],
  ] as const)("is refused where it is %s, without a word of it", (_what, pem) => {
    const text = pem as string;
    expect(() => readApiKey(keyId, text)).toThrow(/secret key of the Intersight API key/);
    const message = messageOf(() => readApiKey(keyId, text));
    for (const line of text.split("\n").filter((line) => line.length > 20 && !line.startsWith("-----")))
      expect(message).not.toContain(line);
    expect(message).not.toContain(notKey);
  });

  it("whose id could break out of the header is refused", () => {
    expect(() => readApiKey('x",keyId="y', secretKey())).toThrow(/id of the Intersight API key/);
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return String(error);
  }
  throw new Error("nothing was thrown");
}
