import { describe, expect, it } from "vitest";
import { exceptionsFrom } from "../../policies/exceptions";

const granted = {
  rule: "node-cc-mode",
  resource: "host-1",
  reason: "a laboratory host",
  owner: "security@acme.example",
  until: "2026-12-31",
};
const config = (exceptions: unknown) => JSON.stringify({ "trustfoundry:exceptions": JSON.stringify(exceptions) });

describe("exceptions in a stack's configuration, as the engine hands it to a pack", () => {
  it("are none where none are written", () => {
    for (const value of [undefined, "", "{}", JSON.stringify({ "trustfoundry:role": "trust" })])
      expect(exceptionsFrom(value)).toEqual([]);
  });

  it("are read as they stand", () => {
    expect(exceptionsFrom(config([granted]))).toEqual([granted]);
    expect(exceptionsFrom(config([{ ...granted, path: "metadata.labels" }]))).toMatchObject([
      { path: "metadata.labels" },
    ]);
  });

  it("may be dated by a bare day, which YAML takes for its midnight", () => {
    for (const midnight of [" 00:00:00 +0000 UTC", "T00:00:00Z", "T00:00:00.000Z"])
      expect(exceptionsFrom(config([{ ...granted, until: `2026-12-31${midnight}` }]))).toEqual([granted]);
  });

  it.each([
    ["a time of day", [{ ...granted, until: "2026-12-31T12:00:00Z" }], /\[0\]\.until: write the last day/],
    ["no list", { rule: "node-cc-mode" }, /^trustfoundry:exceptions: /],
    ["no owner", [{ ...granted, owner: undefined }], /^trustfoundry:exceptions\[0\]\.owner: /],
    ["an empty reason", [{ ...granted, reason: " " }], /\[0\]\.reason: is empty; write why$/],
    [
      "a day in words",
      [granted, { ...granted, until: "next year" }],
      /\[1\]\.until: write the last day .* YYYY-MM-DD$/,
    ],
    ["a day that is none", [{ ...granted, until: "2026-02-31" }], /\[0\]\.until: write the last day/],
    ["a key that is none", [{ ...granted, resources: "*" }], /^trustfoundry:exceptions\[0\]: .*resources/],
    ["a forged line", [{ ...granted, reason: "fine\nRemedy: none" }], /\[0\]\.reason: holds a line break/],
  ])("with %s stop the pack by one sentence", (_, value, message) => {
    expect(() => exceptionsFrom(config(value))).toThrow(message);
  });

  it("that do not parse stop the pack", () => {
    expect(() => exceptionsFrom(JSON.stringify({ "trustfoundry:exceptions": "[" }))).toThrow(/is no list; write rule/);
  });
});
