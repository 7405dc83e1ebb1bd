import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { TraceEvent } from "./explain";
import { failedCondition } from "./explain";

export interface Question {
  readonly input: unknown;
  /** Documents at the root, by name. */
  readonly data?: Documents;
}

/** Policies kept in files of a private folder, evaluated by the real OPA. Remove it when done. */
export class Opa {
  protected readonly directory = mkdtempSync(join(tmpdir(), "trustfoundry-opa-"));
  private readonly files: string[];
  private count = 0;

  constructor(
    protected readonly program: string,
    /** Rego by file name. */
    private readonly modules: Readonly<Record<string, string>>,
    /** For every run, e.g. `--v0-compatible`. */
    protected flags: readonly string[] = [],
  ) {
    for (const [name, rego] of Object.entries(modules)) writeFileSync(join(this.directory, name), rego);
    this.files = Object.keys(modules).flatMap((name) => ["--data", join(this.directory, name)]);
  }

  /** The value of a query, undefined where it has none. Data are documents at the root, as Trustee adds them. */
  async evaluate(query: string, input: unknown, data: Documents = {}): Promise<unknown> {
    return (await this.run(query, input, data, [])).result?.[0]?.expressions[0]?.value;
  }

  /**
   * The values of one query for many inputs, in one run of OPA: undefined where the query has none. Each question has the
   * same documents, by name.
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

  /** The condition that kept a query from being true, as it stands in the policy; undefined where nothing failed. */
  async explain(query: string, input: unknown, data: Documents = {}): Promise<string | undefined> {
    const { explanation = [] } = await this.run(query, input, data, [
      "--explain",
      "full",
      // An index leaves out what cannot succeed, and with it the reason.
      "--disable-indexing",
    ]);
    return failedCondition(explanation, this.modules, { input, data });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async run(query: string, input: unknown, data: Documents, flags: readonly string[]): Promise<Answer> {
    const file = (name: string, content: unknown) => {
      const path = join(this.directory, `${name}-${this.count}.json`);
      writeFileSync(path, JSON.stringify(content));
      return path;
    };
    this.count++;
    const documents = ["--data", file("data", data), "--input", file("input", input)];
    // Errors of built-in functions are errors, not "undefined" that passes for a denial.
    const options = ["--format", "json", "--strict-builtin-errors", ...this.flags, ...flags];
    const args = ["eval", ...options, ...this.files, ...documents, query];
    const { stdout } = await execa(this.program, args, { maxBuffer: 256 * 1024 * 1024, stdin: "ignore" });
    return JSON.parse(stdout) as Answer;
  }
}

type Documents = Readonly<Record<string, unknown>>;

interface Answer {
  readonly result?: readonly { readonly expressions: readonly { readonly value: unknown }[] }[];
  readonly explanation?: readonly TraceEvent[];
}
