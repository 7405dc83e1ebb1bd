import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runMain, UserError } from "../tooling/ui";
import type { Report } from "./report";
import { machine, markdown } from "./report";

/** What each part measures, in the order of docs/benchmarks.md. */
const parts = {
  rehearsal: "a rehearsal of the sample factory",
  policies: "what the rules cost a preview",
  measurement: "measuring guests",
  start: "the start of each program",
  state: "what a state costs",
  scale: "factories of many workloads",
} as const;
type Part = keyof typeof parts;

const usage =
  "npm run bench -- [part] [--quick] [--json <file>] [options of the part]\n\n" +
  "Measures what docs/benchmarks.md says; without a part, all of it, which takes hours.\n" +
  "--quick: one round each, and small sizes alone.\n\n" +
  Object.entries(parts)
    .map(([name, about]) => `  ${name.padEnd(12)} ${about}`)
    .join("\n");

export interface Request {
  readonly parts: readonly Part[];
  readonly json?: string;
  /** Handed on. */
  readonly rest: readonly string[];
}

/** Reads the command line; undefined where help is asked for. */
export function requestOf(args: readonly string[]): Request | undefined {
  const [first, ...others] = args;
  if (first === "--help" || first === "-h") return undefined;
  const named = first !== undefined && !first.startsWith("-");
  if (named && !isPart(first))
    throw new UserError(`There is no benchmark "${first}".`, `Write one of ${Object.keys(parts).join(", ")}.`);
  const rest = named ? others : [...args];
  const at = rest.indexOf("--json");
  const json = at < 0 ? undefined : rest[at + 1];
  if (at >= 0 && (json === undefined || json.startsWith("-")))
    throw new UserError("--json names no file.", "Write --json <file>.");
  if (at >= 0) rest.splice(at, 2);
  return {
    parts: named && isPart(first) ? [first] : (Object.keys(parts) as Part[]),
    ...(json !== undefined && { json }),
    rest,
  };
}

function isPart(name: string): name is Part {
  return Object.hasOwn(parts, name);
}

/** Each part is a program of its own: none measures what another one has left in memory. */
async function run(part: Part, rest: readonly string[], signal: AbortSignal): Promise<Report[]> {
  const reports: Report[] = [];
  const child = fork(join(__dirname, `${part}.ts`), [...rest], {
    execArgv: ["--import", require.resolve("tsx")],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    detached: true,
  });
  const interrupt = () => child.kill("SIGINT");
  signal.addEventListener("abort", interrupt, { once: true });
  child.on("message", (message) => reports.push(message as Report));
  const code = await new Promise<number | null>((ended, failed) => child.on("close", ended).on("error", failed));
  signal.removeEventListener("abort", interrupt);
  signal.throwIfAborted();
  if (code !== 0) throw new UserError(`The benchmark ${part} failed; what it said stands above.`);
  return reports;
}

if (require.main === module)
  void runMain(async (signal) => {
    const request = requestOf(process.argv.slice(2));
    if (!request) return console.log(usage);
    const reports: Report[] = [];
    for (const [index, part] of request.parts.entries()) {
      process.stderr.write(`[${index + 1}/${request.parts.length}] ${parts[part]}\n`);
      reports.push(...(await run(part, request.rest, signal)));
      // After each part, so that an interruption loses none that is done.
      if (request.json !== undefined)
        writeFileSync(resolve(request.json), `${JSON.stringify({ machine: machine(), reports }, null, 2)}\n`);
    }
    if (reports.length > 1)
      for (const report of reports) console.log(`\n## ${parts[report.part as Part]}\n\n${markdown(report)}`);
  });
