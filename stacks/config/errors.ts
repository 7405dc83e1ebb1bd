import type { z } from "zod";
import { obeyed } from "../../components/screen";
import { isSecretText, isTellingName, withoutSecrets } from "../../components/secretText";

/** What somebody can read before correcting something; the rest is said when these are right. */
const mostProblems = 25;
const longestProblem = 1200;

/** Everything that is wrong with a configuration, at once. The message is complete and needs no stack trace. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    // A configuration may come from somebody else, and what it says must not write on the reader's screen as it likes.
    const readable = problems.map((problem) => {
      const cut = problem.length > longestProblem ? `${problem.slice(0, longestProblem)}…` : problem;
      return withoutSecrets(cut).replace(obeyed, (found) => (found === "\n" ? found : " "));
    });
    const further = problems.length - mostProblems;
    super(
      `${problems.length === 1 ? "One thing" : `${problems.length} things`} in the configuration to correct; nothing was changed:\n` +
        readable
          .slice(0, mostProblems)
          .map((problem) => `  - ${problem}`)
          .join("\n") +
        (further > 0 ? `\n  … and ${further} more` : ""),
    );
    this.problems = readable;
    this.name = "ConfigurationError";
  }
}

/** Turns zod's issues into sentences: path, value, what to write instead. */
export function describeIssues(error: z.ZodError, schema: z.ZodType, raw: unknown): string[] {
  // A value that has not even the right form is told so once: what checks beyond that say of it says less.
  const formless = new Set(
    error.issues.flatMap(({ code, path }) =>
      ["custom", "unrecognized_keys"].includes(code) ? [] : [location(named(path))],
    ),
  );
  return error.issues
    .filter(({ code, path }) => code !== "custom" || !formless.has(location(named(path))))
    .flatMap((issue) => describe(issue, schema, raw));
}

const named = (path: readonly PropertyKey[]) =>
  path.filter((part): part is string | number => typeof part !== "symbol");

function describe(issue: z.core.$ZodIssue, schema: z.ZodType, raw: unknown): string[] {
  const path = named(issue.path);
  const here = location(path);
  const value = valueAt(raw, path);
  const shown = show(value, path.at(-1));
  const meaning = meaningOf(schema, path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${location([...path, key])}: ${unknownKey(key, knownKeys(schema, path), meaning)}`);
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    // The one form that has all of the settings is meant; what is wrong in it says more than that no form fits.
    const [meant, ...others] = issue.errors.filter((inner) => inner.every(({ code }) => code !== "unrecognized_keys"));
    if (meant && others.length === 0)
      return meant.flatMap((inner) => describe({ ...inner, path: [...issue.path, ...inner.path] }, schema, raw));
    return [`${here}: ${shown} fits none of the forms; write ${meaning ?? "one of the documented forms"}`];
  }
  // Of a setting that users name themselves, the name: what stands under it is none of its matter, and may be a secret.
  if (issue.code === "invalid_key") return issue.issues.map((inner) => `${here}: ${wrongName(inner, path.at(-1))}`);
  const values = knownValues(issue);
  if (value === undefined && issue.code !== "custom")
    return [`${here}: missing; add ${whatIsMissing(meaning, values)}`];
  if (values) return [`${here}: ${shown} is not known; write ${oneKnown(values, value, meaning)}`];
  if (issue.code === "custom") return [`${here}: ${value === undefined ? "" : `${shown} `}${issue.message}`];
  return [`${here}: ${shown} is not right; write ${wantedOf(issue, value)}${meaning ? ` (${meaning})` : ""}`];
}

function wrongName(issue: z.core.$ZodIssue, name: unknown): string {
  if (issue.code === "custom") return issue.message;
  return `no name that may stand here; write ${wantedOf(issue, name)}`;
}

/** What it is, and which words may stand there where the meaning does not say them. */
function whatIsMissing(meaning: string | undefined, values: readonly unknown[] | undefined): string {
  if (!meaning) return values ? oneOf(values) : "it";
  return values?.some((each) => !meaning.includes(String(each))) ? `${meaning}: ${oneOf(values)}` : meaning;
}

function oneKnown(values: readonly unknown[], value: unknown, meaning: string | undefined): string {
  const wanted = values.map(String);
  // With one value there is no choice, but something to know before it is written.
  if (values.length === 1) {
    const quotes = typeof values[0] === "boolean" && typeof value === "string" ? ", without quotes" : "";
    return `${wanted[0]}${quotes}${meaning ? ` (${meaning})` : ""}`;
  }
  // YAML 1.1 reads on and off as true and false.
  const word = { true: "on", false: "off" }[wordOf(value)];
  if (word !== undefined && wanted.includes(word)) return `"${word}", in quotes (of ${wanted.join(", ")})`;
  const near = nearest(wordOf(value), wanted);
  return near ? `${near} (of ${wanted.join(", ")})` : wanted.join(", ");
}

/** Of a structure there is none, and its own `toString` may be anything. */
const wordOf = (value: unknown): string => (typeof value === "object" && value !== null ? "" : String(value));

function unknownKey(key: string, known: readonly string[], meaning: string | undefined): string {
  // Of several forms the nearest one does not have it.
  if (known.includes(key))
    return `belongs to another form than what stands beside it; remove it, or write ${meaning ?? "that form"}`;
  // YAML 1.1 reads 04 as the number 4.
  const number = known.find((name) => /^\d+$/.test(key) && Number(name) === Number(key));
  if (number) return `no such setting; write \`"${number}"\`, in quotes, instead`;
  const near = nearest(key, known);
  return `no such setting; ${near ? `write \`${near}\` instead` : `remove it; known here: ${known.join(", ")}`}`;
}

/** All that may stand there, where these are words of a list or the kinds of a section. */
function knownValues(issue: z.core.$ZodIssue): readonly unknown[] | undefined {
  if (issue.code === "invalid_value") return issue.values;
  return issue.code === "invalid_union" && "options" in issue ? issue.options : undefined;
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(", ")}`;
}

/** As people who write YAML call them. */
const typeNames: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false, without quotes",
  int: "a whole number",
  number: "a number",
  object: "settings by name",
  record: "settings by name",
};

/** What to write instead, as the rest of a sentence. zod's own words for what it checks by itself tell what it is and not what to do. */
function wantedOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === "invalid_type") {
    if (issue.expected !== "string") return typeNames[issue.expected] ?? `a ${issue.expected}`;
    // Of what YAML 1.1 reads as something else, a time too.
    return ["number", "boolean"].includes(typeof value) || value instanceof Date ? "a text, in quotes" : "a text";
  }
  if (issue.code === "invalid_format" && issue.format === "uuid")
    return "an id such as 01234567-89ab-4def-8123-456789abcdef";
  if (issue.code === "too_small" && issue.message.startsWith("Too small"))
    return bound(issue.origin, "at least", issue.minimum);
  if (issue.code === "too_big" && issue.message.startsWith("Too big"))
    return bound(issue.origin, "at most", issue.maximum);
  return issue.message;
}

function bound(origin: string, word: "at least" | "at most", limit: number | bigint): string {
  const unit = origin === "string" ? "character" : ["array", "set"].includes(origin) ? "entry" : undefined;
  const units = { character: "characters", entry: "entries" };
  return `${word} ${limit}${unit ? ` ${Number(limit) === 1 ? unit : units[unit]}` : ""}`;
}

/** `trustfoundry:models[0].gpu.count` */
export function location(path: readonly (string | number)[]): string {
  return `trustfoundry:${path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? short(part) : `.${short(part)}`)).join("")}`;
}

/** A name that users choose, as far as it helps to find it. */
const short = (name: string) => (name.length > 80 ? `${name.slice(0, 80)}…` : name);

/**
 * Values are shown short: of texts of several lines (a certificate, a policy) the beginning, of a long line (an image, an id) its
 * end as well, where the version stands. Secrets do not belong here; what looks like one that somebody wrote all the same is not
 * repeated, since what a program says is kept by pipelines.
 */
export function show(value: unknown, name: string | number | undefined = ""): string {
  if (typeof value !== "string") {
    const text =
      JSON.stringify(value, (key, each: unknown) => (looksSecret(each, key) ? "[not shown]" : each)) ?? "nothing";
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  }
  if (looksSecret(value, String(name))) return "[not shown]";
  const line = value.split("\n")[0] ?? "";
  if (line !== value) return `"${line.slice(0, 60)}…"`;
  return line.length > 100 ? `"${line.slice(0, 60)}…${line.slice(-30)}"` : `"${line}"`;
}

const looksSecret = (value: unknown, name: string): boolean =>
  typeof value === "string" && value !== "" && (isTellingName(name) || isSecretText(value) || withPassword.test(value));
/** An address with credentials, and no image with tag and digest. The name ends at the first colon, so that long texts take no time. */
const withPassword = /^(\w[\w+.-]*:\/\/)?[^\s/@:]*:[^\s/@]+@(?!sha256:)[^\s/]/;

function valueAt(raw: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      value !== null && typeof value === "object" ? (value as Record<string | number, unknown>)[part] : undefined,
    raw,
  );
}

/** Follows a path into a schema, through defaults, transforms and arrays. */
function schemaAt(schema: z.ZodType, path: readonly (string | number)[]): z.ZodType | undefined {
  let current: z.ZodType | undefined = schema;
  for (const part of path) {
    const inner: z.ZodType | undefined = current && unwrap(current);
    const def = inner?.def as
      | {
          type?: string;
          shape?: Record<string, z.ZodType>;
          element?: z.ZodType;
          valueType?: z.ZodType;
          options?: z.ZodType[];
        }
      | undefined;
    if (def?.type === "object") current = def.shape?.[String(part)];
    else if (def?.type === "union")
      current = def.options?.map((option) => schemaAt(option, [part])).find((found) => found !== undefined);
    else if (def?.type === "array") current = def.element;
    else if (def?.type === "record") current = def.valueType;
    else return undefined;
  }
  return current;
}

function unwrap(schema: z.ZodType): z.ZodType {
  const def = schema.def as { type: string; innerType?: z.ZodType; in?: z.ZodType };
  if (def.innerType) return unwrap(def.innerType);
  if (def.type === "pipe" && def.in) return unwrap(def.in);
  return schema;
}

function meaningOf(schema: z.ZodType, path: readonly (string | number)[]): string | undefined {
  const found = schemaAt(schema, path);
  return found && (found.description ?? unwrap(found).description);
}

function knownKeys(schema: z.ZodType, path: readonly (string | number)[]): string[] {
  const found = schemaAt(schema, path);
  return found ? keysOf(unwrap(found)) : [];
}

/** Of a section, or of all of its forms. */
function keysOf(schema: z.ZodType): string[] {
  const def = schema.def as { shape?: Record<string, unknown>; options?: z.ZodType[] };
  return [
    ...new Set(def.options ? def.options.flatMap((option) => keysOf(unwrap(option))) : Object.keys(def.shape ?? {})),
  ];
}

/** The candidate that a misspelling most likely means, or undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  // Nobody misspells a name at such length, and the distance takes time with the product of both.
  if (word.length > 100) return undefined;
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort(
      (a, b) =>
        a.distance - b.distance ||
        Math.abs(a.candidate.length - word.length) - Math.abs(b.candidate.length - word.length),
    );
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
