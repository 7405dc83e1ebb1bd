import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/factory";
import { anchors, codeBlocks, filesEnding, pages, prose } from "./pages";

const scripts = Object.keys(
  (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> }).scripts,
);

/** Why a link leads nowhere, or undefined. */
function broken(page: string, link: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (target.startsWith("..") || !existsSync(join(root, target))) return `${page}: ${link}: no such file`;
  if (anchor !== undefined && (statSync(join(root, target)).isDirectory() || !anchors(target).includes(anchor)))
    return `${page}: ${link}: no such heading`;
  return undefined;
}

describe("the documentation", () => {
  it("links to files and headings that exist", () => {
    const links = pages.flatMap((page) =>
      [...prose(page).matchAll(/\]\(<?([^)>\s]+)>?\)/g)]
        .map(([, link = ""]) => ({ page, link }))
        .filter(({ link }) => !/^[a-z]+:/.test(link)),
    );
    expect(links.length).toBeGreaterThan(20);
    expect(links.flatMap(({ page, link }) => broken(page, link) ?? [])).toEqual([]);
  });

  it("names npm scripts that exist", () => {
    const named = pages.flatMap((page) =>
      [...readFileSync(join(root, page), "utf8").matchAll(/\bnpm (?:run (?:--silent )?([a-z][\w:-]*)|(test)\b)/g)].map(
        ([, script, test]) => ({ page, script: script ?? test ?? "" }),
      ),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ script }) => !scripts.includes(script))).toEqual([]);
  });

  it("says of every fenced block what it is", () => {
    const bare = pages.flatMap((page) => codeBlocks(page).filter(({ language }) => language === ""));
    expect(bare).toEqual([]);
  });

  it("has the pages that code and messages refer to", () => {
    const references = filesEnding(".ts", ".mjs", ".js", ".yaml", ".json", ".tpl").flatMap((file) =>
      [...readFileSync(join(root, file), "utf8").matchAll(/(?<![\w/])docs\/[a-z-]+\.md\b/g)].map(([page]) => ({
        file,
        page,
      })),
    );
    expect(references.length).toBeGreaterThan(0);
    expect(references.filter(({ page }) => !existsSync(join(root, page)))).toEqual([]);
  });
});
