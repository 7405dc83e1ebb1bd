import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { completeSections } from "../../../stacks/presetFile";
import { Dice } from "../../../tooling/faults/dice";
import { corpus } from "../../../tooling/fuzz/corpus";
import { judge, polluted } from "../../../tooling/fuzz/judge";
import { corpusMaterial } from "../../../tooling/fuzz/material";
import { mutant } from "../../../tooling/fuzz/mutate";
import { readDescription } from "../../../tooling/rehearsal/description";
import { readStackFile } from "../../../tooling/review/stackFiles";
import { runMain } from "../../../tooling/ui";
import { root } from "../../support/factory";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "fuzz-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const sample = readFileSync(join(root, "Pulumi.rehearsal.yaml"), "utf8");
const laughs = (levels: number) =>
  ["a: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    .concat(Array.from({ length: levels }, (_, i) => `b${i}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(", ")}]`))
    .join("\n");
const indented = (text: string) => text.replace(/^/gm, "  ");

/** Texts that readers of YAML stumble over, by what they are. */
const texts: Readonly<Record<string, string | Buffer>> = {
  nothing: "",
  "a comment alone": "# none",
  "a word": "config",
  "a list": "- config",
  "no settings": "config:\n",
  "a list of settings": "config: [1, 2]",
  "a text for settings": "config: text",
  "two documents": "config: {}\n---\nconfig: {}\n",
  "a tab for an indent": "config:\n\ttrustfoundry:role: rehearsal",
  "an open quote": 'config: "',
  "an open bracket": `config: ${"[".repeat(2000)}`,
  "deep nesting": `config: ${"[".repeat(3000)}${"]".repeat(3000)}`,
  "deep settings": `config: ${"{a: ".repeat(2000)}1${"}".repeat(2000)}`,
  "a billion laughs": `${laughs(9)}\nconfig: {"trustfoundry:role": *a9}`,
  "laughs in the settings": `config:\n${indented(laughs(9))}\n`,
  "an anchor of itself": "config: &a { trustfoundry:role: *a }",
  "an unknown anchor": "config: { trustfoundry:role: *nobody }",
  "a merge key": `base: &base { trustfoundry:role: rehearsal }\nconfig:\n  <<: *base\n`,
  "a merge of no settings": "config:\n  <<: text\n",
  "the same key twice": "config:\n  trustfoundry:role: trust\n  trustfoundry:role: trust\n",
  "a key of settings": "config:\n  ? {a: 1}\n  : 2\n",
  "a key of none": "config:\n  null: 2\n  ~: 3\n",
  "a prototype": 'config:\n  __proto__: {polluted: true}\n  "trustfoundry:__proto__": {polluted: true}\n',
  "a constructor": 'config:\n  "trustfoundry:constructor": {prototype: {polluted: true}}\n',
  "a function": "config:\n  trustfoundry:role: !!js/function 'function(){}'\n",
  "an object of Python": "config: !!python/object/apply:os.system ['true']\n",
  "binary data": "config:\n  trustfoundry:role: !!binary aGVsbG8=\n",
  "a set": "config: !!set {a, b}\n",
  "a date": "config:\n  trustfoundry:role: !!timestamp 2026-01-01\n",
  "a huge number": `config:\n  trustfoundry:role: ${"9".repeat(5000)}\n`,
  "an unknown version": "%YAML 9.9\n---\nconfig: {}\n",
  "a null byte": "config:\u0000 {}\n",
  "an escape of terminals": 'config:\n  "trustfoundry:\\e[2Jrole": 1\n',
  "settings of others": `config:\n${Array.from({ length: 2000 }, (_, i) => `  other:a${i}: 1`).join("\n")}\n`,
  "no UTF-8": Buffer.from([0x63, 0x6f, 0x6e, 0xff, 0xfe, 0x3a, 0x20, 0x31]),
  "UTF-16": Buffer.from(`\ufeff${sample}`, "utf16le"),
  "the sample, cut off": sample.slice(0, sample.length / 2),
};

function put(name: string, text: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe("a file that is wrong", () => {
  it.each(Object.entries(texts))("is refused by one message as a description: %s", (_, text) => {
    const path = put("description.yaml", text);
    expect(judge(() => JSON.stringify(readDescription(path)), { marked: true })).toMatchObject({
      outcome: "refused",
      faults: [],
    });
    expect(polluted()).toBe(false);
  });

  it.each(Object.entries(texts))("is answered as a preset, or refused by one message: %s", (_, text) => {
    const project = mkdtempSync(join(directory, "project-"));
    mkdirSync(join(project, "settings"));
    writeFileSync(join(project, "settings", "trust.yaml"), text);
    const { faults } = judge(() => JSON.stringify(completeSections(project, { role: "trust" })), { marked: true });
    expect(faults).toEqual([]);
    expect(polluted()).toBe(false);
  });

  it.each(Object.entries(texts))("is answered as a stack's file, or refused by one message: %s", (_, text) => {
    put("Pulumi.dev.yaml", text);
    const { faults } = judge(() => JSON.stringify(readStackFile(directory, "dev", "the project") ?? null), {
      marked: true,
    });
    expect(faults).toEqual([]);
    expect(polluted()).toBe(false);
  });

  it("is no file at all", () => {
    const { faults } = judge(() => JSON.stringify(readDescription(directory)), { marked: true });
    expect(faults).toEqual([]);
  });
});

describe("a command", () => {
  it("ends with exit code 1 and one message for each of 50 wrong descriptions", async () => {
    const bases = corpus(corpusMaterial()).filter(({ name }) => name === "rehearsal");
    const dice = new Dice(50);
    let refused = 0;
    for (let index = 0; refused < 50; index++) {
      const { title, sections } = mutant(bases, dice, index);
      const prefixed = Object.fromEntries(
        Object.entries(sections).map(([key, value]) => [`trustfoundry:${key}`, value]),
      );
      const path = put("wrong.yaml", stringify({ config: prefixed }));
      if (judge(() => JSON.stringify(readDescription(path)), { marked: false }).outcome === "accepted") continue;
      refused++;
      const said: string[] = [];
      const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
      await runMain(() => Promise.resolve(void readDescription(path)));
      write.mockRestore();
      // A command does not live on for its channel; the tests that share this process do.
      process.channel?.ref();
      const { exitCode } = process;
      process.exitCode = undefined;
      expect(exitCode, title).toBe(1);
      expect(said, title).toHaveLength(1);
      expect(said[0], title).toMatch(/^\n✗ .*wrong\.yaml/);
      expect(said[0], title).not.toContain("defect");
    }
  });
});
