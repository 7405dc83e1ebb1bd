import { EvidenceError } from "../evidence/reader";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper than any document that is read here: what nests without end is made to break somebody's parser. */
const deepest = 32;

/**
 * JSON of which every reader understands the same: an object in which no name stands twice, since one reader takes the first
 * and another the last. Throws EvidenceError alone.
 */
export function parseStrictJson(text: string, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new EvidenceError(`${what}: it is no JSON`);
  }
  if (!isObject(value)) throw new EvidenceError(`${what}: it is no JSON object`);
  refuseTwins(text, what);
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at a path, by own names alone; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, name) => (isObject(here) && Object.hasOwn(here, name) ? here[name] : undefined),
    value,
  );
}

/** A value in a sentence: short, and without anything that steers a terminal. */
export function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  const plain = text.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return plain.length > 140 ? `${plain.slice(0, 140)}…` : plain;
}

/** The text is JSON already, so that strings and brackets are all that has to be told apart. */
function refuseTwins(text: string, what: string): void {
  const open: (Set<string> | undefined)[] = [];
  let last = "";
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : undefined);
      if (open.length > deepest) throw new EvidenceError(`${what}: it nests deeper than ${deepest} levels`);
    } else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const names = open.at(-1);
      const name = JSON.parse(last) as string;
      if (names?.has(name)) throw new EvidenceError(`${what}: the name ${shown(name)} stands twice in one object`);
      names?.add(name);
    }
    last = token;
  }
}
