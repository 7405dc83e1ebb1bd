import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Release } from "../../../../components/workload/release";
import {
  documentText,
  releaseDigest,
  signRelease,
  unsignedDocument,
} from "../../../../components/workload/release/document";
import { verifyHistory } from "../../../../components/workload/release/history";
import { auditHistory } from "../../../../components/workload/release/historyAudit";
import type { ReleaseFile } from "../../../../components/workload/release/historyAudit";
import type { SignerPolicy } from "../../../../components/workload/release/signers";
import { sampleRelease } from "../../../support/release";
import { keys, signer } from "./keys";
import type { Holder } from "./keys";

/** A sound chain; `versions` tells the links apart. */
function chain(versions: readonly string[], start: readonly Release[] = []): Release[] {
  return versions.reduce<Release[]>(
    (links, modelVersion) => {
      const before = links.at(-1);
      const previous = before ? releaseDigest(before) : null;
      return [...links, sampleRelease({ modelVersion, history: { sequence: links.length + 1, previous } })];
    },
    [...start],
  );
}

const problem = (releases: readonly Release[]): string => {
  const reading = verifyHistory(releases);
  return "problem" in reading ? reading.problem : "sound";
};

describe("the history of a name", () => {
  const links = chain(["1", "2", "3", "4"]);
  const [first, second, third, fourth] = links as [Release, Release, Release, Release];

  it("is put in order, whatever order the files come in", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(links, { minLength: 4 }), (shuffled) => {
        expect(verifyHistory(shuffled)).toEqual({ history: links });
      }),
    );
  });

  it.each<[string, readonly Release[], RegExp]>([
    ["nothing", [], /there is no release/],
    ["a gap", [first, second, fourth], /number 3 is missing before number 4 of llama-8b; fetch what is missing/],
    ["several gaps", [first, fourth], /numbers 2 to 3 are missing before number 4/],
    ["no beginning", [second, third], /number 1 is missing/],
    ["the same release twice", [first, second, second], /number 2 of llama-8b is there twice/],
    [
      "a fork",
      [first, second, ...chain(["2b"], [first]).slice(1)],
      /number 2 of llama-8b exists with two contents .* the history forks/,
    ],
    [
      "a number that is used again",
      [first, second, third, sampleRelease({ history: { sequence: 3, previous: "f".repeat(64) } })],
      /number 3 is used by two releases .* different predecessors/,
    ],
    [
      "an exchanged link",
      [first, ...chain(["2b"], [first]).slice(1), third],
      /number 3 of llama-8b follows a release with digest .* one of the two was exchanged/,
    ],
    ["another name", [first, sampleRelease({ name: "other" })], /is of another chain/],
    [
      "another factory",
      [first, { ...second, factory: "acme-production" }],
      /made for acme-production, is of another chain/,
    ],
  ])("is refused with %s", (_what, releases, reason) => {
    expect(problem(releases)).toMatch(reason);
    expect(problem([...releases].reverse())).not.toBe("sound");
  });

  it("is refused after any change of a former release", () => {
    for (const index of [0, 1, 2]) {
      const changed = links.map((link, at) => (at === index ? { ...link, resources: ["acme/other/key"] } : link));
      expect(problem(changed)).toMatch(/was exchanged/);
    }
  });

  it("shows no fork to who sees one branch alone: the limit that its documentation names", () => {
    expect(problem(chain(["2b", "3b"], [first]))).toBe("sound");
  });
});

describe("an audit of the history", () => {
  const policy: SignerPolicy = { modelOwner: { threshold: 1, keys: [signer("bob"), signer("carol")] } };
  const now = new Date("2027-01-01T00:00:00Z");
  const links = chain(["1", "2", "3"]);

  const file = async (release: Release, ...holders: Holder[]): Promise<ReleaseFile> => {
    let document = unsignedDocument(release);
    for (const holder of holders) document = await signRelease({ document, key: keys[holder] });
    return { file: `${release.name}.${release.history.sequence}.release.json`, text: documentText(document) };
  };
  const files = async (...holders: Holder[]) =>
    Promise.all(links.map((release, index) => file(release, ...[holders[index] ?? []].flat())));
  const problems = async (given: readonly ReleaseFile[], signers = policy) => {
    const audit = await auditHistory(given, signers, now);
    return "problems" in audit ? audit.problems.join("\n") : "sound";
  };

  it("lists former releases whose signers are gone, since the newest vouches for them", async () => {
    const audit = await auditHistory(await files("alice", "alice", "bob"), policy, now);
    expect(audit).toHaveProperty(
      "entries",
      links.map((release, index) => ({
        release,
        digest: releaseDigest(release),
        signedBy: index === 2 ? ["bob"] : [],
      })),
    );
  });

  it("lists revoked releases, too: they could read prompts", async () => {
    const revokedReleases = [{ digest: releaseDigest(links[1] as Release), reason: "weights leaked" }];
    const audit = await auditHistory(await files("bob", "bob", "bob"), { ...policy, revokedReleases }, now);
    expect(audit).toHaveProperty("entries[1].revoked", "weights leaked");
  });

  it("asks for today's signatures of the newest", async () => {
    expect(await problems(await files("bob", "bob", "alice"))).toMatch(
      /llama-8b\.3\.release\.json is short of signatures/,
    );
  });

  it("refuses a former one whose signature does not fit", async () => {
    const [first, second, third] = await files("bob", "bob", "bob");
    const document = JSON.parse(second?.text ?? "") as { payload: string; signatures: unknown[] };
    const other = JSON.parse(first?.text ?? "") as { signatures: unknown[] };
    const forged = {
      file: "2",
      text: `${JSON.stringify({ payload: document.payload, signatures: other.signatures })}\n`,
    };
    expect(await problems([first, forged, third] as ReleaseFile[])).toMatch(/signature of bob that does not fit/);
  });

  it("names each file that cannot be read", async () => {
    const [first, , third] = await files("bob", "bob", "bob");
    const all = [first, { file: "broken", text: "{" }, third, { file: "empty", text: "" }] as ReleaseFile[];
    expect(await problems(all)).toMatch(/^broken is not JSON.*\nempty is not JSON/);
  });
});
