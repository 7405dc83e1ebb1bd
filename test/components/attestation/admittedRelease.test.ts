import { describe, expect, it } from "vitest";
import { evidenceProblems } from "../../../components/attestation/acceptedEvidence";
import { keyWindow, rolloverNotices } from "../../../components/attestation/admittedRelease";
import { admit, sampleEvidence } from "../../support/evidence";
import { current, former, rolloverEnd } from "../../support/policyCases/guests";

const rollover = [{ release: current }, { release: former, until: rolloverEnd }];
const problems = (...admitted: Parameters<typeof evidenceProblems>[0]) => evidenceProblems(admitted, sampleEvidence());

describe("a rollover", () => {
  it("has the former release beside its successor, sharing keys, until a day", () => {
    expect(problems(...rollover)).toEqual([]);
    expect(keyWindow(rollover[1]!)).toEqual({
      from: Date.parse(former.validity.notBefore) / 1000,
      until: Date.parse(rolloverEnd) / 1000,
    });
  });

  it.each([
    ["no end of the former release", admit(current, former), /number 1 has a successor and no end/],
    ["an end and no successor", [{ release: current, until: rolloverEnd }], /number 2 has an end .*, but no successor/],
    ["an end of the current release", [{ release: current, until: rolloverEnd }, rollover[1]!], /number 2 has an end/],
    ["the same number twice", [...rollover, { release: current }], /number 2 stands twice/],
    [
      "an end before its beginning",
      [rollover[0]!, { release: former, until: "2026-10-01T00:00:00Z" }],
      /never be given/,
    ],
  ])("is refused with %s", (_, admitted, says) => {
    expect(problems(...admitted)).toEqual([expect.stringMatching(says)]);
  });

  it("is refused with an end that is no point in time", () => {
    expect(problems(rollover[0]!, { release: former, until: "soon" })).toContainEqual(
      expect.stringMatching(/"soon" is no point in time; write for example 2028/),
    );
    // A parser of dates alone would make two days more of it.
    expect(problems(rollover[0]!, { release: former, until: "2027-02-30T00:00:00Z" })).toContainEqual(
      expect.stringMatching(/"2027-02-30T00:00:00Z" is no point in time/),
    );
  });

  it.each([
    ["2026-11-01T00:00:00Z", undefined],
    ["2026-11-15T00:00:00Z", undefined],
    ["2026-11-16T00:00:00Z", { expired: false, text: /^release chat: .*number 1, gets keys for 29 more days/ }],
    ["2026-12-14T23:59:59Z", { expired: false, text: /for 0 more days, until 2026-12-15T00:00:00Z/ }],
    ["2026-12-15T00:00:01Z", { expired: true, text: /gets no keys since 2026-12-15T00:00:00Z; take it out/ }],
  ])("is spoken of before it ends, and afterwards: on %s", (today, expected) => {
    const notices = rolloverNotices(rollover, new Date(today));
    expect(notices).toEqual(
      expected ? [{ expired: expected.expired, text: expect.stringMatching(expected.text) }] : [],
    );
  });

  it("is none where only current releases stand", () => {
    expect(rolloverNotices(admit(current), new Date("2040-01-01T00:00:00Z"))).toEqual([]);
  });
});
