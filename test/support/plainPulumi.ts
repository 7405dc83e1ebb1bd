import { mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { openState } from "../../tooling/state/service";
import { root } from "./factory";

export interface PlainRun {
  /** Folder of the toolchain's programs. */
  readonly binDir: string;
  /** Folder for the stand-in language host. */
  readonly scratch: string;
  readonly stackName: string;
  /** The stack's own folder: settings, state, passphrase. */
  readonly directory: string;
  readonly kubeconfig: string;
}

/**
 * Runs the plain `pulumi` command in this checkout, as people do who have the official CLI: Pulumi.yaml says which
 * program, and how it is started. Only the language host is a stand-in.
 */
export async function plainPulumi(run: PlainRun, args: readonly string[]): Promise<{ exitCode: number; all: string }> {
  const bin = join(run.scratch, "bin");
  mkdirSync(bin, { recursive: true });
  const host = join(bin, "pulumi-language-nodejs");
  try {
    symlinkSync(join(root, "test/support/languageHost.cjs"), host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const state = await openState({ directory: join(run.directory, "state"), binDir: run.binDir });
  const settings = join(run.directory, `Pulumi.${run.stackName}.yaml`);
  const { exitCode, all } = await execa(
    join(run.binDir, "pulumi"),
    [...args, "--stack", run.stackName, "--config-file", settings, "--non-interactive", "--color", "never"],
    {
      cwd: root,
      env: {
        PATH: [bin, run.binDir, process.env.PATH].join(delimiter),
        KUBECONFIG: run.kubeconfig,
        ...state.environment,
        PULUMI_CONFIG_PASSPHRASE_FILE: join(run.directory, "passphrase"),
        PULUMI_HOME: join(run.directory, "home"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
      reject: false,
      all: true,
      stdin: "ignore",
    },
  ).finally(() => state.close());
  return { exitCode, all: all ?? "" };
}
