import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyLock } from "../../components/catalogLock";
import type { Release } from "../../components/workload/release";
import { releaseDigest } from "../../components/workload/release/document";
import type { SignerPolicy } from "../../components/workload/release/signers";
import type { TrustConfig } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import type { RehearsalMaterial } from "../../stacks/rehearsal";
import { deriveStacks } from "../../stacks/rehearsal";
import { ownReleases, receivedReleases } from "../../stacks/signedReleases";
import { issueReleases } from "../../tooling/rehearsal/ownerReleases";
import { root, sampleFactory, withValue } from "../support/factory";
import { caCertificate } from "../support/model";
import { sampleRelease } from "../support/release";
import { bothSign, signedMaterial, signedText, signers } from "../support/signing";

const now = new Date("2026-11-25T12:00:00Z");
const pins = { lock: emptyLock, simulated: true };

let material: RehearsalMaterial;
let own: TrustConfig;
beforeEach(async () => {
  material = await signedMaterial(sampleFactory(), caCertificate, now);
  own = parseAs("trust", deriveStacks(sampleFactory(), material).trust);
});
afterEach(() => rmSync(material.releases, { recursive: true }));

const fileOf = (name: string) => join(material.releases, `${name}.release.json`);
async function refusal(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "accepted",
    (error: unknown) => (error as Error).message,
  );
}

describe("a provider that was handed releases", () => {
  const receive = (releases: string[], changes: Partial<Parameters<typeof receivedReleases>[0]> = {}, at = now) =>
    receivedReleases(
      {
        handover: material.releases,
        releases,
        simulated: true,
        factory: "acme-rehearsal",
        signers: bothSign,
        parties: { modelOwner: "acme-models", dataOwner: "clinic-data" },
        ...changes,
      },
      at,
    );
  const put = async (release: Release, keys?: Parameters<typeof signedText>[1]) =>
    writeFileSync(fileOf(release.name), await signedText(release, keys));

  it("accepts those that both other parties signed, and no file that it does not mean to place", async () => {
    writeFileSync(fileOf("unwanted"), "{}");
    const { releases, warnings } = await receive(["llama-8b"]);
    expect(releases).toMatchObject([{ release: { name: "llama-8b" }, text: readFileSync(fileOf("llama-8b"), "utf8") }]);
    expect([...(releases[0]?.signedBy ?? [])].sort()).toEqual(["dataOwner (SIMULATED)", "modelOwner (SIMULATED)"]);
    expect(warnings).toEqual([]);
  });

  it("looks for them from the project's root, wherever the engine runs the program", async () => {
    const handover = relative(root, material.releases);
    const before = process.cwd();
    process.chdir(material.releases);
    try {
      expect((await receive(["llama-8b"], { handover })).releases).toHaveLength(1);
    } finally {
      process.chdir(before);
    }
  });

  it("refuses all others, with every reason at once", async () => {
    const sample = (changes: Partial<Release>) => sampleRelease(changes);
    const { modelOwner, dataOwner, stranger } = signers;
    await put(sample({ name: "short" }), [modelOwner]);
    await put(sample({ name: "forged" }), [stranger, dataOwner]);
    await put(sample({ name: "elsewhere", factory: "acme-staging" }));
    await put(sample({ name: "others", owner: "someone-else" }));
    await put(sample({ name: "real", simulated: false, measuredBy: "computed" }));
    const validity = { notBefore: "2026-01-01T00:00:00Z", notAfter: "2026-11-25T11:59:59Z" };
    await put(sample({ name: "expired", validity }));
    writeFileSync(fileOf("misnamed"), readFileSync(fileOf("llama-8b")));
    const tampered = JSON.parse(await signedText(sample({ name: "tampered" }))) as { payload: string };
    const payload = Buffer.from(tampered.payload, "base64url").toString().replace('"replicas":2', '"replicas":9');
    const keys = Object.entries({ ...tampered, payload: Buffer.from(payload).toString("base64url") }).sort();
    writeFileSync(fileOf("tampered"), `${JSON.stringify(Object.fromEntries(keys))}\n`);
    const names = ["absent", "short", "forged", "elsewhere", "others", "real", "expired", "misnamed", "tampered"];
    const message = await refusal(receive(names));
    const line = (name: string) => message.split("\n").find((each) => each.includes(`${name}.release.json`)) ?? "";
    expect(message).toMatch(/9 things in the configuration/);
    expect(line("absent")).toMatch(/releases\[0\]: there is no absent\.release\.json in .*release create/);
    expect(line("short")).toMatch(/dataOwner|data owner/);
    expect(line("forged")).toMatch(/modelOwner|model owner/);
    expect(line("elsewhere")).toMatch(/made for the factory acme-staging and means nothing in acme-rehearsal/);
    expect(line("others")).toMatch(/released by someone-else, not by acme-models/);
    expect(line("real")).toMatch(/real release and has no place in a rehearsal/);
    expect(line("expired")).toMatch(/expired at 2026-11-25T11:59:59Z/);
    expect(line("misnamed")).toMatch(/is the release of llama-8b, not of misnamed/);
    expect(line("tampered")).toMatch(/changed after it was signed/);
  });

  it("refuses what was revoked, by its digest and by the key that signed it", async () => {
    const release = sampleRelease();
    await put(release);
    const digest = releaseDigest(release);
    const revoked: SignerPolicy = { ...bothSign, revokedReleases: [{ digest, reason: "weights leaked" }] };
    expect(await refusal(receive(["llama-8b"], { signers: revoked }))).toMatch(/was revoked \(weights leaked\)/);
    const stolen = withValue(bothSign, ["modelOwner", "keys", 0, "revoked"], "stolen");
    expect(await refusal(receive(["llama-8b"], { signers: stolen }))).not.toBe("accepted");
  });

  it("refuses a simulated release outside a rehearsal", async () => {
    expect(await refusal(receive(["llama-8b"], { simulated: false }))).toMatch(/is SIMULATED, made for a rehearsal/);
  });

  it("hears of a release that ends soon", async () => {
    const { warnings } = await receive(["llama-8b"], {}, new Date("2027-11-20T00:00:00Z"));
    expect(warnings).toEqual([expect.stringMatching(/llama-8b\.release\.json: Its validity ends at 2027-11-25/)]);
  });
});

describe("the model owner's own releases", () => {
  const take = (config = own) => ownReleases(config, pins, now);
  const issueAgain = (config: TrustConfig, at = now) => issueReleases(config, signers, at);

  it("are those of its models, and what the declarations say today", async () => {
    const { releases } = await take();
    expect(releases.map(({ release }) => release.name)).toEqual(own.models.map(({ name }) => name));
  });

  it.each([
    ["image", "nvcr.io/nim/meta/llama-3.1-8b-instruct:1.13.2", /image/i],
    ["cpus", 32, /vCPU/],
    ["keys", ["acme/model-key/llama-8b", "acme/model-key/other"], /acme\/model-key\/other/],
    ["memoryGib", 96, /memory/i],
    ["command", ["serve"], /command|agent policy/i],
  ] as const)(
    "are refused after a change of %s, in words, until the next one is signed",
    async (field, value, says) => {
      const changed = withValue(own, ["models", 0, field], value);
      const message = await refusal(take(changed));
      expect(message).toMatch(/models\[0\] \(llama-8b\): release 1 was signed for something else: /);
      expect(message).toMatch(says);
      expect(await issueAgain(changed)).toEqual(["llama-8b 2"]);
      expect((await take(changed)).releases[0]?.release.history.sequence).toBe(2);
    },
  );

  it("are refused when accepted firmware is lowered behind the signers' back", async () => {
    const lowered = withValue(own, ["attestation", "snpTcb", "snp"], 1);
    expect(await refusal(take(lowered))).toMatch(/llama-8b.*(TCB|firmware).*25.*1/s);
  });

  it("chain to each other, and a former one is admitted until its day", async () => {
    const changed = withValue(own, ["models", 0, "cpus"], 32);
    await issueAgain(changed);
    const rolling = withValue(changed, ["models", 0, "formerReleaseUntil"], "2026-12-31T00:00:00Z");
    const { releases } = await take(rolling);
    const [current, former] = releases.filter(({ release }) => release.name === "llama-8b");
    expect(current).not.toHaveProperty("until");
    expect(current).toMatchObject({ release: { history: { sequence: 2, previous: former?.digest } } });
    expect(former).toMatchObject({ until: "2026-12-31T00:00:00Z", release: { history: { sequence: 1 } } });
  });

  it("refuse a former release that is not the one that the current one follows", async () => {
    const changed = withValue(own, ["models", 0, "cpus"], 32);
    await issueAgain(changed);
    const rolling = withValue(changed, ["models", 0, "formerReleaseUntil"], "2026-12-31T00:00:00Z");
    writeFileSync(join(material.releases, "llama-8b.1.release.json"), await signedText(sampleRelease()));
    expect(await refusal(take(rolling))).toMatch(/llama-8b\.1\.release\.json has the digest .*, and release 2 follows/);
    const first = withValue(own, ["models", 1, "formerReleaseUntil"], "2026-12-31T00:00:00Z");
    expect(await refusal(take(first))).toMatch(/no release before the first/);
  });

  it("are not issued again while nothing changes, and are before their validity ends", async () => {
    expect(await issueAgain(own)).toEqual([]);
    expect(await issueAgain(own, new Date("2027-11-01T00:00:00Z"))).toEqual([
      "llama-8b 2",
      "frontier-400b 2",
      "giant-1t 2",
    ]);
  });
});
