import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { ExecaChildProcess } from "execa";
import { inject } from "vitest";
import { stringify } from "yaml";
import { root, sampleSections } from "./factory";

export interface CliResult {
  readonly exitCode: number;
  /** Standard output and standard error, as they came. */
  readonly all: string;
}

/** The rehearsal as its users run it: the very command behind `npm run rehearse`, with a home of its own. */
export class RehearsalCli {
  readonly home: string;
  /** Everything that any command has printed. */
  transcript = "";

  constructor(
    readonly name: string,
    home?: string,
  ) {
    this.home = home ?? mkdtempSync(join(tmpdir(), "trustfoundry-rehearsal-"));
  }

  get root(): string {
    return join(this.home, this.name);
  }

  start(args: readonly string[]): ExecaChildProcess {
    return execa(process.execPath, [join(root, "tooling/bootstrap.mjs"), "tooling/rehearsal/cli.ts", ...args], {
      // As users have it: with every checkpoint, whatever other tests do without.
      env: {
        TRUSTFOUNDRY_HOME: this.home,
        CI: "true",
        PULUMI_EXPERIMENTAL: undefined,
        PULUMI_SKIP_CHECKPOINTS: undefined,
      },
      cwd: this.home,
      reject: false,
      all: true,
      stdin: "ignore",
    });
  }

  async run(...args: readonly string[]): Promise<CliResult> {
    const [command = "up", ...rest] = args;
    const { exitCode, all } = await this.start([command, "--name", this.name, ...rest]);
    this.transcript += all ?? "";
    return { exitCode: exitCode ?? -1, all: all ?? "" };
  }

  /** Writes the sample description with a change, and returns its path. */
  describe(change: (sections: Record<string, unknown>) => void = () => undefined, file = "factory.yaml"): string {
    const sections = sampleSections();
    change(sections);
    const config = Object.fromEntries(Object.entries(sections).map(([key, value]) => [`trustfoundry:${key}`, value]));
    mkdirSync(this.home, { recursive: true });
    const path = join(this.home, file);
    writeFileSync(path, stringify({ config }));
    return path;
  }

  /** Objects as one party sees them, by kubectl itself: quicker than by the command, which has a test of its own. */
  async get<T>(as: "trust" | "provider" | "deployer", ...args: readonly string[]): Promise<T[]> {
    return (JSON.parse(await this.kubectl(as, "get", ...args, "-o", "json")) as { items: T[] }).items;
  }

  /** What kubectl prints with one party's credentials; the sample's one provider is northern-metal. */
  async kubectl(as: "trust" | "provider" | "deployer", ...args: readonly string[]): Promise<string> {
    const cluster = as === "trust" ? "trust" : "provider-northern-metal";
    const user = as === "trust" ? "trust" : `${as}-northern-metal`;
    const kubeconfig = join(this.root, "control-planes", cluster, "credentials", `${user}.kubeconfig`);
    const { stdout, stderr, failed } = await execa(
      join(inject("toolchain").binDir, "kubectl"),
      ["--kubeconfig", kubeconfig, ...args],
      { reject: false },
    );
    // `can-i` answers "no" by its exit code, too.
    if (failed && stdout === "") throw new Error(stderr);
    return stdout;
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
