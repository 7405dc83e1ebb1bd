import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { describe, expect, it } from "vitest";
import { rules } from "../../../policies/rules";
import { generatedPages } from "../../../tooling/docs/pages";
import { rulesIndex } from "../../../tooling/docs/rulesIndex";
import { root } from "../../support/factory";

const formatted = async (path: string, text: string) =>
  format(text, { ...(await resolveConfig(join(root, path))), filepath: join(root, path) });

describe("pages made from the rules", () => {
  it.each([...generatedPages()])("%s is the one that `npm run docs` makes", async (path, text) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(await formatted(path, text));
  });

  it("are one a rule, and no page of a rule that is gone", () => {
    expect(readdirSync(join(root, "docs/rules")).sort()).toEqual(rules.map(({ id }) => `${id}.md`).sort());
  });

  it("the list of rules has every file", async () => {
    const path = "policies/rules/index.ts";
    expect(readFileSync(join(root, path), "utf8")).toBe(
      await formatted(path, rulesIndex(join(root, "policies/rules"))),
    );
  });
});
