import { generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { servingKeyOf } from "../../../components/images/servingKey";
import type { ChannelFacts } from "../../../components/verdict/channel";
import { examineChannel, examineServingKey } from "../../../components/verdict/channel";

const newKey = (): KeyObject => generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
const [guest, other, serving] = [newKey(), newKey(), newKey()] as [KeyObject, KeyObject, KeyObject];
const spki = (key: KeyObject) => key.export({ type: "spki", format: "der" });
const jwk = (key: KeyObject) => key.export({ format: "jwk" });
const bound = (key: unknown, signed = true): ChannelFacts["bound"] => ({
  runtime: { nonce: "n", "tee-pubkey": key as never },
  signed,
});
const pem = serving.export({ type: "spki", format: "pem" }).toString();
const release = { owner: "acme", servingKey: servingKeyOf(pem, "acme/serving/key") };
const without = { owner: "acme" };
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;

/** Facts, and the grade of what they come to. */
const cases: readonly (readonly [string, ChannelFacts, string, RegExp])[] = [
  ["no connection", { bound: bound(jwk(guest)), release }, "notChecked", /no connection/],
  ["the key that the CPU signed", { observedSpki: spki(guest), bound: bound(jwk(guest)), release }, "verified", /bind/],
  [
    "the same with members that are no part of a key",
    { observedSpki: spki(guest), bound: bound({ ...jwk(guest), alg: "ES256" }), release: without },
    "verified",
    /bind/,
  ],
  [
    "an RSA key that the CPU signed",
    { observedSpki: spki(rsa), bound: bound(jwk(rsa)), release: without },
    "verified",
    /bind/,
  ],
  [
    "the evidence's key without a signature",
    { observedSpki: spki(guest), bound: bound(jwk(guest), false), release },
    "notChecked",
    /no signature/,
  ],
  [
    "another key than the evidence's",
    { observedSpki: spki(other), bound: bound(jwk(guest)), release: without },
    "failed",
    /relayed/,
  ],
  [
    "another key than the evidence's and the release's",
    { observedSpki: spki(other), bound: bound(jwk(guest)), release },
    "failed",
    /not the release's serving key/,
  ],
  [
    "the serving key with evidence of another",
    { observedSpki: spki(serving), bound: bound(jwk(guest)), release },
    "asserted",
    /which guest this is/,
  ],
  [
    "the serving key, which the CPU signed: the key broker's owner has it too",
    { observedSpki: spki(serving), bound: bound(jwk(serving)), release },
    "asserted",
    /the key broker gives/,
  ],
  ["the serving key alone", { observedSpki: spki(serving), release }, "asserted", /serving key/],
  [
    "the serving key of no release",
    { observedSpki: spki(serving), release: without },
    "failed",
    /names no serving key/,
  ],
  [
    "a token's key",
    { observedSpki: spki(guest), token: { key: jwk(guest), by: "AS" }, release: without },
    "asserted",
    /token/,
  ],
  [
    "another key than a token's",
    { observedSpki: spki(other), token: { key: jwk(guest), by: "AS" }, release: without },
    "failed",
    /relayed/,
  ],
  [
    "a key that comes with its private half",
    { observedSpki: spki(guest), bound: bound({ ...jwk(guest), d: "AA" }), release: without },
    "failed",
    /another/,
  ],
  [
    "a secret for a key",
    { observedSpki: spki(guest), bound: bound({ kty: "oct", k: "AA" }), release: without },
    "failed",
    /another/,
  ],
  ["no key in the evidence", { observedSpki: spki(guest), bound: bound({}), release: without }, "failed", /another/],
  [
    "an unreadable key",
    { observedSpki: Buffer.from("x"), bound: bound(jwk(guest)), release },
    "failed",
    /cannot be read/,
  ],
];

describe("a connection", () => {
  it.each(cases)("with %s", (_, facts, grade, says) => {
    const found = examineChannel(facts);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ check: "channel-key", claim: "channel-ends-in-guest", grade });
    expect(found[0]?.says).toMatch(says);
  });
});

describe("the serving key alone", () => {
  it("lets the key broker's owner vouch for the guest, and nobody else", () => {
    const found = examineServingKey({ observedSpki: spki(serving), release })?.findings ?? [];
    expect(found.map(({ claim }) => claim)).toContain("gpu-genuine");
    expect(new Set(found.map(({ grade, by }) => `${grade} ${by}`))).toEqual(
      new Set(["asserted the key broker of acme"]),
    );
  });

  it("says nothing of any other key", () => {
    expect(examineServingKey({ observedSpki: spki(other), release })).toBeUndefined();
    expect(examineServingKey({ release })).toBeUndefined();
    expect(examineServingKey({ observedSpki: spki(serving), release: without })).toBeUndefined();
  });
});
