import { createPublicKey } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isSignedBy,
  preAuthEncoding,
  readEnvelopes,
  readSignerKey,
} from "../../../../components/workload/acceptance/envelope";
import { publicPem } from "../../../../tooling/rehearsal/imageAttestations";
import { scanLine, scanners } from "../../../support/attestations";

/** The example of secure-systems-lab/dsse, protocol.md. */
const example = {
  payload: "aGVsbG8gd29ybGQ=",
  payloadType: "http://example.com/HelloWorld",
  signatures: [{ sig: "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==" }],
};
const coordinate = (decimal: string) =>
  Buffer.from(BigInt(decimal).toString(16).padStart(64, "0"), "hex").toString("base64url");
const exampleKey = createPublicKey({
  format: "jwk",
  key: {
    kty: "EC",
    crv: "P-256",
    x: coordinate("46950820868899156662930047687818585632848591499744589407958293238635476079160"),
    y: coordinate("5640078356564379163099075877009565129882514886557779369047442380624545832820"),
  },
});

function only(text: string) {
  const read = readEnvelopes(text);
  if ("refusal" in read || !read.envelopes[0]) throw new Error("no envelope");
  return read.envelopes[0];
}

describe("the specification's own example", () => {
  it("has the encoding that is printed there, and its signature is its key's", () => {
    expect(preAuthEncoding(example.payloadType, Buffer.from("hello world")).toString()).toBe(
      "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
    );
    expect(isSignedBy(only(JSON.stringify(example)), exampleKey)).toBe(true);
  });

  it.each([
    ["another payload", { payload: Buffer.from("hello World").toString("base64") }],
    ["another type", { payloadType: "http://example.com/HelloMoon" }],
    ["no signature", { signatures: [] }],
    ["an empty signature", { signatures: [{ sig: "" }] }],
    ["a signature of zeros", { signatures: [{ sig: Buffer.alloc(64).toString("base64") }] }],
  ])("is no longer signed with %s", (_, change) => {
    expect(isSignedBy(only(JSON.stringify({ ...example, ...change })), exampleKey)).toBe(false);
  });

  it("is read in URL-safe base64 as well, and whatever key id or field stands beside", () => {
    const safe = (text: string) => text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const text = JSON.stringify({
      ...example,
      payload: safe(example.payload),
      signatures: [{ keyid: "anybody", sig: safe(example.signatures[0]?.sig ?? ""), cert: "" }],
      extra: 1,
    });
    expect(isSignedBy(only(text), exampleKey)).toBe(true);
  });
});

describe("an encoding", () => {
  it("is never that of another type and payload", () => {
    const part = fc.stringMatching(/^[a-z0-9 ]{0,12}$/);
    fc.assert(
      fc.property(part, part, part, part, (type, body, otherType, otherBody) => {
        const same = preAuthEncoding(type, Buffer.from(body)).equals(
          preAuthEncoding(otherType, Buffer.from(otherBody)),
        );
        expect(same).toBe(type === otherType && body === otherBody);
      }),
    );
  });

  it("counts bytes and not characters", () => {
    expect(preAuthEncoding("ü", Buffer.from("€")).toString()).toBe("DSSEv1 2 ü 3 €");
  });
});

describe("several signatures", () => {
  it("count where one is the key's, wherever it stands", () => {
    const { payload, payloadType, signatures } = JSON.parse(scanLine()) as typeof example;
    const [good] = signatures;
    const bad = { sig: Buffer.from("nothing").toString("base64") };
    for (const list of [
      [bad, good],
      [good, bad],
      [bad, good, good],
    ])
      expect(isSignedBy(only(JSON.stringify({ payload, payloadType, signatures: list })), keyOf())).toBe(true);
    expect(isSignedBy(only(JSON.stringify({ payload, payloadType, signatures: [bad, bad] })), keyOf())).toBe(false);
  });

  const keyOf = () => createPublicKey(scanners.clinic);
});

describe("a file of envelopes", () => {
  const refusal = (text: string) => {
    const read = readEnvelopes(text);
    return "refusal" in read ? read.refusal : undefined;
  };

  it.each([
    ["nothing", "\n\n", "is empty; write one DSSE envelope a line into it"],
    ["a page", "<html>", "line 1 is not JSON; write one DSSE envelope a line"],
    ["a truncated second line", `${scanLine()}\n{"payload":`, "line 2 is not JSON; write one DSSE envelope a line"],
    [
      "a payload twice",
      `{"payload":"QQ==","payload":"Qg==","payloadType":"t","signatures":[]}`,
      "line 1 names a key twice in one object; write one DSSE envelope a line",
    ],
    [
      "a bundle",
      JSON.stringify({ mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json", dsseEnvelope: example }),
      "line 1 is a Sigstore bundle; take the envelope out of its dsseEnvelope (payload); write one DSSE envelope a line",
    ],
    [
      "no signatures",
      `{"payload":"QQ==","payloadType":"t"}`,
      "line 1 is no DSSE envelope (signatures); write one DSSE envelope a line",
    ],
    [
      "no base64",
      `{"payload":"§","payloadType":"t","signatures":[]}`,
      "line 1 is no DSSE envelope (payload); write one DSSE envelope a line",
    ],
    [
      "both alphabets at once",
      `{"payload":"+_==","payloadType":"t","signatures":[]}`,
      "line 1 is no DSSE envelope (payload); write one DSSE envelope a line",
    ],
  ])("with %s is refused", (_, text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  it("with more envelopes or signatures than are ever made is refused", () => {
    expect(refusal(`${scanLine()}\n`.repeat(65))).toMatch(/^holds 65 envelopes/);
    const many = { ...example, signatures: Array.from({ length: 17 }, () => ({ sig: "QQ==" })) };
    expect(refusal(JSON.stringify(many))).toMatch(/no DSSE envelope \(signatures\)/);
  });

  it("tells lines as an editor counts them", () => {
    const read = readEnvelopes(`\n${scanLine()}\r\n\n${scanLine()}\n`);
    expect("envelopes" in read && read.envelopes.map(({ line }) => line)).toEqual([2, 4]);
  });
});

describe("a signer's key", () => {
  it("is Ed25519 or P-256", () => {
    for (const key of [scanners.clinic, scanners.lab]) expect(readSignerKey(publicPem(key))).toHaveProperty("key");
  });

  it.each([
    ["a private one", scanners.lab.export({ type: "pkcs8", format: "pem" }) as string, /private key/],
    ["a certificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", /no PEM public key/],
    ["rubbish", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n", /cannot be read/],
  ])("is not %s", (_, pem, problem) => {
    expect(readSignerKey(pem)).toEqual({ problem: expect.stringMatching(problem) as string });
  });
});
