import { basename } from "node:path";
import { z } from "zod";
import { sha256 } from "../../../components/names";
import type { ReadersExpectation } from "../../../components/verdict/machineVerdict";
import { describeIssues } from "../../../stacks/config/errors";
import { parseYamlText } from "../../commands/release/configuration";
import { readNamed, sizeOf } from "../../files";
import { UserError } from "../../ui";

const mostBytes = 1024 * 1024;

export type Settings = Readonly<Record<string, unknown>>;

/** What the reader expects, and by which text. */
export interface ReadExpectation<T> {
  readonly content: T;
  readonly expectation: ReadersExpectation;
}

/**
 * GPUs, or the word none: whoever forgets them is told so, and does not go without. The form is by what stands there, so that
 * each thing wrong with GPUs is told by itself.
 */
export function gpuOrNone<T>(raw: Settings, gpu: z.ZodType<T>, says: string): z.ZodType<T | "none"> {
  return raw.gpu === "none" ? z.literal("none") : gpu.describe(says);
}

/** Reads the reader's own expectation, YAML or JSON; UserError with everything that is wrong in it, each by its path. */
export function readExpectation<T extends z.ZodType>(
  path: string,
  schemaOf: (raw: Settings) => T,
): ReadExpectation<z.output<T>> {
  const what = "what you expect of the machine, YAML or JSON (docs/verify.md)";
  sizeOf(path, what, mostBytes);
  const text = readNamed(path, what);
  const raw = parseYamlText(path, text);
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw new UserError(`${path} holds no settings by name; name ${what}.`);
  const schema = schemaOf(raw as Settings);
  const result = schema.safeParse(raw);
  if (!result.success)
    throw new UserError(
      [
        `${path} is no expectation yet:`,
        // Paths of stack configurations begin with the program's name; here there is no other's setting to tell them from.
        ...describeIssues(result.error, schema, raw).map((problem) => `  - ${problem.replace(/^trustfoundry:/, "")}`),
      ].join("\n"),
    );
  return {
    content: result.data,
    expectation: { source: basename(path), digest: sha256(text) },
  };
}
