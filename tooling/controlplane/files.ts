import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { replaceFile, writeOnce } from "../files";

/** Makes a directory that only its owner may enter. */
export function privateDirectory(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  return path;
}

/** Makes a directory that only its owner may enter; one that is there, and may be somebody's, stays as it is. */
export function newPrivateDirectory(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/**
 * Writes a file that only its owner may read: whole or not at all, so that a kill leaves the old one. Returns whether
 * the content is new; an unchanged file is not touched.
 */
export function writePrivate(path: string, content: string): boolean {
  if (readIfThere(path) === content) return false;
  privateDirectory(dirname(path));
  replaceFile(path, content, 0o600);
  return true;
}

/**
 * The content of a file that only its owner may read, made at first use. Of several commands that make it at the same
 * time one wins, and all are given what is kept: no key is made twice.
 */
export function privateOnce(path: string, make: () => string): string {
  const known = readIfThere(path);
  if (known) return known;
  // A kill by an older version left it empty.
  if (known === "") rmSync(path);
  privateDirectory(dirname(path));
  return writeOnce(path, make(), 0o600);
}

export function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
