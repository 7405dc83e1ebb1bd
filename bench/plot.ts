/** A curve over the number of workloads. */
export interface Curve {
  readonly title: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Plot {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly curves: readonly Curve[];
}

const width = 640;
const height = 400;
const margin = { left: 64, right: 176, top: 44, bottom: 52 };

/** Okabe and Ito's colours, told apart with every kind of sight; each reads on white and on black. */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9"];

/**
 * A plot with both axes logarithmic, on which growth by a power is a straight line, as SVG. The same figures give the same
 * bytes. Text and axes follow the reader's light or dark scheme.
 */
export function plotSvg({ title, xTitle, yTitle, curves }: Plot): string {
  const points = curves.flatMap((curve) => curve.points).filter(({ x, y }) => x > 0 && y > 0);
  if (points.length === 0) throw new Error(`the plot "${title}" has no points`);
  const x = axis(
    points.map((point) => point.x),
    margin.left,
    width - margin.right,
  );
  const y = axis(
    points.map((point) => point.y),
    height - margin.bottom,
    margin.top,
  );
  const [left, right, top, bottom] = [margin.left, width - margin.right, margin.top, height - margin.bottom];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    "<style>text{font:12px sans-serif;fill:#1f2328}.axis{stroke:#59636e}.grid{stroke:#d1d9e0}" +
      "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.axis{stroke:#9198a1}.grid{stroke:#3d444d}}</style>",
    text(left, 22, title, "start", ' font-weight="bold"'),
    ...x.ticks.map((tick) => line("grid", x.at(tick), top, x.at(tick), bottom)),
    ...y.ticks.map((tick) => line("grid", left, y.at(tick), right, y.at(tick))),
    line("axis", left, bottom, right, bottom),
    line("axis", left, top, left, bottom),
    ...x.ticks.map((tick) => text(x.at(tick), bottom + 18, label(tick), "middle")),
    ...y.ticks.map((tick) => text(left - 8, y.at(tick) + 4, label(tick), "end")),
    text((left + right) / 2, height - 12, xTitle, "middle"),
    text(left, top - 8, yTitle, "start"),
    ...curves.flatMap((curve, index) => drawn(curve, colours[index % colours.length] ?? "", index, x.at, y.at)),
    "</svg>",
    "",
  ].join("\n");
}

function drawn(
  { title, points }: Curve,
  colour: string,
  index: number,
  x: (value: number) => number,
  y: (value: number) => number,
): string[] {
  const visible = points.filter((point) => point.x > 0 && point.y > 0).sort((a, b) => a.x - b.x);
  const places = visible.map((point) => `${x(point.x)},${y(point.y)}`);
  const at = margin.top + 8 + index * 20;
  const legend = width - margin.right + 14;
  return [
    `<polyline points="${places.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...visible.map((point) => `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="3.5" fill="${colour}"/>`),
    `<rect x="${legend}" y="${at - 9}" width="10" height="10" fill="${colour}"/>`,
    text(legend + 16, at, title, "start"),
  ];
}

interface Axis {
  readonly at: (value: number) => number;
  /** Powers of ten, from the one below the least value to the one above the most. */
  readonly ticks: readonly number[];
}

function axis(values: readonly number[], from: number, to: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    at: (value) => rounded(from + ((Math.log10(value) - low) / (high - low)) * (to - from)),
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
  };
}

function label(value: number): string {
  return value >= 1 ? value.toLocaleString("en", { useGrouping: true }) : String(Number(value.toPrecision(1)));
}

function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${kind}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
}

function text(x: number, y: number, content: string, anchor: string, more = ""): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}"${more}>${escaped(content)}</text>`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
