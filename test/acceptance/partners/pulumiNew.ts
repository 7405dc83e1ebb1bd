import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { root } from "../../support/factory";

export interface Place {
  /** Scratch directory of all projects of a test. */
  readonly directory: string;
  /** The generated project. */
  readonly project: string;
  /** What an installation would put into it. */
  readonly nodeModules: string;
  readonly binDir: string;
}

interface Ended {
  readonly exitCode: number;
  readonly all: string;
}

/** `pulumi new` from a template's directory, an absolute one; without answers it takes every default. */
export function pulumiNew(place: Place, template: string, args: readonly string[]): Promise<Ended> {
  return run(place, place.directory, [
    ...["pulumi", "new", template, "--name", "my-factory", "--description", "ours", "--dir", place.project, "--yes"],
    ...["--color", "never", ...args],
  ]);
}

/** Plain `pulumi` in the project, or another command there. */
export function pulumiIn(
  place: Place,
  args: readonly string[],
  kubeconfig?: string,
  command: readonly string[] = ["pulumi", ...args, "--stack", "dev", "--non-interactive", "--color", "never"],
): Promise<Ended> {
  return run(place, place.project, command, kubeconfig);
}

async function run(place: Place, cwd: string, command: readonly string[], kubeconfig?: string): Promise<Ended> {
  const [file = "", ...args] = command;
  const bin = join(place.directory, "bin");
  // Beside the project, which `pulumi new` wants to be empty; one for each, since all have the same name.
  const state = `${place.project}-state`;
  mkdirSync(state, { recursive: true });
  mkdirSync(bin, { recursive: true });
  try {
    symlinkSync(join(root, "test/support/languageHost.cjs"), join(bin, "pulumi-language-nodejs"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const { exitCode, all } = await execa(file, args, {
    cwd,
    env: {
      PATH: [bin, place.binDir, process.env.PATH].join(delimiter),
      PULUMI_HOME: join(place.directory, "home"),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "tried",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      SIMULATED_NODE_MODULES: place.nodeModules,
      ...(kubeconfig !== undefined && { KUBECONFIG: kubeconfig }),
    },
    reject: false,
    all: true,
    stdin: "ignore",
  });
  return { exitCode: exitCode ?? 1, all: all ?? "" };
}
