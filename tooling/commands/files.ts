import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../ui";

/** Reads a file that the user named; says what should be there where it is not. */
export function readNamed(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`${path} cannot be read (${codeOf(error)}); name ${what}.`);
  }
}

/** Writes a file whole or not at all: a kill leaves the old one. Others may read it. */
export function writeWhole(path: string, content: string, mode = 0o644): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, "wx", mode);
    try {
      writeSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new UserError(`${path} cannot be written (${codeOf(error)}); name a place that you may write to.`);
  }
}

/** As `writeWhole`, for what must never be lost: an existing file is left alone. */
export function writeNew(path: string, content: string, mode: number): void {
  if (existsSync(path)) throw new UserError(`${path} exists already; name another file, since this one may be in use.`);
  writeWhole(path, content, mode);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown reason";
}
