import type { Box, FlowKind, LaidOutDiagram } from "../document";
import { flowKinds } from "../document";
import { flowWords } from "../sections/flowWords";
import { escaped } from "./escape";

/** The drawing: colours by classes, so that it follows the page's theme and prints. */
export function svg(diagram: LaidOutDiagram, id: string): string {
  const { width, height, title, description, regions, nodes, flows } = diagram;
  const used = flowKinds.filter((kind) => flows.some((flow) => flow.kind === kind));
  const parts = [
    `<title id="${id}-title">${escaped(title)}</title>`,
    `<desc id="${id}-desc">${escaped(description)}</desc>`,
    `<defs>${used.map((kind) => marker(id, kind)).join("")}</defs>`,
    ...regions.map((region) => regionSvg(region, region.kind)),
    // Lines before letters, so that no word is crossed out by one.
    ...flows.map(({ kind, points }) => flowPath(id, kind, points)),
    ...regions.map((region) => headSvg(region, region.kind, region.lines)),
    ...nodes.map((node) => cardSvg(node, node.lines)),
    ...flows.map(({ kind, label }) => labelSvg(kind, label, label.lines)),
  ];
  return (
    `<div class="scroll picture" role="region" tabindex="0" aria-labelledby="${id}-caption">` +
    `<figure><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ` +
    `aria-labelledby="${id}-title ${id}-desc">${parts.join("")}</svg>` +
    `<figcaption id="${id}-caption">${escaped(title)}</figcaption></figure></div>${legend(used)}`
  );
}

function marker(id: string, kind: FlowKind): string {
  return (
    `<marker id="${id}-${kind}" class="tip ${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">` +
    `<path d="M0 0L8 4L0 8z"/></marker>`
  );
}

function regionSvg({ x, y, width, height }: Box, kind: string): string {
  return `<g class="region ${kind}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/></g>`;
}

/** Letters with a halo in the region's own colour, since lines pass beneath them. */
function headSvg({ x, y }: Box, kind: string, lines: readonly string[]): string {
  const words = lines.map((line, index) => {
    const top = y + 12 + 15 + index * 17;
    return `<text class="${index === 0 ? "head" : "small"}" x="${x + 16}" y="${top}">${escaped(line)}</text>`;
  });
  return `<g class="title ${kind}">${words.join("")}</g>`;
}

function cardSvg({ x, y, width, height }: Box, lines: readonly string[]): string {
  const words = lines.map((line, index) => {
    const top = y + 11 + 14 + index * 16.5;
    return `<text class="${index === 0 ? "head" : "small"}" x="${x + 14}" y="${top}">${escaped(line)}</text>`;
  });
  return `<g class="card"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>${words.join("")}</g>`;
}

function flowPath(id: string, kind: FlowKind, points: LaidOutDiagram["flows"][number]["points"]): string {
  const path = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("");
  return `<path class="flow ${kind}" d="${path}" marker-end="url(#${id}-${kind})"/>`;
}

function labelSvg(kind: FlowKind, { x, y, width, height }: Box, lines: readonly string[]): string {
  const words = lines.map((line) => `<text x="${x + width / 2}" y="${y + height - 5}">${escaped(line)}</text>`);
  return `<g class="label ${kind}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="3"/>${words.join("")}</g>`;
}

/** Drawn in the page's own letters, beside what each frame means. */
function legend(used: readonly FlowKind[]): string {
  const frames = [
    ["tee", "inside the trust boundary"],
    ["trusted", "a party's own"],
    ["untrusted", "not trusted"],
    ["neutral", "others' services"],
  ] as const;
  const swatch = (what: string, word: string) =>
    `<li><svg class="swatch" viewBox="0 0 28 14" width="28" height="14" aria-hidden="true">${what}</svg>${escaped(word)}</li>`;
  const items = [
    ...frames.map(([kind, word]) =>
      swatch(`<g class="region ${kind}"><rect x="1" y="1" width="26" height="12" rx="3"/></g>`, word),
    ),
    ...used.map((kind) => swatch(`<path class="flow ${kind}" d="M1 7L27 7"/>`, flowWords[kind])),
  ];
  return `<ul class="legend" aria-label="Legend of the picture">${items.join("")}</ul>`;
}
