import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { Command } from "commander";
import { packNames } from "../../policies/pack";
import type { PackName } from "../../policies/pack";
import { projectOf } from "../project";
import { checkout, ensureToolchain } from "../toolchain/ensure";
import { UserError } from "../ui";
import type { FactoryReading } from "../report/reading";
import type { Format } from "../report/write";

interface Options {
  readonly state?: readonly string[];
  readonly preview?: readonly string[];
  readonly settings?: string;
  readonly format: string;
  readonly out?: string;
  readonly pack: string;
  readonly date?: string;
}

const fileNames: Readonly<Record<Format, string>> = { html: "report.html", markdown: "report.md" };

/** `report`: one page about a factory: its parties, its trust boundary, who is stopped from what, and what is not covered. */
export function addReportCommand(root: Command, signal: AbortSignal): void {
  root
    .command("report")
    .description(
      "Writes one page about a factory: parties, trust boundary, controls in force, who is stopped from reaching what, and what is not covered.",
    )
    .option(
      "--state <path...>",
      "exported states (`pulumi stack export`) beside their Pulumi.<stack>.yaml, or stacks' folders",
    )
    .option("--preview <file...>", "Pulumi.<stack>.yaml files, previewed without cluster and secrets instead")
    .option("--settings <folder>", "where Pulumi.<stack>.yaml lies when it is not beside the state")
    .option("--format <format>", "html or markdown", "html")
    .option("--out <file>", "what to write; default: report.html or report.md")
    .option("--pack <name>", `the policy pack that judges: ${packNames.join(", ")}`, "baseline")
    .option(
      "--date <day>",
      "day that ends of exceptions and releases are compared with, as YYYY-MM-DD; default: the newest state's",
    )
    .addHelpText("after", "\nStacks that are named together are one factory. The same input gives the same bytes.")
    .action(async (options: Options) => {
      const format = formatOf(options.format);
      const reading = await readingOf(options, packOf(options.pack), signal);
      const { writeReport } = await import("../report/write.js");
      const [written] = await writeReport(reading, { [format]: options.out ?? fileNames[format] });
      console.log(`Written: ${written}`);
    });
}

async function readingOf(options: Options, pack: PackName, signal: AbortSignal): Promise<FactoryReading> {
  const { state, preview, settings } = options;
  if ((state === undefined) === (preview === undefined))
    throw new UserError(
      state === undefined ? "Nothing is named to report on." : "--state and --preview are both named.",
      "Write --state with exported states or stacks' folders, or --preview with Pulumi.<stack>.yaml files.",
    );
  const today = dayOf(options.date);
  if (state !== undefined) {
    const { readState } = await import("../report/sources/state.js");
    return readState({
      paths: state,
      pack,
      ...(settings !== undefined && { settings }),
      ...(today !== undefined && { today }),
    });
  }
  if (settings !== undefined)
    throw new UserError("--settings belongs to --state; a preview is of the files that it names.");
  for (const file of preview ?? []) requireOwnProject(file);
  const { readPreview } = await import("../report/sources/preview.js");
  const { pulumiRoot, binDir } = await ensureToolchain({ groups: ["engine"], signal });
  return readPreview({
    root: checkout,
    files: preview ?? [],
    pack,
    engine: { pulumiRoot, binDir },
    ...(today !== undefined && { today }),
    signal,
    onProgress: (file) => console.log(`Previewing ${file} …`),
  });
}

/** A generated project's presets are read by no preview here; what it has deployed is. */
function requireOwnProject(file: string): void {
  const project = projectOf(dirname(file));
  if (realpathSync(project) !== realpathSync(checkout))
    throw new UserError(
      `${file} belongs to ${project}, a project of its own, whose presets a preview for a report does not read.`,
      "Export the stack's state and name it with --state.",
    );
}

function formatOf(text: string): Format {
  if (text === "html" || text === "markdown") return text;
  throw new UserError(`--format ${text} is none; write html or markdown.`);
}

function packOf(name: string): PackName {
  const found = packNames.find((pack) => pack === name);
  if (!found) throw new UserError(`--pack ${name} is no pack; write one of ${packNames.join(", ")}.`);
  return found;
}

export function dayOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  // 31 February is read as a day in March.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text)
    throw new UserError(`--date ${text} is no day; write YYYY-MM-DD.`);
  return text;
}
