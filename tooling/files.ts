import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "./ui";

/** Reads a file that the user named; says what should be there where it is not. */
export function readNamed(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, what, error);
  }
}

/** Size in bytes of a file that the user named and that is too large to be read as a whole. */
export function sizeOf(path: string, what: string, mostBytes = Infinity): number {
  let stat;
  try {
    stat = statSync(path);
  } catch (error) {
    throw unreadable(path, what, error);
  }
  if (!stat.isFile() || stat.size === 0) throw new UserError(`${path} is no file with content; name ${what}.`);
  if (stat.size > mostBytes)
    throw new UserError(`${path} has ${mib(stat.size)}, and at most ${mib(mostBytes)} are expected; name ${what}.`);
  return stat.size;
}

export const mib = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

/** Writes a file whole or not at all: a kill leaves the old one. */
export function replaceFile(path: string, content: string | Uint8Array, mode: number): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    writeAndSync(temporary, content, mode);
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes a file unless there is one by then: of several that make it at the same time, one wins, and a kill leaves a
 * whole file or none. Returns what the file holds in the end.
 */
export function writeOnce(path: string, content: string, mode: number): string {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    writeAndSync(temporary, content, mode);
    // Unlike a renaming, a link never takes another one's place.
    linkSync(temporary, path);
    syncFolder(dirname(path));
    return content;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return readFileSync(path, "utf8");
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Makes sure that a new name stays after a loss of power, where folders can be synchronised at all. */
function syncFolder(path: string): void {
  let folder;
  try {
    folder = openSync(path, "r");
    fsyncSync(folder);
  } catch (error) {
    if (!["EISDIR", "EPERM", "EINVAL", "EACCES", "ENOTSUP"].includes(codeOf(error))) throw error;
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

/** `replaceFile` for a file that the user named; its folder is made where only that is missing. Others may read it. */
export function writeWhole(path: string, content: string): void {
  try {
    // Not recursively: Node.js never returns where a filesystem such as /proc answers that there is no such file.
    if (!existsSync(dirname(path))) mkdirSync(dirname(path));
    replaceFile(path, content, 0o644);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Writes a file that has to be new: with an older one, what it opens or stands for would be lost. */
export function writeNew(path: string, content: string | Uint8Array, mode = 0o644): void {
  refuseExisting(path);
  try {
    writeAndSync(path, content, mode);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw existing(path);
    rmSync(path, { force: true });
    throw unwritable(path, error);
  }
}

/** Writes a new key, for its owner's eyes alone. Keys travel by file: never on command lines nor on screens. */
export function writeKeyFile(path: string, key: string | Uint8Array): void {
  writeNew(path, key, 0o600);
}

export interface KeyPairFile {
  readonly path: string;
  readonly text: string;
}

/** Writes both halves of a new key pair, or none. */
export function writeKeyPair(halves: { readonly private: KeyPairFile; readonly public: KeyPairFile }): void {
  const { path } = halves.private;
  if (resolve(path) === resolve(halves.public.path))
    throw new UserError(`${path} is named for both halves of the key; name two files.`);
  refuseExisting(halves.public.path);
  writeKeyFile(path, halves.private.text);
  try {
    writeNew(halves.public.path, halves.public.text);
  } catch (error) {
    rmSync(path);
    throw error;
  }
}

/** Refuses a name that is taken or that nothing could be made under, before any work is done. */
export function refuseExisting(path: string): void {
  if (existsSync(path)) throw existing(path);
  if (!existsSync(dirname(path))) throw new UserError(`The folder of ${path} does not exist; make it first.`);
}

/** Writes what has to be new, down to the disk. */
function writeAndSync(path: string, content: string | Uint8Array, mode: number): void {
  const file = openSync(path, "wx", mode);
  try {
    const bytes = Buffer.from(content);
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function existing(path: string): UserError {
  return new UserError(`${path} exists and is not overwritten; name a new one.`);
}

function unreadable(path: string, what: string, error: unknown): UserError {
  return new UserError(`${path} cannot be read (${codeOf(error)}); name ${what}.`);
}

export function unwritable(path: string, error: unknown): UserError {
  return new UserError(`${path} cannot be written (${codeOf(error)}); name a place that you may write to.`);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown reason";
}
