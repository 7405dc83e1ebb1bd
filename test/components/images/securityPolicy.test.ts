import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkClosed } from "../../../components/images/closedPolicy";
import { imageSecurityPolicy } from "../../../components/images/securityPolicy";
import type { ImageTrust } from "../../../components/images/securityPolicy";

function publicKey(): string {
  return generateKeyPairSync("ec", { namedCurve: "P-256" })
    .publicKey.export({ type: "spki", format: "pem" })
    .toString();
}

const key = publicKey();
const digest = `sha256:${"a".repeat(64)}`;
const byDigest: ImageTrust = {
  repository: "nvcr.io/nim/meta/llama-3.1-8b-instruct",
  digest,
  evidence: { kind: "unsignedAcceptedByDigest" },
};
const signed: ImageTrust = {
  ...byDigest,
  repository: "registry.acme.example:5000/models",
  evidence: { kind: "signed", publicKey: key },
};

function read(images: readonly ImageTrust[]): unknown {
  return JSON.parse(imageSecurityPolicy(images));
}

describe("the image security policy", () => {
  it("rejects everything but one exact digest", () => {
    expect(read([byDigest])).toEqual({
      default: [{ type: "reject" }],
      transports: { docker: { [`${byDigest.repository}@${digest}`]: [{ type: "insecureAcceptAnything" }] } },
    });
  });

  it("wants a signature by the key for a signed image, whose identity counts", () => {
    expect(read([signed])).toEqual({
      default: [{ type: "reject" }],
      transports: {
        docker: {
          [`${signed.repository}@${digest}`]: [
            { type: "sigstoreSigned", keyData: key, signedIdentity: { type: "matchRepository" } },
          ],
        },
      },
    });
  });

  it("is the same in whatever order images come, and whatever white space ends a key", () => {
    const evidence = { kind: "signed", publicKey: `${key.trim()}\n\n` } as const;
    expect(imageSecurityPolicy([signed, byDigest])).toBe(imageSecurityPolicy([byDigest, { ...signed, evidence }]));
  });

  it("names an image once that two models share", () => {
    expect(imageSecurityPolicy([signed, { ...signed }])).toBe(imageSecurityPolicy([signed]));
  });

  it("lets no other image of a signed one's repository and key in", () => {
    const { transports } = read([signed]) as { transports: { docker: object } };
    expect(Object.keys(transports.docker)).toEqual([`${signed.repository}@${digest}`]);
  });

  it("is closed, by the check that init-data is held to", () => {
    expect(() => checkClosed(imageSecurityPolicy([byDigest, signed]))).not.toThrow();
  });

  it.each<[string, readonly ImageTrust[], RegExp]>([
    ["no image", [], /no image is named/],
    ["a repository without a registry", [{ ...byDigest, repository: "llama" }], /no repository with its registry/],
    ["a registry alone", [{ ...byDigest, repository: "nvcr.io" }], /no repository with its registry/],
    ["a registry that is no host name", [{ ...byDigest, repository: "*.io/x" }], /no repository with its registry/],
    ["a tag", [{ ...byDigest, repository: "nvcr.io/nim:1" }], /no repository with its registry/],
    ["capitals", [{ ...byDigest, repository: "nvcr.io/NIM" }], /no repository with its registry/],
    ["an empty part", [{ ...byDigest, repository: "nvcr.io//nim" }], /no repository with its registry/],
    ["a short name", [{ ...byDigest, repository: "docker.io/nginx" }], /short for docker.io\/library\/nginx/],
    ["a tag for a digest", [{ ...byDigest, digest: "latest" }], /"latest" is no digest/],
    ["a key that is no PEM", [{ ...signed, evidence: { kind: "signed", publicKey: "x" } }], /not one PEM public key/],
    [
      "a key with a private one beside it",
      [
        {
          ...signed,
          evidence: {
            kind: "signed",
            publicKey: `${key}-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n${key}`,
          },
        },
      ],
      /not one PEM public key/,
    ],
    [
      "two keys for an image",
      [signed, { ...signed, evidence: { kind: "signed", publicKey: publicKey() } }],
      /trusted by two different keys/,
    ],
  ])("refuses %s", (_, images, message) => {
    expect(() => imageSecurityPolicy(images)).toThrow(message);
  });
});

describe("a closed image policy", () => {
  const policy = (scopes: Record<string, unknown>) =>
    JSON.stringify({ default: [{ type: "reject" }], transports: { docker: scopes } });
  const anything = [{ type: "insecureAcceptAnything" }];

  it.each([
    ["rejects all", JSON.stringify({ default: [{ type: "reject" }] })],
    ["rejects a scope", policy({ "nvcr.io": [{ type: "reject" }] })],
    ["wants cosign's signatures", policy({ "nvcr.io": [{ type: "sigstoreSigned", keyData: key }] })],
    ["wants GPG signatures", policy({ "nvcr.io/nim": [{ type: "signedBy", keyType: "GPGKeys", keyData: "x" }] })],
    ["accepts one digest", policy({ [`nvcr.io/nim@${digest}`]: anything })],
  ])("%s", (_, json) => {
    expect(() => checkClosed(json)).not.toThrow();
  });

  it.each([
    ["is no text of JSON", "{", /not JSON/],
    ["is a list", "[]", /does not reject by default/],
    ["is null", "null", /does not reject by default/],
    ["says nothing", "{}", /does not reject by default/],
    ["accepts by default", JSON.stringify({ default: anything }), /does not reject by default/],
    [
      "rejects or accepts",
      JSON.stringify({ default: [{ type: "reject" }, ...anything] }),
      /does not reject by default/,
    ],
    ["accepts a whole transport", policy({ "": anything }), /scope "" accepts images without a signature/],
    ["accepts a registry", policy({ "nvcr.io": anything }), /scope "nvcr.io" accepts/],
    ["accepts a domain", policy({ "*.example": anything }), /scope "\*.example" accepts/],
    ["accepts a repository", policy({ "nvcr.io/nim": anything }), /scope "nvcr.io\/nim" accepts/],
    ["accepts a tag", policy({ "nvcr.io/nim:1": anything }), /accepts images without a signature/],
    ["has a scope without requirements", policy({ "nvcr.io/nim": [] }), /has no requirement/],
    ["has a scope that is no list", policy({ "nvcr.io/nim": "reject" }), /has no requirement/],
    ["has an unknown requirement", policy({ "nvcr.io/nim": [{ type: "hope" }] }), /type hope, which no guest knows/],
    [
      "is open in another transport",
      JSON.stringify({ default: [{ type: "reject" }], transports: { dir: { "": anything } } }),
      /accepts images without a signature/,
    ],
  ])("is not one that %s", (_, json, message) => {
    expect(() => checkClosed(json)).toThrow(message);
  });
});
