import { createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readSignerPolicy, signerPolicySchema } from "../../../../components/workload/release/signers";
import { keys, publicPem, rsa, signer } from "./keys";

const sound = {
  modelOwner: {
    threshold: 2,
    keys: [signer("alice"), signer("bob"), signer("carol", { notAfter: "2027-01-01T00:00:00Z" })],
  },
  dataOwner: { threshold: 1, keys: [signer("dan")] },
  revokedReleases: [{ digest: "a".repeat(64), reason: "weights leaked" }],
};
const problems = (policy: unknown): string => {
  const reading = readSignerPolicy(policy);
  return "problems" in reading ? reading.problems.join("\n") : "accepted";
};
const withKeys = (...modelOwner: unknown[]) => ({ modelOwner: { threshold: 1, keys: modelOwner } });

/** The same P-256 key in SPKI with a compressed point. */
function compressedPem(key: KeyObject): string {
  const { x = "", y = "" } = createPublicKey(key).export({ format: "jwk" });
  const sign = 2 + (Buffer.from(y, "base64url").at(-1)! & 1);
  const point = Buffer.concat([Buffer.from([sign]), Buffer.from(x, "base64url")]);
  // SEQUENCE of the algorithm (ecPublicKey, prime256v1) and a BIT STRING.
  const der = Buffer.concat([Buffer.from("3039301306072a8648ce3d020106082a8648ce3d030107032200", "hex"), point]);
  return `-----BEGIN PUBLIC KEY-----\n${der.toString("base64")}\n-----END PUBLIC KEY-----\n`;
}

describe("a signer policy", () => {
  it("is accepted with N of M keys, a second party and revocations", () => {
    expect(signerPolicySchema.parse(sound)).toEqual(sound);
  });

  it.each<[string, unknown, RegExp]>([
    ["nothing", null, /not right at the whole/],
    ["no model owner", { dataOwner: sound.dataOwner }, /modelOwner/],
    ["no threshold", { modelOwner: { threshold: 0, keys: [signer("alice")] } }, /modelOwner\.threshold/],
    [
      "more signers wanted than keys",
      { modelOwner: { threshold: 2, keys: [signer("alice")] } },
      /threshold: it is more than the 1 keys/,
    ],
    [
      "more signers wanted than keys that are not revoked",
      { modelOwner: { threshold: 2, keys: [signer("alice"), signer("bob", { revoked: "lost" })] } },
      /more than the 1 keys that are not revoked/,
    ],
    [
      "one key under two names",
      withKeys(signer("alice"), { ...signer("alice"), name: "alicia" }),
      /keys\.1\.publicKey: it is the key of modelOwner\.keys\.0 again/,
    ],
    [
      "one key in other line breaks",
      withKeys(signer("alice"), { name: "alicia", publicKey: `${publicPem(keys.alice)}\n\n` }),
      /is the key of modelOwner\.keys\.0 again/,
    ],
    [
      "one key with its point encoded otherwise, which would count although it is revoked",
      withKeys(signer("bob", { revoked: "stolen" }), { name: "bobby", publicKey: compressedPem(keys.bob) }),
      /is the key of modelOwner\.keys\.0 again/,
    ],
    [
      "one key for both parties",
      {
        modelOwner: { threshold: 1, keys: [signer("alice")] },
        dataOwner: { threshold: 1, keys: [{ ...signer("alice"), name: "x" }] },
      },
      /dataOwner\.keys\.0\.publicKey: it is the key of modelOwner\.keys\.0 again/,
    ],
    [
      "two keys of one name",
      withKeys(signer("alice"), { ...signer("bob"), name: "alice" }),
      /name of another key as well/,
    ],
    ["an RSA key", withKeys({ name: "r", publicKey: publicPem(rsa) }), /of a kind \(rsa\) that may not sign releases/],
    [
      "a private key",
      withKeys({ name: "p", publicKey: keys.alice.export({ type: "pkcs8", format: "pem" }).toString() }),
      /is a private key; write the public half/,
    ],
    ["no key", withKeys({ name: "n", publicKey: "ssh-ed25519 AAAA" }), /no PEM public key/],
    [
      "a broken key",
      withKeys({ name: "b", publicKey: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n" }),
      /cannot be read as a public key/,
    ],
    [
      "a day that does not exist",
      withKeys(signer("alice", { notAfter: "2027-02-31T00:00:00Z" })),
      /no point in time that exists/,
    ],
    [
      "a revocation without a reason",
      { ...withKeys(signer("alice")), revokedReleases: [{ digest: "a".repeat(64) }] },
      /revokedReleases\.0\.reason/,
    ],
    ["a further setting", { ...withKeys(signer("alice")), treshold: 2 }, /treshold/],
  ])("is refused with %s", (_what, policy, reason) => {
    expect(problems(policy)).toMatch(reason);
  });

  it("never repeats a private key that was given by mistake", () => {
    const pem = keys.alice.export({ type: "pkcs8", format: "pem" }).toString();
    expect(problems(withKeys({ name: "p", publicKey: pem }))).not.toContain(pem.split("\n")[1]);
  });
});
