import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../../../components/names";
import type { ReleaseDocument } from "../../../../components/workload/release/document";
import { documentText, releaseText, signRelease } from "../../../../components/workload/release/document";
import { keyId } from "../../../../components/workload/release/keys";
import { readPayload } from "../../../../components/workload/release/payload";
import { readDocument } from "../../../../components/workload/release/reading";
import { sampleRelease } from "../../../support/release";
import { encoded, keys } from "./keys";

let document: ReleaseDocument;
let kid: string;
beforeAll(async () => {
  document = await signRelease({ release: sampleRelease(), key: keys.alice });
  kid = await keyId(keys.alice);
});

const refusal = (text: string): string => {
  const reading = readDocument(text);
  return "refusal" in reading ? reading.refusal : "accepted";
};
const textOf = (value: unknown) => `${canonicalJson(value)}\n`;
/** The document with its one signature's header exchanged. */
const withHeader = (header: unknown) =>
  textOf({ ...document, signatures: [{ ...document.signatures[0], protected: encoded(header) }] });

describe("reading a release document", () => {
  it("accepts what signing wrote", () => {
    expect(readDocument(documentText(document))).toEqual({
      document,
      headers: [{ alg: "EdDSA", kid, typ: "trustfoundry-release+jws" }],
    });
  });

  it.each<[string, () => string, RegExp]>([
    ["nothing", () => "", /is not JSON/],
    ["a page", () => "<html>", /is not JSON/],
    ["a list", () => "[]\n", /is no signed release/],
    ["null", () => "null\n", /is no signed release/],
    ["a compact JWS", () => JSON.stringify("a.b.c"), /is no signed release/],
    [
      "a release of format v0",
      () => textOf({ specVersion: "trustfoundry.dev/release/v0", name: "x" }),
      /format v0 had it; ask the model owner for a signed one/,
    ],
    ["the bare content of one", () => `${releaseText(sampleRelease())}\n`, /unsigned content of a release/],
    [
      "a flattened JWS",
      () => textOf({ payload: document.payload, ...document.signatures[0] }),
      /another form \(flattened JWS\)/,
    ],
    [
      "unprotected headers",
      () => textOf({ ...document, signatures: [{ ...document.signatures[0], header: { kid } }] }),
      /unprotected headers, which nobody signed/,
    ],
    ["a further field", () => textOf({ ...document, note: "trust me" }), /is no signed release/],
    ["no payload", () => textOf({ signatures: document.signatures }), /is no signed release \(payload/],
    ["a payload with padding", () => textOf({ ...document, payload: `${document.payload}=` }), /base64url/],
    ["other white space", () => JSON.stringify(document, null, 2), /edited or reformatted/],
    ["no final newline", () => canonicalJson(document), /edited or reformatted/],
    [
      "a repeated key",
      () => documentText(document).replace('{"payload"', '{"payload":"eyJ9","payload"'),
      /edited or reformatted/,
    ],
    [
      "a signature twice",
      () => textOf({ ...document, signatures: [...document.signatures, ...document.signatures] }),
      /twice or out of order/,
    ],
    [
      "a thousand signatures",
      () => textOf({ ...document, signatures: Array<unknown>(1000).fill(document.signatures[0]) }),
      /is no signed release \(signatures/,
    ],
    ["a very long text", () => "x".repeat(2 ** 21 + 1), /is longer than/],
    ["a deep text", () => `${"[".repeat(100_000)}${"]".repeat(100_000)}`, /is no signed release|is not JSON/],
  ])("refuses %s", (_what, make, reason) => {
    expect(refusal(make())).toMatch(reason);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["no algorithm", () => ({ kid, typ: "trustfoundry-release+jws" }), /alg/],
    [
      "the algorithm none",
      () => ({ alg: "none", kid, typ: "trustfoundry-release+jws" }),
      /alg: must be one of ES256, ES384, EdDSA/,
    ],
    ["a shared secret", () => ({ alg: "HS256", kid, typ: "trustfoundry-release+jws" }), /alg: must be one of/],
    ["RSA", () => ({ alg: "RS256", kid, typ: "trustfoundry-release+jws" }), /alg: must be one of/],
    ["another type", () => ({ alg: "EdDSA", kid, typ: "JWT" }), /typ: must be trustfoundry-release\+jws/],
    ["no type", () => ({ alg: "EdDSA", kid }), /typ/],
    [
      "a key id of another form",
      () => ({ alg: "EdDSA", kid: "alice", typ: "trustfoundry-release+jws" }),
      /kid: must be a key's/,
    ],
    [
      "its own key",
      () => ({ alg: "EdDSA", kid, typ: "trustfoundry-release+jws", jwk: {} }),
      /brings its own key along \(jwk\)/,
    ],
    ["a certificate", () => ({ alg: "EdDSA", kid, x5c: [] }), /brings its own key along \(x5c\)/],
    ["a key's address", () => ({ alg: "EdDSA", kid, jku: "https://evil.example" }), /brings its own key along \(jku\)/],
    ["an unencoded payload", () => ({ alg: "EdDSA", kid, b64: false, crit: ["b64"] }), /changes how it is to be read/],
    ["a critical extension", () => ({ alg: "EdDSA", kid, crit: ["exp"] }), /changes how it is to be read \(crit\)/],
    ["a further field", () => ({ alg: "EdDSA", kid, typ: "trustfoundry-release+jws", iat: 1 }), /no release has/],
    ["no object", () => "[]", /no release has/],
    ["no JSON", () => "alg", /unreadable header/],
  ])("refuses a header with %s", (_what, header, reason) => {
    expect(refusal(withHeader(header()))).toMatch(reason);
  });

  it("survives anything", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => refusal(text).length > 0 && refusal(text) !== "accepted"),
    );
    fc.assert(fc.property(fc.json({ maxDepth: 6 }), (text) => refusal(text) !== "accepted"));
    const base64 = fc.string({ unit: "binary" }).map(encoded);
    const shaped = fc.record({
      payload: fc.oneof(base64, fc.json().map(encoded)),
      signatures: fc.array(fc.record({ protected: fc.oneof(base64, fc.json().map(encoded)), signature: base64 })),
    });
    fc.assert(
      fc.property(shaped, (value) => {
        const reading = readDocument(textOf(value));
        if ("refusal" in reading) return reading.refusal.length > 0;
        // Without signatures the form is right; the content is none.
        return "refusal" in readPayload(reading.document);
      }),
    );
  });
});

describe("the content of a document", () => {
  const contentOf = (payload: string) => {
    const reading = readPayload({ payload: Buffer.from(payload).toString("base64url"), signatures: [] });
    return "refusal" in reading ? reading.refusal : "accepted";
  };
  const text = releaseText(sampleRelease());

  it.each<[string, string, RegExp]>([
    ["a text", "hello", /not JSON/],
    ["a byte order mark", `\ufeff${text}`, /not JSON|canonical/],
    ["format v0", text.replace("release/v1", "release/v0"), /is of format "trustfoundry\.dev\/release\/v0"/],
    ["format v2", text.replace("release/v1", "release/v2"), /reads trustfoundry\.dev\/release\/v1 alone/],
    ["null", "null", /is of format unknown/],
    ["a missing field", text.replace('"factory":"acme-rehearsal",', ""), /is no release of format v1 \(factory/],
    ["a further field", text.replace("{", '{"__proto__":{},'), /no release of format v1|canonical/],
    ["white space", text.replace(",", ", "), /not the canonical JSON/],
    ["a repeated key", text.replace('"replicas":2', '"replicas":9,"replicas":2'), /not the canonical JSON/],
    ["another spelling of a number", text.replace('"replicas":2', '"replicas":2.0'), /not the canonical JSON/],
    [
      "another spelling of a text",
      text.replace('"name":"llama-8b"', '"name":"\\u006clama-8b"'),
      /not the canonical JSON/,
    ],
  ])("is refused with %s", (_what, payload, reason) => {
    expect(contentOf(payload)).toMatch(reason);
  });

  it("is accepted as it was written", () => {
    expect(contentOf(text)).toBe("accepted");
  });
});
