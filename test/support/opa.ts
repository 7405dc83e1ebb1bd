import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Question {
  readonly input: unknown;
  /** Documents at the root, by name. */
  readonly data?: Readonly<Record<string, unknown>>;
}

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

  /**
   * The values of one query for many inputs, in one run: undefined where the query has none. Each question has the same
   * documents, by name.
   */
  async evaluateAll(query: string, questions: readonly Question[]): Promise<unknown[]> {
    const documents = Object.keys(questions[0]?.data ?? {}).map((name) => JSON.stringify(name));
    // Each replacement is a variable: OPA 1.22 takes none out of the variable that the comprehension goes over.
    const variables = documents.map((name, index) => `document_${index} := question.data[${name}]`);
    const replacements = documents.map((name, index) => ` with data[${name}] as document_${index}`);
    const each = [
      "question := data.questions[number]",
      "asked := question.input",
      ...variables,
      `value := ${query} with input as asked${replacements.join("")}`,
    ].join("; ");
    const answers = (await this.evaluate(`[[number, value] | ${each}]`, null, { questions })) as [number, unknown][];
    const values = new Map(answers);
    return questions.map((_, number) => values.get(number));
  }

  /** Fails with OPA's own words where a module is not valid Rego. */
  async check(): Promise<void> {
    await run(this.program, ["check", "--strict", ...this.flags.filter((flag) => flag !== "--strict"), this.directory]);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
