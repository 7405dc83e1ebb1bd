import { isDeepStrictEqual } from "node:util";
import { ConfigurationError, nearest, show } from "./errors";

/** Sections of a configuration by name, without the project's prefix. */
export type Sections = Readonly<Record<string, unknown>>;

type Path = readonly (string | number)[];

/**
 * Sections that policy packs read in the stack's own configuration, and secrets. From a preset they would reach one reader
 * and not the other.
 */
const ownOnly = ["exceptions", "isolationUnit", "trustSecrets"];

/** The preset of a stack's role, and those of the other roles that the project offers. */
export interface Presets {
  /** For errors, e.g. `settings/trust.yaml`. */
  readonly name: string;
  readonly preset: Sections;
  readonly others: readonly Sections[];
}

export interface Completed {
  readonly sections: Record<string, unknown>;
  /** Answers that have their place in another role's preset alone: `pulumi new` asks the same of all. */
  readonly leftAlone: readonly string[];
}

/**
 * A preset with a stack's own settings over it. A whole section replaces the preset's. A key that is a path, such as
 * `providers[0].hosts[0].cpu`, replaces one value and takes the kind of the value it replaces, since answers are text.
 * `null` in a preset is a value that has to be given; what is not given stays away, so that the schema asks for it.
 * Throws one ConfigurationError with every key that fits nowhere.
 */
export function presetWith({ preset, others, name: presetName }: Presets, own: Sections): Completed {
  const problems = ownOnly
    .filter((section) => Object.hasOwn(preset, section))
    .map(
      (section) =>
        `trustfoundry:${section}: stands in ${presetName}, where no policy pack would see it; move it to the stack's own configuration`,
    );
  const keys = Object.keys(own);
  const sections = structuredClone({ ...preset, ...only(own, keys.filter(isPlain)) }) as Record<string, unknown>;
  const answers: string[] = [];
  const leftAlone: string[] = [];
  for (const key of keys.filter((each) => !isPlain(each)).sort())
    (!isOwnOnly(key) && !fits(preset, own, key) && others.some((other) => fits(other, {}, key))
      ? leftAlone
      : answers
    ).push(key);
  for (const key of answers) {
    const outer = answers.find((other) => key.startsWith(`${other}.`) || key.startsWith(`${other}[`));
    const problem =
      outer === undefined
        ? placeAnswer(sections, key, { preset, own, presetName })
        : `stands within trustfoundry:${outer}; write one of the two`;
    if (problem !== undefined) problems.push(`trustfoundry:${key}: ${problem}`);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { sections: withoutNothing(sections) as Record<string, unknown>, leftAlone };
}

/** A part of such a section is refused whatever any preset has: it would stand there unread, or in plain text. */
const isOwnOnly = (key: string): boolean => ownOnly.includes(/^\w*/.exec(key)?.[0] ?? "");

/** Whether an answer has its place in a preset, or in a section that the stack says whole. */
function fits(preset: Sections, own: Sections, key: string): boolean {
  const path = pathOf(key);
  return path !== undefined && "holder" in holderOf({ ...preset, ...own }, path, "");
}

interface Origin {
  readonly preset: Sections;
  readonly own: Sections;
  readonly presetName: string;
}

/** Puts one answer into its place, or says why it has none. */
function placeAnswer(
  sections: Record<string, unknown>,
  key: string,
  { preset, own, presetName }: Origin,
): string | undefined {
  const path = pathOf(key);
  if (!path) return "is no path; write a name followed by .name or [0], e.g. providers[0].hosts[0].name";
  const answer = own[key];
  const section = String(path[0]);
  if (ownOnly.includes(section)) return `is read as one section; write trustfoundry:${section} whole`;
  const ownWhole = Object.hasOwn(own, section);
  const found = holderOf(sections, path, ownWhole ? whole : presetName);
  if ("problem" in found) return found.problem;
  const { holder, last } = found;
  const current = holder[last];
  if (ownWhole) {
    const kept = answerAs(current, answer, last);
    if (!("problem" in kept) && isDeepStrictEqual(kept.value, current)) return undefined;
    return `contradicts trustfoundry:${section}, which stands beside it whole; write the value there, and remove this key`;
  }
  // An answer may come after another one that changed the same place; the kind is the preset's.
  const reference = valueAt(preset, path);
  const given = answerAs(reference, answer, last);
  if ("problem" in given) return given.problem;
  holder[last] = given.value;
  return undefined;
}

const isPlain = (key: string) => !/[.[\]]/.test(key);

function only(sections: Sections, keys: readonly string[]): Sections {
  return Object.fromEntries(keys.map((key) => [key, sections[key]]));
}

/** `providers[0].hosts[0].name` as its parts. */
function pathOf(key: string): Path | undefined {
  if (!/^[A-Za-z]\w*(\.[A-Za-z]\w*|\[\d{1,4}\])+$/.test(key)) return undefined;
  return [...key.matchAll(/(\w+)(\]?)/g)].map(([, part = "", bracket]) => (bracket ? Number(part) : part));
}

type Holder = Record<string | number, unknown>;

/** In sentences, a section that stands whole in the stack's own configuration. */
const whole = "what stands here";

/** What holds a path's last part, or how far the path leads. */
function holderOf(
  sections: Holder,
  path: Path,
  where: string,
): { readonly holder: Holder; readonly last: string | number } | { readonly problem: string } {
  let holder: unknown = sections;
  // A setting that may be left out stands in no preset until somebody writes it there.
  const add = `add it ${where === whole ? "there" : `in ${where}`}`;
  for (const [depth, part] of path.entries()) {
    const here = depth === 0 ? where : `${textOf(path.slice(0, depth))} of ${where}`;
    if (typeof part === "number") {
      if (!Array.isArray(holder)) {
        const lists = Object.keys(sections).filter((name) => Array.isArray(sections[name]));
        const near = depth === 1 ? nearest(String(path[0]), lists) : undefined;
        return { problem: `leads nowhere: ${here} is no list; ${near ? `write ${near} instead` : `remove [${part}]`}` };
      }
      if (part >= holder.length) {
        const last = holder.length - 1;
        const has = ["nothing in it", "one entry, [0]"][holder.length] ?? `entries [0] to [${last}]`;
        return { problem: `leads nowhere: ${here} has ${has}; ${holder.length ? "write its index, or " : ""}${add}` };
      }
    } else {
      if (typeof holder !== "object" || holder === null || Array.isArray(holder))
        return { problem: `leads nowhere: ${here} has no settings by name; remove .${part}` };
      if (!Object.hasOwn(holder, part)) {
        const known = Object.keys(holder);
        const near = nearest(part, known);
        const others = known.length > 1 ? `one of ${known.join(", ")}` : known[0];
        const remedy = near ? `write ${near} instead` : `${others ? `write ${others}, or ` : ""}${add}`;
        return { problem: `leads nowhere: ${here} has no ${part}; ${remedy}` };
      }
    }
    if (depth === path.length - 1) return { holder: holder as Holder, last: part };
    holder = (holder as Holder)[part];
  }
  return { problem: "leads nowhere" };
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((holder, part) => (holder as Holder | undefined)?.[part], value);
}

function textOf(path: Path): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

/** An answer as a value of the kind that it replaces. */
function answerAs(
  replaced: unknown,
  answer: unknown,
  name: string | number,
): { readonly value: unknown } | { readonly problem: string } {
  const text = typeof answer === "object" ? undefined : String(answer);
  if (typeof replaced === "number") {
    if (text !== undefined && /^-?\d{1,15}(\.\d+)?$/.test(text)) return { value: Number(text) };
    return { problem: `${show(answer, name)} is not a number; write one such as ${replaced}` };
  }
  if (typeof replaced === "boolean") {
    if (text === "true" || text === "false") return { value: text === "true" };
    return { problem: `${show(answer, name)} is not right; write true or false` };
  }
  if (typeof replaced === "object" && replaced !== null) {
    const kind = Array.isArray(replaced) ? "a list" : "settings by name";
    if (typeof answer === "object" && answer !== null && Array.isArray(answer) === Array.isArray(replaced))
      return { value: answer };
    return { problem: `${show(answer, name)} replaces ${kind}; write a path to one value in it` };
  }
  if (replaced === null) return { value: text === undefined ? answer : text === "" ? null : text };
  return text === undefined ? { problem: `${show(answer, name)} replaces one value; write a text` } : { value: text };
}

/** Without what nobody has given. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (each === null ? [] : [[key, withoutNothing(each)]])),
  );
}
