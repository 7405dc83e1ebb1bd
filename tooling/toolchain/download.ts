import { createHash } from "node:crypto";
import { chmodSync, createReadStream, createWriteStream, mkdirSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { execa } from "execa";
import { clearDeadWork, toolDirectory, toolFile, WorkFolder } from "./cache";
import { interrupted, ToolchainError } from "./errors";
import type { ToolPin } from "./pins";

export interface Machine {
  /** Node's names: `linux`, `darwin`; `x64`, `arm64`. */
  readonly system: string;
  readonly arch: string;
}

/** The addresses of a tool's official download; undefined where none is published for this machine. */
export interface Source {
  readonly url: string;
  readonly sha256Url: string;
  readonly inside?: string;
}

const connectMilliseconds = 3_000;

export function officialSource(pin: ToolPin, { system, arch }: Machine): Source | undefined {
  const { official } = pin;
  const theirArch = official?.arch[arch];
  if (!official || !theirArch || !official.systems.includes(system)) return undefined;
  const fill = (template: string) =>
    template.replaceAll("{version}", pin.version).replaceAll("{os}", system).replaceAll("{arch}", theirArch);
  const url = fill(official.url);
  return {
    url,
    sha256Url: official.sha256 ? fill(official.sha256) : `${url}.sha256`,
    inside: official.inside && fill(official.inside),
  };
}

/** Whether official downloads can be had from here: one short question. */
export async function isReachable({ url }: Source, signal?: AbortSignal): Promise<boolean> {
  const timeout = AbortSignal.timeout(connectMilliseconds);
  try {
    return (await fetch(url, { method: "HEAD", signal: signal ? AbortSignal.any([signal, timeout]) : timeout })).ok;
  } catch {
    return false;
  }
}

/** The SHA-256 of a file in a published list, or the only one that it holds. */
export function publishedSha256(list: string, file: string): string | undefined {
  const entries = list
    .split("\n")
    .map((line) => /^([0-9a-f]{64})(?:\s+\*?(?:\.\/)?(\S+))?\s*$/i.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, sha256, name]) => ({ sha256: sha256?.toLowerCase(), name: name && basename(name) }));
  const named = entries.find(({ name }) => name === file);
  return (named ?? (entries.length === 1 && !entries[0]?.name ? entries[0] : undefined))?.sha256;
}

export interface DownloadArgs {
  readonly pin: ToolPin;
  readonly source: Source;
  readonly cache: string;
  readonly key: string;
  readonly signal?: AbortSignal;
  /** After how long without a byte a download counts as stuck. Default 30,000. */
  readonly stallMilliseconds?: number;
}

/**
 * Fetches a published program into the cache; the caller holds its lock. Returns undefined when it cannot be had here;
 * throws when it is not what its publisher says it is.
 */
export async function downloadTool(args: DownloadArgs): Promise<string | undefined> {
  const { pin, source, cache, key, signal, stallMilliseconds = 30_000 } = args;
  const directory = toolDirectory(cache, key);
  clearDeadWork(directory);
  const work = WorkFolder.create(directory);
  try {
    const fetched = join(work.path, basename(source.url));
    const expected = publishedSha256(await text(source.sha256Url, stallMilliseconds, signal), basename(source.url));
    // What cannot be verified is not used.
    if (!expected) return undefined;
    await save(source.url, fetched, stallMilliseconds, signal);
    const actual = await fileSha256(fetched);
    if (actual !== expected)
      throw new ToolchainError(
        `The download of ${pin.name} ${pin.version} has SHA-256 ${actual}, but its publisher says ${expected}; it was thrown away.`,
        `Something between here and ${new URL(source.url).host} altered it. TRUSTFOUNDRY_TOOLCHAIN=build builds it from pinned source instead.`,
      );
    const program = source.inside ? await unpack(fetched, source.inside, work) : fetched;
    chmodSync(program, 0o755);
    const file = toolFile(cache, key, pin.name);
    mkdirSync(dirname(file), { recursive: true });
    renameSync(program, file);
    return file;
  } catch (error) {
    if (signal?.aborted) throw interrupted();
    if (error instanceof Unavailable) return undefined;
    throw error;
  } finally {
    work.remove();
  }
}

/** It cannot be had; building is the way out. */
class Unavailable extends Error {}

async function get(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    throw new Unavailable(String(error));
  });
  if (!response.ok) throw new Unavailable(`${url}: ${response.status}`);
  return response;
}

async function text(url: string, stallMilliseconds: number, signal?: AbortSignal): Promise<string> {
  const timeout = AbortSignal.timeout(stallMilliseconds);
  const response = await get(url, signal ? AbortSignal.any([signal, timeout]) : timeout);
  return await response.text().catch((error: unknown) => {
    throw new Unavailable(String(error));
  });
}

async function save(url: string, file: string, stallMilliseconds: number, signal?: AbortSignal): Promise<void> {
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(), stallMilliseconds);
  try {
    const response = await get(url, signal ? AbortSignal.any([signal, stall.signal]) : stall.signal);
    if (!response.body) throw new Unavailable(`${url}: empty`);
    // The DOM's type of a stream and Node's differ in name only.
    const body = Readable.fromWeb(response.body as ReadableStream);
    body.on("data", () => timer.refresh());
    await pipeline(body, createWriteStream(file));
  } catch (error) {
    // Trouble with the disk is the user's to know; trouble with the network is a reason to build.
    if ((error as NodeJS.ErrnoException).syscall === "write" || (error as NodeJS.ErrnoException).code === "ENOSPC")
      throw error;
    throw error instanceof Unavailable ? error : new Unavailable(String(error));
  } finally {
    clearTimeout(timer);
  }
}

async function fileSha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

async function unpack(archive: string, inside: string, work: WorkFolder): Promise<string> {
  const target = join(work.path, "unpacked");
  mkdirSync(target);
  const result = await execa("tar", ["-xzf", archive, "-C", target, inside], { reject: false });
  if (result.exitCode !== 0) throw new Unavailable(`tar: ${result.stderr}`);
  return join(target, inside);
}
