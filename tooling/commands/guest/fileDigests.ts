import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { mib, sizeOf } from "../../files";
import type { Show } from "../../progress";

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
