import { cpus, loadavg, totalmem } from "node:os";

/** What a part of the benchmarks has measured, as people read it and as files keep it. */
export interface Report {
  readonly part: string;
  readonly tables: readonly Table[];
  /** What two machines can be compared by. */
  readonly ratios: readonly Ratio[];
  /** Figures behind the tables, for who wants to compute. */
  readonly data?: unknown;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Ratio {
  readonly what: string;
  readonly value: number;
  /** What it should be at most. */
  readonly target?: number;
}

/** Median, with the least and the most in brackets where there is more than one value. */
export function spread(
  values: readonly number[],
  text: (value: number) => string = (value) => value.toFixed(1),
): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return "–";
  return sorted.length === 1 ? text(least) : `${text(median(sorted))} (${text(least)}–${text(most)})`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A ratio of medians. */
export function ratio(what: string, values: readonly number[], base: readonly number[], target?: number): Ratio {
  return { what, value: median(values) / median(base), ...(target !== undefined && { target }) };
}

export function markdown({ tables, ratios }: Report): string {
  const written = [...tables, ...(ratios.length > 0 ? [ratioTable(ratios)] : [])];
  return written
    .map(({ columns, rows }) =>
      [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join(""),
    )
    .join("\n");
}

function ratioTable(ratios: readonly Ratio[]): Table {
  const row = ({ what, value, target }: Ratio) => {
    if (!Number.isFinite(value)) return [what, "not measured", target === undefined ? "" : String(target)];
    return [what, value.toFixed(2), target === undefined ? "" : `${target}: ${value <= target ? "met" : "missed"}`];
  };
  return { columns: ["ratio", "value", "at most"], rows: ratios.map(row) };
}

/** The machine, and how busy it is with other things. */
export function machine(): string {
  return (
    `${cpus().length} CPUs (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ` +
    `load ${loadavg()[0]?.toFixed(1)}`
  );
}

/** Prints a report, and hands it to `npm run bench` where that has started this part. */
export function publish(report: Report): void {
  console.log(`\n${machine()}\n\n${markdown(report)}`);
  process.send?.(report);
}

/** One round where the user is in a hurry. */
export function roundsOf(rounds: number, args: readonly string[] = process.argv): number {
  return args.includes("--quick") ? 1 : rounds;
}
