import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../components/names";
import { EvidenceError } from "../../components/verdict/evidence/reader";
import { issuerChain } from "../../components/verdict/tdx/sources";
import { replaceFile, unwritable } from "../files";
import { printable } from "../ui";
import type { CollateralEntry } from "./collateralIndex";
import { indexFile, mostCollateralBytes, readIndex } from "./collateralIndex";
import type { Wanted } from "./collateralSources";

/**
 * Hosts that vendors publish on; a mirror takes the place of all of a vendor's. Google has none: nobody signs its keys of
 * tokens, so that a mirror could put in its own.
 */
const hosts = {
  amd: ["kdsintf.amd.com"],
  intel: ["api.trustedservices.intel.com", "certificates.trustedservices.intel.com"],
  nvidia: ["rim.attestation.nvidia.com", "ocsp.ndis.nvidia.com", "nras.attestation.nvidia.com"],
  google: ["www.googleapis.com"],
} as const;
export type Vendor = Exclude<keyof typeof hosts, "google">;
export const vendors: readonly Vendor[] = ["amd", "intel", "nvidia"];

export interface FetchArgs {
  readonly sources: readonly Wanted[];
  readonly directory: string;
  /** Base URL of a mirror by vendor: Intel's caching service, a file server. Paths stay the vendor's own. */
  readonly mirrors: Partial<Readonly<Record<Vendor, string>>>;
  readonly timeoutMs: number;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
}

export interface FetchedFile {
  readonly title: string;
  readonly file: string;
  readonly url: string;
  /** Why there is none. */
  readonly problem?: string;
}

/**
 * Gets vendors' documents into a folder, beside what lies there. Nothing is believed for where it came from: whoever uses a
 * document checks its signature under a pinned root, so that a mirror can leave out and can be old, and cannot lie.
 */
export async function fetchCollateral(args: FetchArgs): Promise<FetchedFile[]> {
  const { directory, sources, now } = args;
  const kept = prepared(directory);
  const fetched: FetchedFile[] = [];
  const entries = new Map(kept.map((entry) => [entry.file, entry]));
  for (const source of sources) {
    const { title, file, kind } = source;
    const url = addressOf(source.url, args.mirrors);
    const outcome = url === undefined ? new Error("it is at none of the vendors' hosts") : await get(url, source, args);
    if (outcome instanceof Error) {
      fetched.push({ title, file, url: url ?? source.url, problem: outcome.message });
      continue;
    }
    write(join(directory, file), outcome);
    const digest = sha256(Buffer.from(outcome));
    entries.set(file, { kind, file, source: url ?? source.url, obtained: now().toISOString(), sha256: digest });
    // After each, so that the folder is right whenever this ends.
    writeIndex(directory, [...entries.values()]);
    fetched.push({ title, file, url: url ?? source.url });
  }
  return fetched;
}

/** Evidence decides parts of the path; it must not decide the host. */
function addressOf(address: string, mirrors: FetchArgs["mirrors"]): string | undefined {
  const url = new URL(address);
  const vendor = (Object.keys(hosts) as (keyof typeof hosts)[]).find((each) =>
    (hosts[each] as readonly string[]).includes(url.hostname),
  );
  if (vendor === undefined) return undefined;
  const mirror = vendor === "google" ? undefined : mirrors[vendor];
  return mirror === undefined ? address : `${mirror.replace(/\/+$/, "")}${url.pathname}${url.search}`;
}

async function get(url: string, source: Wanted, { timeoutMs, signal }: FetchArgs): Promise<Uint8Array | Error> {
  const limit = AbortSignal.timeout(timeoutMs);
  const { post, header, base64Member } = source;
  try {
    const response = await fetch(url, {
      redirect: "error",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      ...(post && { method: "POST", headers: { "content-type": post.contentType }, body: Buffer.from(post.body) }),
    });
    if (response.status !== 200) return new Error(`the service answers ${response.status}`);
    const body = await limited(response);
    if (header !== undefined) return fromHeader(response.headers.get(header), header);
    return base64Member === undefined ? body : fromMember(body, base64Member);
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.aborted) return new Error("no answer in time");
    if (error instanceof EvidenceError || error instanceof TooLarge) return error;
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    return new Error(`no answer (${printable(code ?? (error as Error).message, 100)})`);
  }
}

class TooLarge extends Error {}

async function limited(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > mostCollateralBytes) throw new TooLarge(`the answer has more than ${mostCollateralBytes} bytes`);
    chunks.push(chunk);
  }
  if (size === 0) throw new TooLarge("the answer is empty");
  return Buffer.concat(chunks);
}

function fromHeader(value: string | null, name: string): Uint8Array | Error {
  return value === null ? new Error(`the answer has no header ${name}`) : Buffer.from(issuerChain(value));
}

function fromMember(body: Uint8Array, member: string): Uint8Array | Error {
  try {
    const content = (JSON.parse(Buffer.from(body).toString("utf8")) as Record<string, unknown>)[member];
    if (typeof content === "string" && content !== "") return Buffer.from(content, "base64");
  } catch {
    // Said below.
  }
  return new Error(`the answer has no ${member}`);
}

/** The folder, made where only it is missing, and what it has. */
function prepared(directory: string): readonly CollateralEntry[] {
  try {
    if (!existsSync(directory)) mkdirSync(directory);
  } catch (error) {
    throw unwritable(directory, error);
  }
  return existsSync(join(directory, indexFile)) ? readIndex(directory).files : [];
}

export function writeIndex(directory: string, files: readonly CollateralEntry[]): void {
  const sorted = [...files].sort((a, b) => (a.file < b.file ? -1 : 1));
  write(join(directory, indexFile), `${JSON.stringify({ version: 1, files: sorted }, undefined, 2)}\n`);
}

function write(path: string, content: string | Uint8Array): void {
  try {
    replaceFile(path, content, 0o644);
  } catch (error) {
    throw unwritable(path, error);
  }
}
