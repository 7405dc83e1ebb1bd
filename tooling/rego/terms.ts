/** A value as OPA writes it in a trace. */
export interface Term {
  readonly type: string;
  readonly value: unknown;
}

/** A term as plain data; what is no data (a variable, a call) is undefined. */
export function plainValue({ type, value }: Term): unknown {
  if (["string", "number", "boolean", "null"].includes(type)) return value;
  if (type === "array" || type === "set") return (value as Term[]).map(plainValue);
  if (type !== "object") return undefined;
  return Object.fromEntries(
    (value as [Term, Term][]).map(([key, item]) => [String(plainValue(key)), plainValue(item)]),
  );
}

const side = String.raw`((?:[\w.-]|\["[^"]*"\]|\[\w+\]|"[^"]*")+)`;
const comparison = new RegExp(`^${side} (==|>=|<|in) ${side}$`);

const words: Readonly<Record<string, string>> = {
  "==": "is not",
  ">=": "is less than",
  "<": "is not less than",
  in: "is none of",
};

/** Of a variable that is not known here; a known one without the part asked for has `undefined`. */
const unknown = Symbol("unknown");

/** The two sides of a comparison, where they can be looked up: ` (1 is not 2)`. For people; nothing decides by it. */
export function comparedValues(line: string, variables: Readonly<Record<string, unknown>>): string {
  const [, left, operator, right] = comparison.exec(line) ?? [];
  if (left === undefined || operator === undefined || right === undefined) return "";
  const [a, b] = [lookUp(left, variables), lookUp(right, variables)];
  return a === unknown || b === unknown ? "" : ` (${short(a)} ${words[operator]} ${short(b)})`;
}

function short(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 16)}…` : text;
}

/** Follows `a.b["c"][d]` from a variable; literals stand for themselves. */
function lookUp(path: string, variables: Readonly<Record<string, unknown>>): unknown {
  if (/^(true|false|\d+|"[^"]*")$/.test(path)) return JSON.parse(path);
  const [, first = "", rest = ""] = /^(\w+)(.*)$/.exec(path) ?? [];
  if (!Object.hasOwn(variables, first)) return unknown;
  let value: unknown = variables[first];
  for (const [, word, literal, variable] of rest.matchAll(/\.(\w+)|\["([^"]*)"\]|\[(\w+)\]/g)) {
    const key = word ?? literal ?? String(variables[variable ?? ""]);
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
