import { describe, expect, it } from "vitest";
import { sha256 } from "../../../components/names";
import { readReleaseFile, releaseDigest, releaseFileText } from "../../../components/workload/releaseFile";
import { sampleRelease } from "../../support/release";

describe("a release file", () => {
  it("is read back as it was written, whatever order its fields were given in", () => {
    const release = sampleRelease();
    const reversed = Object.fromEntries(Object.entries(release).reverse()) as typeof release;
    expect(releaseFileText(reversed)).toBe(releaseFileText(release));
    expect(readReleaseFile(releaseFileText(release), releaseDigest(release))).toEqual({ release });
  });

  it("is refused when one byte differs from what was agreed upon", () => {
    const release = sampleRelease();
    const changed = releaseFileText(release).replace('"replicas":2', '"replicas":3');
    const reading = readReleaseFile(changed, releaseDigest(release));
    expect(reading).toHaveProperty("refusal", expect.stringContaining("was agreed upon with the model owner"));
  });

  it.each([
    [
      "a runtime class of no confidential kind is kept out by its format",
      '{"specVersion":"trustfoundry.dev/release/v1"}',
      /no release of format v0 \(specVersion/,
    ],
    ["an empty file", "", /not JSON/],
    ["an extra field", releaseFileText({ ...sampleRelease(), debug: true } as never), /no release of format v0/],
  ])("%s", (_what, text, says) => {
    expect(readReleaseFile(text, sha256(text))).toHaveProperty("refusal", expect.stringMatching(says));
  });
});
