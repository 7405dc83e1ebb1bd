import { join } from "node:path";
import { execa } from "execa";
import { pythonEnvironment } from "../../../tooling/oracles/pythonEnvironment";
import { cacheRoot } from "../../../tooling/toolchain/cache";
import { root } from "../factory";
import type { Outcome, Workplace } from "./engine";
import { providerInputs } from "./programs";
import type { Wanted } from "./wanted";

const folder = join(root, "test/support/languages");

/** A Python with Pulumi's SDK, compared with its hashes, or why there is none here. */
export async function pulumiPython(): Promise<{ readonly python: string } | { readonly reason: string }> {
  try {
    const python = await pythonEnvironment(
      { name: "pulumi", file: join(folder, "requirements.txt") },
      {
        directory: join(cacheRoot(), "python"),
        env: process.env,
        signal: AbortSignal.timeout(240_000),
        show: () => undefined,
      },
    );
    return { python };
  } catch (error) {
    return { reason: `no Python with pulumi's SDK: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Runs the program in Python, which asks for the same components. */
export async function runPython(
  python: string,
  operation: "preview" | "up" | "destroy",
  place: Workplace,
  wanted: readonly Wanted[],
  context: string,
): Promise<Omit<Outcome, "findings">> {
  const request = { ...place, operation, wanted, provider: providerInputs(context) };
  const { stdout } = await execa(python, [join(folder, "consumer.py")], {
    input: JSON.stringify(request),
    cwd: place.directory,
    env: place.environment,
  });
  return JSON.parse(stdout) as Omit<Outcome, "findings">;
}
