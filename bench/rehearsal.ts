import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { runMain } from "../tooling/ui";
import { ensureToolchain } from "../tooling/toolchain/ensure";
import { publish, ratio, roundsOf, spread } from "./report";

const rounds = roundsOf(3);
const root = resolve(__dirname, "..");

interface Round {
  /** Seconds until every control plane runs, and until the command ends with everything scheduled. */
  readonly controlPlanes: number;
  readonly all: number;
}

/** Runs a rehearsal command and notes when its control planes ran, by its own line about them. */
async function timed(home: string, command: string): Promise<Round> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const child = execa(process.execPath, [join(root, "tooling/bootstrap.mjs"), "tooling/rehearsal/cli.ts", command], {
    env: { TRUSTFOUNDRY_HOME: home, CI: "true" },
    stdin: "ignore",
    all: true,
  });
  let controlPlanes = Number.NaN;
  child.all?.on("data", (data: Buffer) => {
    if (Number.isNaN(controlPlanes) && data.toString().includes("✔ Control planes")) controlPlanes = seconds();
  });
  await child;
  return { controlPlanes, all: seconds() };
}

/** `npm run bench -- rehearsal`: how long a rehearsal of the sample takes with all tools in place. */
void runMain(async (signal) => {
  await ensureToolchain({ groups: ["engine", "controlPlane"], signal });
  const results: Record<string, Round[]> = {};
  for (let round = 0; round < rounds; round++) {
    const home = mkdtempSync(join(tmpdir(), "trustfoundry-bench-"));
    const note = async (name: string, command: string) => {
      signal.throwIfAborted();
      const result = await timed(home, command);
      (results[name] ??= []).push(result);
      console.log(`round ${round + 1}: ${name}: ${result.all.toFixed(1)} s`);
    };
    try {
      await note("first `up` of a new rehearsal", "up");
      await note("`up` again, nothing changed", "up");
      await timed(home, "down");
      await note("`up` after `down` (second start)", "up");
      await note("`destroy`", "destroy");
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }
  const names = Object.keys(results);
  const all = (name: string) => (results[name] ?? []).map((each) => each.all);
  const planes = (name: string) => (results[name] ?? []).map(({ controlPlanes }) => controlPlanes);
  const [first = "", ...others] = names;
  publish({
    part: "rehearsal",
    tables: [
      {
        columns: ["what", "control planes run, s", "all done, s"],
        rows: names.map((name) => [name, name.includes("destroy") ? "–" : spread(planes(name)), spread(all(name))]),
      },
    ],
    ratios: others.map((name) => ratio(`${name} / ${first}`, all(name), all(first))),
    data: results,
  });
});
