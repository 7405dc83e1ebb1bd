import { createHash } from "node:crypto";
import type { ReportDocument, Section } from "../document";
import { blockHtml, Ids } from "./blocks";
import { escaped } from "./escape";
import { style } from "./style";

/** The whole page in one file: no script, no request, one style sheet which alone the policy lets in. */
export function html(document: ReportDocument): string {
  const { title, subtitle, simulated, sections } = document;
  const ids = new Ids();
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return [
    "<!doctype html>",
    `<html lang="en">`,
    "<head>",
    `<meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<meta name="referrer" content="no-referrer">`,
    `<meta name="color-scheme" content="light dark">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    `<a class="skip" href="#content">Skip to the report</a>`,
    "<header>",
    ...(simulated ? [`<p class="banner">SIMULATED: nothing here is evidence of confidentiality</p>`] : []),
    `<h1>${escaped(title)}</h1>`,
    `<p class="subtitle">${escaped(subtitle)}</p>`,
    "</header>",
    `<nav aria-label="Sections"><ol>${sections.map(({ id, title: name }) => `<li><a href="#${id}">${escaped(name)}</a></li>`).join("")}</ol></nav>`,
    `<main id="content" tabindex="-1">`,
    ...sections.map((section) => sectionHtml(section, ids)),
    "</main>",
    `<footer><p>Made by <code>trustfoundry report</code>. What each rule demands is in docs/policies.md, what each claim rests on in docs/claims.md.</p></footer>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function sectionHtml({ id, title, blocks, parts = [] }: Section, ids: Ids): string {
  const part = parts.map(
    ({ title: name, blocks: own }) =>
      `<h3>${escaped(name)}</h3>\n${own.map((block) => blockHtml(block, ids)).join("\n")}`,
  );
  return [
    `<section id="${id}" aria-labelledby="${id}-title">`,
    `<h2 id="${id}-title">${escaped(title)}</h2>`,
    ...blocks.map((block) => blockHtml(block, ids)),
    ...part,
    "</section>",
  ].join("\n");
}
