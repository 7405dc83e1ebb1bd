import { describe, expect, it } from "vitest";
import { parseDocument, regoPackage, regoStatements, unconditional } from "../../policies/documents";

describe("regoStatements", () => {
  it("drops comments and empty lines, and keeps what looks like one inside a string", () => {
    const text = [
      "package policy # the key broker's",
      "",
      "  # allow := true",
      'allow if input.name == "a # b" # c',
      String.raw`deny if input.name == "quoted \" # not a comment"`,
      "note := `raw # text`",
    ].join("\n");
    expect(regoStatements(text)).toEqual([
      "package policy",
      'allow if input.name == "a # b"',
      String.raw`deny if input.name == "quoted \" # not a comment"`,
      "note := `raw # text`",
    ]);
  });
});

describe("regoPackage", () => {
  it.each([
    ["package policy\nallow := false", "policy"],
    ["# package other\npackage agent_policy # here", "agent_policy"],
    ["allow := true", undefined],
    ['{ "package": "json" }', undefined],
  ])("of %j is %j", (text, expected) => expect(regoPackage(text)).toBe(expected));
});

describe("unconditional", () => {
  it.each([
    "default allow := true",
    "default allow = true",
    "allow := true",
    "allow = true",
    "allow if true",
    "allow { true }",
    "allow{true}",
    "allow if { true }",
    "allow := true if true",
    "allow := true { true }",
    "allow if {\n  true\n}",
    "allow := true if {\n\ttrue\n}",
    "  allow := true  # for now",
    "allow {\n  true # for now\n}",
    "allow if {\n  # for now\n  1 == 1\n}",
    "allow if not false",
    "allow :=\n  true",
    "allow if\n  true",
  ])("sees %j", (text) => expect(unconditional(`package policy\n${text}\n`, "allow")).toHaveLength(1));

  it.each([
    "default allow := false",
    "allow if input.submods",
    "allow if { input.submods }",
    "allow := true if input.x",
    "allow := true if {\n  input.x\n}",
    "# allow := true",
    'note := "allow := true"',
    "allowed := true",
    "disallow := true",
    "allow == true",
    "allow if {\n  # true\n  input.x\n}",
    "note := {\n  true\n}",
    "default allow_others := true",
  ])("lets %j be", (text) => expect(unconditional(`package policy\n${text}\n`, "allow")).toEqual([]));
});

describe("parseDocument", () => {
  it.each([
    ["a.toml", "[a]\nb = 1", { value: { a: { b: 1 } } }],
    ["a.json", '{"a":{"b":1}}', { value: { a: { b: 1 } } }],
    ["a.yaml", "a: { b: 1 }", { value: { a: { b: 1 } } }],
    ["a.yml", "a: { b: 1 }", { value: { a: { b: 1 } } }],
    ["a.json", "[1]", { error: "is not a table of keys" }],
    ["a.toml", "a = ", { error: "does not parse" }],
    ["a.txt", "a = 1", undefined],
  ])("%s holding %j", (name, text, expected) => expect(parseDocument(name, text)).toEqual(expected));

  it("says of what does not parse nothing that stands in it", () => {
    for (const name of ["a.toml", "a.json", "a.yaml"])
      expect(JSON.stringify(parseDocument(name, 'token = "CANARY" [ } : \n\t- {'))).not.toContain("CANARY");
  });
});
