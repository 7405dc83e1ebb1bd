import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initDataDigest } from "../../../../components/guest/initData";
import { encodeInitData } from "../../../../components/guest/initDataAnnotation";
import { canonicalJson } from "../../../../components/names";
import type { Release } from "../../../../components/workload/release";
import {
  documentText,
  releaseDigest,
  releaseText,
  signRelease,
  unsignedDocument,
} from "../../../../components/workload/release/document";
import type { SignerPolicy } from "../../../../components/workload/release/signers";
import { verifyRelease } from "../../../../components/workload/release/verify";
import type { Expectation } from "../../../../components/workload/release/verify";
import { sampleRelease } from "../../../support/release";
import { keys, signer } from "./keys";
import type { Holder } from "./keys";

/** Two of three of the model owner's keys, and the data owner's. */
const policy: SignerPolicy = {
  modelOwner: { threshold: 2, keys: [signer("alice"), signer("bob"), signer("carol")] },
  dataOwner: { threshold: 1, keys: [signer("dan")] },
};
const now = new Date("2027-01-01T00:00:00Z");
const release = sampleRelease();

const initDataOf = (toml: string) => ({ annotation: encodeInitData(toml), digest: initDataDigest(toml) });

async function signed(holders: readonly Holder[], content: Release = release): Promise<string> {
  let document = unsignedDocument(content);
  for (const holder of holders) document = await signRelease({ document, key: keys[holder] });
  return documentText(document);
}

async function verdict(text: string, changes: Partial<Expectation> = {}) {
  const expected = {
    signers: policy,
    factory: "acme-rehearsal",
    owner: "acme-models",
    name: "llama-8b",
    simulated: true,
    now,
  };
  return verifyRelease(text, { ...expected, ...changes });
}

async function refusals(text: string, changes: Partial<Expectation> = {}): Promise<string> {
  const outcome = await verdict(text, changes);
  return "refusals" in outcome ? outcome.refusals.join("\n") : "accepted";
}

describe("a refusal", () => {
  it("spells out what a terminal would obey", async () => {
    const text = await signed(["alice", "bob", "dan"], { ...release, "\u001b[2J": 1 } as Release);
    expect(await refusals(text)).toContain("\\u{1b}[2J");
    expect(await refusals('{"\\u001b[2J":1}\n')).not.toContain("\u001b");
  });

  it("is none for a command of several lines, which is shown as JSON", async () => {
    const text = await signed(["alice", "bob", "dan"], { ...release, command: ["sh", "-c", "a\nb"] });
    expect(await refusals(text)).toBe("accepted");
  });
});

describe("verifying a release", () => {
  it("accepts one that enough of each party's keys signed", async () => {
    const outcome = await verdict(await signed(["alice", "carol", "dan"]));
    expect(outcome).toEqual({
      release,
      digest: releaseDigest(release),
      signedBy: expect.arrayContaining(["alice", "carol", "dan"]) as string[],
      warnings: [],
    });
  });

  it.each<[string, Holder[], RegExp]>([
    [
      "nobody signed",
      [],
      /^The release is unsigned: 0 of 2 by the model owner count; have 2 more of alice, bob, carol sign it\.\n.*data owner/,
    ],
    [
      "one key of two signed",
      ["alice", "dan"],
      /short of signatures: 1 of 2 by the model owner count \(alice\); have 1 more of bob, carol sign it/,
    ],
    ["the data owner did not sign", ["alice", "bob"], /0 of 1 by the data owner counts; have 1 more of dan sign it/],
    ["the data owner's key stands in for the model owner's", ["alice", "dan"], /1 of 2 by the model owner/],
    ["a stranger signed", ["alice", "mallory", "dan"], /the key [\w-]{43} is not in the signer policy/],
  ])("refuses one that %s", async (_what, holders, reason) => {
    expect(await refusals(await signed(holders))).toMatch(reason);
  });

  it("sets signatures aside that do not count, and says so, where others are enough", async () => {
    const outcome = await verdict(await signed(["alice", "bob", "dan", "mallory"]));
    expect(outcome).toHaveProperty("signedBy.length", 3);
    expect(outcome).toHaveProperty("warnings", [
      expect.stringMatching(/^One signature does not count: the key .{43} is not in/),
    ]);
  });

  describe("with keys that changed", () => {
    const rotating = (changes: Parameters<typeof signer>[1]): SignerPolicy => ({
      modelOwner: { threshold: 1, keys: [signer("alice", changes), signer("bob")] },
    });

    it("counts a key until it retires, with a warning in its last days", async () => {
      const signers = rotating({ notAfter: "2027-01-10T00:00:00Z" });
      const text = await signed(["alice"]);
      expect(await verdict(text, { signers })).toHaveProperty("warnings", [
        expect.stringMatching(/about to retire \(alice at 2027-01-10T00:00:00Z\)/),
      ]);
      expect(await refusals(text, { signers, now: new Date("2027-01-10T00:00:01Z") })).toMatch(
        /the key alice was retired at 2027-01-10T00:00:00Z; have 1 more of bob sign it/,
      );
    });

    it("accepts a release over a rotation that both the old and the new key signed", async () => {
      const text = await signed(["alice", "bob"]);
      const signers = rotating({ notAfter: "2026-12-01T00:00:00Z" });
      expect(await verdict(text, { signers })).toMatchObject({ signedBy: ["bob"] });
    });

    it("never counts a revoked key, whenever it signed", async () => {
      const signers = rotating({ revoked: "laptop stolen" });
      expect(await refusals(await signed(["alice"]), { signers })).toMatch(
        /the key alice is revoked \(laptop stolen\)/,
      );
      expect(await verdict(await signed(["alice", "bob"]), { signers })).toMatchObject({ signedBy: ["bob"] });
    });
  });

  it.each<[string, Partial<Release>, Partial<Expectation>, RegExp]>([
    [
      "another factory",
      {},
      { factory: "acme-production" },
      /made for the factory acme-rehearsal and means nothing in acme-production/,
    ],
    ["another owner", {}, { owner: "evil-models" }, /released by acme-models, not by evil-models/],
    ["another name", {}, { name: "llama-70b" }, /release of llama-8b, not of llama-70b/],
    ["a rehearsal, outside of one", {}, { simulated: false }, /is SIMULATED, made for a rehearsal/],
    ["a rehearsal, where none is expected", {}, { simulated: undefined }, /is SIMULATED/],
    ["a real factory, in a rehearsal", { simulated: false }, {}, /real release and has no place in a rehearsal/],
    ["a later time", {}, { now: new Date("2026-10-31T23:59:59Z") }, /not valid before 2026-11-01T00:00:00Z/],
    ["an earlier time", {}, { now: new Date("2027-11-01T00:00:01Z") }, /expired at 2027-11-01T00:00:00Z/],
    [
      "revoked ones",
      {},
      { signers: { ...policy, revokedReleases: [{ digest: releaseDigest(release), reason: "weights leaked" }] } },
      /was revoked \(weights leaked\)/,
    ],
    [
      "other init-data than it binds",
      { initData: { ...release.initData, digest: "b".repeat(64) } },
      {},
      /shows init-data with the digest [0-9a-f]{64}, but binds b{64}/,
    ],
    [
      "another agent policy than it names",
      { agentPolicy: { ...release.agentPolicy, digest: "d".repeat(64) } },
      {},
      /binds an agent policy with the digest [0-9a-f]{64}, but names d{64}/,
    ],
    [
      "no agent policy, so that its guests would allow the host everything",
      { initData: initDataOf('version = "0.1.0"\n') },
      {},
      /binds an agent policy with the digest \(none\)/,
    ],
    [
      "init-data that is none",
      { initData: { ...release.initData, annotation: "AAAA" } },
      {},
      /an init-data annotation that no guest could read/,
    ],
    [
      "text that a terminal would obey",
      { modelVersion: "1\u001b[8m" },
      {},
      /no release of format v1 \(modelVersion: holds a character that no screen shows/,
    ],
    ["text on lines of its own", { notMeasured: ["memory\n✓ all is well"] }, {}, /\(notMeasured\.0: holds a character/],
    ["text that turns around", { gpuClaims: { ...release.gpuClaims, vbios: ["\u202e1"] } }, {}, /gpuClaims\.vbios\.0/],
    ["a command that a terminal would obey", { command: ["serve", "\u009b2J"] }, {}, /command\.1/],
  ])("refuses a release of %s", async (_what, content, expected, reason) => {
    expect(await refusals(await signed(["alice", "bob", "dan"], { ...release, ...content }), expected)).toMatch(reason);
  });

  it("reports all that does not match at once", async () => {
    const text = await signed(["alice", "bob", "dan"]);
    const all = await refusals(text, {
      factory: "x",
      owner: "y",
      name: "z",
      simulated: false,
      now: new Date("2030-01-01T00:00:00Z"),
    });
    expect(all.split("\n")).toHaveLength(5);
    expect(all.split("\n").every((line) => /^The release .*\.$/.test(line))).toBe(true);
  });

  it("warns from fourteen days before the end", async () => {
    const text = await signed(["alice", "bob", "dan"]);
    expect(await verdict(text, { now: new Date("2027-10-17T23:59:59Z") })).toHaveProperty("warnings", []);
    expect(await verdict(text, { now: new Date("2027-10-18T00:00:00Z") })).toHaveProperty("warnings", [
      expect.stringMatching(/ends at 2027-11-01T00:00:00Z, in 14 days/),
    ]);
  });

  it("interprets nothing that is not signed: a hostile payload is refused for its signatures", async () => {
    const payload = Buffer.from(`{"specVersion":${"[".repeat(5000)}${"]".repeat(5000)}}`).toString("base64url");
    expect(await refusals(`${canonicalJson({ payload, signatures: [] })}\n`)).toMatch(/is unsigned/);
  });

  it("does not take one key's signature for another's", async () => {
    const document = await signRelease({ release, key: keys.mallory });
    const alice = await signRelease({ release, key: keys.alice });
    const forged = {
      ...document,
      signatures: [{ ...document.signatures[0], protected: alice.signatures[0]?.protected }],
    };
    expect(await refusals(`${canonicalJson(forged)}\n`)).toMatch(/changed after it was signed: the signature of alice/);
  });

  it("does not take a signature of another kind of document for a release's", async () => {
    // A key that is talked into another algorithm: ES256 in the header, and an Ed25519 key of that id.
    const document = await signRelease({ release, key: keys.alice });
    const header = JSON.parse(Buffer.from(document.signatures[0]?.protected ?? "", "base64url").toString()) as object;
    const changed = Buffer.from(JSON.stringify({ ...header, alg: "ES256" })).toString("base64url");
    const text = `${canonicalJson({ ...document, signatures: [{ ...document.signatures[0], protected: changed }] })}\n`;
    expect(await refusals(text)).toMatch(/changed after it was signed/);
  });
});

describe("a mutated document", { timeout: 60_000 }, () => {
  const strict: SignerPolicy = { modelOwner: { threshold: 2, keys: [signer("alice"), signer("bob")] } };

  it("is refused, whichever byte differs", async () => {
    const text = await signed(["alice", "bob"]);
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 0, max: 127 }), async (at, code) => {
        const other = String.fromCharCode(code);
        fc.pre(other !== text[at]);
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        expect(await refusals(changed, { signers: strict })).not.toBe("accepted");
      }),
      { numRuns: 600 },
    );
  });

  it("is refused at each byte of its last signature, where base64url has spare bits", async () => {
    const text = await signed(["alice", "bob"]);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (const end of [...text.matchAll(/"(?=[,}])/g)].map(({ index }) => index - 1))
      for (const other of alphabet)
        if (other !== text[end])
          expect(await refusals(text.slice(0, end) + other + text.slice(end + 1), { signers: strict })).not.toBe(
            "accepted",
          );
  });

  it("is refused, whichever field of the release differs, with signatures of the old one", async () => {
    const document = await signRelease({ document: await signRelease({ release, key: keys.alice }), key: keys.bob });
    for (const field of Object.keys(release)) {
      for (const value of [undefined, null, "other", 7, true, [], {}]) {
        const payload = Buffer.from(canonicalJson({ ...release, [field]: value })).toString("base64url");
        if (payload === document.payload) continue;
        const text = `${canonicalJson({ ...document, payload })}\n`;
        expect(await refusals(text, { signers: strict }), field).toMatch(/changed after it was signed/);
      }
    }
    expect(Buffer.from(document.payload, "base64url").toString()).toBe(releaseText(release));
    expect(await refusals(documentText(document), { signers: strict })).toBe("accepted");
  });
});
