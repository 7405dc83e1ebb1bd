import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { writePrivate } from "../controlplane/files";
import type { StackState } from "../repair/state";
import { stateSchema } from "../repair/state";
import { UserError } from "../ui";
import { failureMessage } from "./diagnostics";
import type { StackRun } from "./stackRunner";
import { withStack } from "./stackRunner";

type Which = Pick<StackRun, "place" | "engine">;

/** A stack's whole state. What is encrypted in it stays so, other than by the Automation API's own export. */
export async function exportState(which: Which): Promise<StackState> {
  return stateSchema.parse(JSON.parse(await engine(which, ["stack", "export"])));
}

/** Replaces a stack's whole state. */
export async function importState(which: Which, state: StackState): Promise<void> {
  const file = join(which.place.directory, `import-${randomBytes(6).toString("hex")}.json`);
  writePrivate(file, JSON.stringify(state));
  try {
    await engine(which, ["stack", "import", "--file", file]);
  } finally {
    rmSync(file, { force: true });
  }
}

async function engine({ place, engine: programs }: Which, args: readonly string[]): Promise<string> {
  const selected = { place, engine: programs, program: () => Promise.resolve(), config: {}, policyPacks: [] };
  const run = await withStack(selected, ({ workspace }) =>
    execa(
      join(programs.pulumiRoot, "bin", "pulumi"),
      [...args, "--stack", place.stackName, "--non-interactive", "--color", "never"],
      {
        cwd: workspace.workDir,
        env: { ...workspace.envVars, ...(workspace.pulumiHome && { PULUMI_HOME: workspace.pulumiHome }) },
        reject: false,
        stdin: "ignore",
      },
    ),
  );
  if (run.exitCode === 0) return run.stdout;
  // The state itself is on the other stream.
  throw new UserError(
    failureMessage({
      operation: args.slice(0, 2).join(" "),
      stackName: place.stackName,
      violations: [],
      errors: [],
      error: new Error(run.stderr),
    }),
  );
}
