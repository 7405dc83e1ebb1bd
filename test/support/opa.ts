import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Policies kept in files, evaluated by the real OPA. */
export class Opa {
  private readonly directory = mkdtempSync(join(tmpdir(), "opa-"));
  private count = 0;

  constructor(
    private readonly program: string,
    /** Rego by file name. */
    modules: Readonly<Record<string, string>>,
    private readonly flags: readonly string[] = [],
  ) {
    for (const [name, rego] of Object.entries(modules)) writeFileSync(join(this.directory, name), rego);
    this.modules = Object.keys(modules).flatMap((name) => ["--data", join(this.directory, name)]);
  }
  private readonly modules: string[];

  /** The value of a query, undefined where it has none. Data are documents at the root, as Trustee adds them. */
  async evaluate(query: string, input: unknown, data: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const number = this.count++;
    const inputFile = join(this.directory, `input-${number}.json`);
    const dataFile = join(this.directory, `data-${number}.json`);
    writeFileSync(inputFile, JSON.stringify(input));
    writeFileSync(dataFile, JSON.stringify(data));
    const { stdout } = await run(
      this.program,
      // Errors of built-in functions are errors, not "undefined" that passes for a denial.
      ["eval", "--format", "json", "--strict-builtin-errors", ...this.flags, ...this.modules].concat([
        "--data",
        dataFile,
        "--input",
        inputFile,
        query,
      ]),
      { maxBuffer: 64 * 1024 * 1024 },
    );
    const answer = JSON.parse(stdout) as { result?: { expressions: { value: unknown }[] }[] };
    return answer.result?.[0]?.expressions[0]?.value;
  }

  /** Fails with OPA's own words where a module is not valid Rego. */
  async check(): Promise<void> {
    await run(this.program, ["check", "--strict", ...this.flags.filter((flag) => flag !== "--strict"), this.directory]);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
