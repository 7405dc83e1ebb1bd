import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/factory";

const notOurs = new Set([".git", "node_modules", "coverage"]);

/** Files of this checkout with one of these endings; paths from its root. */
export function filesEnding(...endings: readonly string[]): string[] {
  const walk = (directory: string): string[] =>
    readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : walk(path);
      return entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)) ? [path] : [];
    });
  return walk("").sort();
}

/** All pages of the documentation. */
export const pages = filesEnding(".md");

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** Line of the page on which its content begins. */
  readonly line: number;
}

/** Fenced blocks of a page, indented ones among them. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { indent: string; language: string; line: number; lines: string[] } | undefined;
  readFileSync(join(root, page), "utf8")
    .split("\n")
    .forEach((line, index) => {
      const fence = /^(\s*)```(\S*)\s*$/.exec(line);
      if (fence && !open) open = { indent: fence[1] ?? "", language: fence[2] ?? "", line: index + 2, lines: [] };
      else if (fence && open) {
        blocks.push({ language: open.language, text: open.lines.join("\n"), line: open.line });
        open = undefined;
      } else open?.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    });
  return blocks;
}

/** A page without its code, whose brackets and hashes are no Markdown. */
export function prose(page: string): string {
  return readFileSync(join(root, page), "utf8")
    .replace(/^(\s*)```[\s\S]*?^\s*```\s*$/gm, "")
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()#]/g, " "));
}

/** What a heading is called in a link, as GitHub makes it. */
export function anchors(page: string): string[] {
  const source = readFileSync(join(root, page), "utf8").replace(/^(\s*)```[\s\S]*?^\s*```\s*$/gm, "");
  return [...source.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}
