import type { Block, Cell, Inline, TableBlock } from "../document";
import { escaped } from "./escape";
import { svg } from "./svg";

/** Blocks as HTML. Every text goes through `escaped`, and no attribute but classes, ids and addresses is made of any. */
export function blockHtml(block: Block, ids: Ids): string {
  switch (block.kind) {
    case "text":
      return `<p>${inlines(block.of)}</p>`;
    case "notice":
      return `<p class="notice ${block.tone}">${inlines(block.of)}</p>`;
    case "list":
      return `<ul>${block.items.map((item) => `<li>${inlines(item)}</li>`).join("")}</ul>`;
    case "terms":
      return `<dl>${block.items.map(({ term, of }) => `<div><dt>${escaped(term)}</dt><dd>${lines(of)}</dd></div>`).join("")}</dl>`;
    case "table":
      return table(block, ids);
    case "diagram":
      return svg(block.diagram, ids.next("diagram"));
  }
}

/** Ids for captions, in the order in which they are asked for. */
export class Ids {
  private number = 0;

  next(what: string): string {
    this.number += 1;
    return `${what}-${this.number}`;
  }
}

/** A wide table scrolls in a region of its own, which the keyboard reaches, and whose name is its caption. */
function table({ caption, head, rows, wide }: TableBlock, ids: Ids): string {
  const id = ids.next("table");
  const headCells = head.map((title) => `<th scope="col">${escaped(title)}</th>`).join("");
  const body = rows.map(
    (row) =>
      `<tr>${row.map((of, index) => (index === 0 ? `<th scope="row">${lines(of)}</th>` : `<td>${lines(of)}</td>`)).join("")}</tr>`,
  );
  return (
    `<div class="scroll${wide ? " wide" : ""} c${head.length}" role="region" tabindex="0" aria-labelledby="${id}">` +
    `<table><caption id="${id}">${escaped(caption)}</caption>` +
    `<thead><tr>${headCells}</tr></thead><tbody>${body.join("")}</tbody></table></div>`
  );
}

function lines(of: Cell): string {
  if (of.length === 1) return inlines(of[0] ?? []);
  return of.map((line) => `<span class="line">${inlines(line)}</span>`).join("");
}

export function inlines(of: readonly Inline[]): string {
  return of.map(inline).join("");
}

function inline(of: Inline): string {
  if (typeof of === "string") return escaped(of);
  if ("code" in of) return `<code>${escaped(of.code)}</code>`;
  if ("strong" in of) return `<strong>${escaped(of.strong)}</strong>`;
  if ("badge" in of) return `<span class="badge ${of.tone}">${escaped(of.badge)}</span>`;
  // Nothing else may be followed: no script, no file, no plain http.
  return /^https:\/\//.test(of.url) ? `<a href="${escaped(of.url)}">${escaped(of.link)}</a>` : escaped(of.link);
}
