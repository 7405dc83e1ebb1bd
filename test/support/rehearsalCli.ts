import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { ExecaChildProcess } from "execa";
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
      env: { TRUSTFOUNDRY_HOME: this.home, CI: "true" },
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

  /** Objects as one party sees them. */
  async get<T>(as: string, ...args: readonly string[]): Promise<T[]> {
    const { exitCode, all } = await this.run("kubectl", "--as", as, "get", ...args, "-o", "json");
    if (exitCode !== 0) throw new Error(all);
    return (JSON.parse(all) as { items: T[] }).items;
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
