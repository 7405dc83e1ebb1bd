import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { isObject } from "./place";

export type Parsed = { readonly value: Readonly<Record<string, unknown>> } | { readonly error: string };

/** Many rules look into the same document, one after the other. */
const remembered = new Map<string, Parsed | undefined>();
const rememberedCount = 64;

/** Parses a configuration document by the extension of its name; undefined for names of other kinds. */
export function parseDocument(name: string, text: string): Parsed | undefined {
  const key = `${name.replace(/^.*\./, "")} ${text}`;
  if (!remembered.has(key)) {
    const [oldest] = remembered.keys();
    if (oldest !== undefined && remembered.size >= rememberedCount) remembered.delete(oldest);
    remembered.set(key, parsed(name, text));
  }
  return remembered.get(key);
}

function parsed(name: string, text: string): Parsed | undefined {
  const parser = name.endsWith(".toml")
    ? parseToml
    : name.endsWith(".json")
      ? (JSON.parse as (text: string) => unknown)
      : /\.ya?ml$/.test(name)
        ? (parseYaml as (text: string) => unknown)
        : undefined;
  if (!parser) return undefined;
  try {
    const value: unknown = parser(text);
    return isObject(value) ? { value } : { error: "is not a table of keys" };
  } catch {
    // The parser's own message quotes the document, which may hold secrets.
    return { error: "does not parse" };
  }
}

/** Rego without comments, one statement a line; strings stay as they are. */
export function regoStatements(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/^((?:[^"`#]|"(?:[^"\\]|\\.)*"|`[^`]*`)*)#.*$/, "$1").trim())
    .filter((line) => line !== "");
}

/** The package of a Rego module, if the text is one. */
export function regoPackage(text: string): string | undefined {
  return regoStatements(text)
    .find((line) => line.startsWith("package "))
    ?.slice("package ".length)
    .trim();
}

/**
 * The lines that make a Rego rule true without a condition: `allow := true`, `default allow = true`, `allow if true`,
 * `allow { true }`. A guard rail, not a proof: what a policy really releases is tested by evaluating it.
 */
export function unconditional(text: string, rule: string): string[] {
  // A body that is no condition on lines of its own is put back into the line that opens it, without its comments.
  const lines = regoStatements(text)
    .join("\n")
    .replace(/\{\s*(true|1\s*==\s*1|not\s+false)\s*\}/g, "{ true }")
    .replace(/(:?=|\bif)\s+true$/gm, "$1 true")
    .replace(/\bif\s+(1\s*==\s*1|not\s+false)$/gm, "if true")
    .split("\n");
  const always = new RegExp(
    `^(default\\s+)?${rule}\\s*(:?=\\s*true(\\s*(if\\s*)?\\{\\s*true\\s*\\}|\\s+if\\s+true)?$|(if\\s+true|(if\\s*)?\\{\\s*true\\s*\\})$)`,
  );
  return lines.filter((line) => always.test(line));
}
