import type { Block, Cell, Inline, ReportDocument, Section, TableBlock } from "./document";
import { code as span } from "../review/text";
import { unbroken } from "./html/escape";

/** The same report as Markdown. The drawing is left out: the table after it says the same. */
export function markdown({ title, subtitle, simulated, sections }: ReportDocument): string {
  const parts = [
    `# ${plain(title)}`,
    ...(simulated ? ["**SIMULATED: nothing here is evidence of confidentiality**"] : []),
    plain(subtitle),
    ...sections.map(sectionMarkdown),
  ];
  return `${parts.join("\n\n")}\n`;
}

function sectionMarkdown({ title, blocks, parts = [] }: Section): string {
  return [
    `## ${plain(title)}`,
    ...blocks.map(blockMarkdown),
    ...parts.flatMap(({ title: name, blocks: own }) => [`### ${plain(name)}`, ...own.map(blockMarkdown)]),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case "text":
      return inlines(block.of).trim();
    case "notice":
      return `> ${inlines(block.of).trim()}`;
    case "list":
      return block.items.map((item) => `- ${inlines(item).trim()}`).join("\n");
    case "terms":
      return block.items.map(({ term, of }) => `- ${plain(term)}: ${lines(of)}`).join("\n");
    case "table":
      return table(block);
    case "diagram":
      return "";
  }
}

function table({ caption, head, rows }: TableBlock): string {
  return [
    `*${plain(caption)}*`,
    "",
    `| ${head.map(plain).join(" | ")} |`,
    `| ${head.map(() => "---").join(" | ")} |`,
    ...rows.map(
      (row) => `| ${row.map((of) => lines(of).replaceAll("|", "\\|").replaceAll("\\\\|", "\\|")).join(" | ")} |`,
    ),
  ].join("\n");
}

const lines = (of: Cell): string => of.map((line) => inlines(line).trim()).join(" · ");

function inlines(of: readonly Inline[]): string {
  return of.map(inline).join("");
}

function inline(of: Inline): string {
  if (typeof of === "string") return plain(of);
  if ("code" in of) return span(of.code);
  if ("strong" in of) return `**${plain(of.strong.trim())}**${of.strong.endsWith(" ") ? " " : ""}`;
  if ("badge" in of) return `**${plain(of.badge)}**`;
  return /^https:\/\/[^\s<>()]+$/.test(of.url) ? `[${plain(of.link)}](${of.url})` : plain(of.link);
}

/** Text that stays text: no emphasis, link, image, HTML, list or table comes of it. */
function plain(text: string): string {
  return unbroken(text)
    .replace(/[\\`*_{}[\]<>#~&!|]/g, "\\$&")
    .replace(/:\/\//g, ":\\/\\/")
    .replace(/\bwww\./gi, (found) => `${found.slice(0, -1)}\\.`)
    .replace(/@/g, "\\@")
    .replace(
      /^(\s*)([-+=]|\d+[.)])/,
      (_, before: string, mark: string) => `${before}${mark.slice(0, -1)}\\${mark.slice(-1)}`,
    );
}
