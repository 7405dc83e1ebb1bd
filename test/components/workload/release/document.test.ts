import { createPublicKey, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, sha256 } from "../../../../components/names";
import {
  documentDigest,
  documentFileName,
  documentText,
  releaseDigest,
  releaseText,
  signRelease,
  unsignedDocument,
} from "../../../../components/workload/release/document";
import { keyId } from "../../../../components/workload/release/keys";
import { readPayload } from "../../../../components/workload/release/payload";
import { hiddenTexts } from "../../../../components/workload/release/visible";
import { sampleRelease } from "../../../support/release";
import { keys, rsa } from "./keys";

const release = sampleRelease();
const headerOf = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString()) as Record<string, unknown>;

describe("a release document", () => {
  it("signs the canonical bytes, whatever order the fields were given in", async () => {
    const reversed = Object.fromEntries(Object.entries(release).reverse()) as typeof release;
    expect(documentText(await signRelease({ release: reversed, key: keys.alice }))).toBe(
      documentText(await signRelease({ release, key: keys.alice })),
    );
    expect(releaseDigest(release)).toBe(sha256(releaseText(release)));
    expect(documentDigest(unsignedDocument(release))).toBe(releaseDigest(release));
  });

  it.each([
    ["alice", "EdDSA"],
    ["bob", "ES256"],
    ["carol", "ES384"],
  ] as const)("by %s's key has a header of algorithm %s, key id and type alone", async (holder, alg) => {
    const { signatures } = await signRelease({ release, key: keys[holder] });
    expect(signatures.map((signature) => headerOf(signature.protected))).toEqual([
      { alg, kid: await keyId(keys[holder]), typ: "trustfoundry-release+jws" },
    ]);
  });

  it("verifies with node's own crypto, as any JWS does", async () => {
    const document = await signRelease({ release, key: keys.alice });
    const [signature] = document.signatures;
    const signed = Buffer.from(`${signature?.protected ?? ""}.${document.payload}`);
    const bytes = Buffer.from(signature?.signature ?? "", "base64url");
    expect(verify(null, signed, createPublicKey(keys.alice), bytes)).toBe(true);
  });

  it("keeps its payload and other signatures when one is added, and is the same in any order of signing", async () => {
    const first = await signRelease({ release, key: keys.alice });
    const both = await signRelease({ document: first, key: keys.dan });
    expect(both.payload).toBe(first.payload);
    expect(both.signatures).toEqual(expect.arrayContaining([...first.signatures]));
    const other = await signRelease({ document: await signRelease({ release, key: keys.dan }), key: keys.alice });
    expect(documentText(other)).toBe(documentText(both));
  });

  it("has one signature a key, however often the key signs", async () => {
    const once = await signRelease({ release, key: keys.bob });
    const twice = await signRelease({ document: once, key: keys.bob });
    expect(twice.signatures).toHaveLength(1);
    expect(twice.signatures).not.toEqual(once.signatures); // ECDSA takes a new random each time
  });

  it.each([
    ["an RSA key", rsa],
    ["a public key", createPublicKey(keys.alice)],
  ])("is not signed by %s", async (_what, key) => {
    await expect(signRelease({ release, key })).rejects.toThrow(/signed by a private key; use an Ed25519, P-256/);
  });

  it("is named after the release, and a former one after its number, too", () => {
    expect(documentFileName("llama-8b")).toBe("llama-8b.release.json");
    expect(documentFileName("llama-8b", 3)).toBe("llama-8b.3.release.json");
  });

  it("comes back as it went, for texts of any kind that a screen shows", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.string({ unit: "grapheme", minLength: 1 })), {
          minLength: 1,
        }),
        fc.nat(255),
        (texts, svn) => {
          const odd = sampleRelease({
            notMeasured: texts,
            command: texts,
            tcb: { snp: { bootloader: svn, tee: 0, snp: svn, microcode: 0 } },
          });
          const reading = readPayload(unsignedDocument(odd));
          if (hiddenTexts(odd).length > 0) expect(reading).toHaveProperty("refusal");
          else expect(reading).toEqual({ release: odd });
        },
      ),
    );
  });

  it("has a canonical form that JSON's own parser reads back", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});
