import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Show } from "../../progress";
import { UserError } from "../../ui";

/** Size of a file that the user named, in bytes. */
export function sizeOf(path: string, what: string, mostBytes = 4 * 1024 ** 3): number {
  let stat;
  try {
    stat = statSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    throw new UserError(`${path} cannot be read (${code}); name ${what}.`);
  }
  if (!stat.isFile() || stat.size === 0) throw new UserError(`${path} is no file with content; name ${what}.`);
  if (stat.size > mostBytes)
    throw new UserError(`${path} has ${mib(stat.size)}, and at most ${mib(mostBytes)} are expected; name ${what}.`);
  return stat.size;
}

/** Digests of a file, hex, read once and in pieces. */
export async function fileDigests<T extends "sha256" | "sha384">(
  path: string,
  algorithms: readonly T[],
  show: Show,
  signal: AbortSignal,
): Promise<Record<T, string>> {
  const size = sizeOf(path, "a file");
  const hashes = algorithms.map((algorithm) => ({ algorithm, hash: createHash(algorithm) }));
  let read = 0;
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1024 ** 2 }) as AsyncIterable<Buffer>) {
    for (const { hash } of hashes) hash.update(chunk);
    read += chunk.length;
    show(`${Math.floor((read / size) * 100)} % of ${mib(size)}`);
  }
  return Object.fromEntries(hashes.map(({ algorithm, hash }) => [algorithm, hash.digest("hex")])) as Record<T, string>;
}

/** A file as a whole, for what cannot be read in pieces. */
export async function wholeFile(path: string, what: string, mostBytes: number): Promise<Buffer> {
  sizeOf(path, what, mostBytes);
  return readFile(path);
}

export const mib = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
