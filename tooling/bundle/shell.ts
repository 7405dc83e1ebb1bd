import { UserError } from "../ui";

/**
 * A word for a POSIX shell, which takes nothing in it for anything else: in single quotes, a quote itself outside of them.
 * Characters that a terminal obeys have no place in a script that a person reads before running it.
 */
export function quoted(word: string): string {
  refuseHidden(word);
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function refuseHidden(text: string): void {
  if (/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/.test(text))
    throw new UserError(`${JSON.stringify(text)} has a character in it that no name needs; write another.`);
}

/** One command, each of its words quoted where it has to be. */
export const command = (...words: readonly string[]): string => words.map(quoted).join(" ");

/** The same command over as many words as one line should hold. */
export function batches(start: readonly string[], words: readonly string[], size = 40): string[] {
  return Array.from({ length: Math.ceil(words.length / size) }, (_, at) =>
    command(...start, ...words.slice(at * size, (at + 1) * size)),
  );
}

/** Lines that hold files to their SHA-256, by a program that every Linux has. */
export function sums(files: readonly { readonly path: string; readonly sha256: string }[]): string[] {
  if (files.length === 0) return [];
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}`);
  return [`printf '%s\\n' \\`, ...lines.map((line) => `  ${quoted(line)} \\`), `  | sha256sum --check --strict`];
}

/** A script that stops at the first failure. Its title is a comment, which a line's end would end. */
export function script(title: string, ...parts: readonly (readonly string[])[]): string {
  refuseHidden(title);
  const body = parts.filter((part) => part.length > 0).map((part) => part.join("\n"));
  return `${["#!/usr/bin/env bash", `# ${title}`, "set -euo pipefail", "", body.join("\n\n")].join("\n")}\n`;
}
