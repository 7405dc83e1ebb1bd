import { existsSync, statSync } from "node:fs";
import type { EvidenceDocument } from "./evidenceDocument";
import { askGuest } from "./askGuest";
import type { FetchedFile, Vendor } from "./collateralFetch";
import { fetchCollateral, vendors } from "./collateralFetch";
import { collateralSources, recordedSources } from "./collateralSources";
import { guestAddress } from "./guestAddress";
import { GuestConnection } from "./guestConnection";
import { NoAnswer } from "./noAnswer";
import { printable, UserError } from "../ui";

export interface CollateralOptions {
  readonly evidence: string;
  readonly out: string;
  readonly timeout: number;
  readonly amdUrl?: string;
  readonly intelUrl?: string;
  readonly nvidiaUrl?: string;
}

/** What `collateral fetch` prints, and whether everything was there. */
export async function collateralFetch(
  options: CollateralOptions,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly complete: boolean }> {
  const { evidence, out: directory, timeout } = options;
  const given = { amd: options.amdUrl, intel: options.intelUrl, nvidia: options.nvidiaUrl };
  const mirrors = Object.fromEntries(
    vendors.flatMap((vendor) => (given[vendor] === undefined ? [] : [[vendor, mirrorOf(vendor, given[vendor])]])),
  ) as Partial<Record<Vendor, string>>;
  refuseUnclear(evidence, directory);
  const sources = /^https:/i.test(evidence)
    ? collateralSources(await asked(evidence, timeout * 1000, signal))
    : recordedSources(evidence);
  if (sources.length === 0)
    return { text: "Nothing is to be fetched: what it is checked with comes along.", complete: true };
  const fetched = await fetchCollateral({
    sources,
    directory,
    mirrors,
    timeoutMs: timeout * 1000,
    now: () => new Date(),
    signal,
  });
  return {
    text: lines(fetched, directory).join("\n"),
    complete: fetched.every(({ problem }) => problem === undefined),
  };
}

/** Before anything is asked. What is no file and looks like a place was meant as a URL. */
function refuseUnclear(evidence: string, directory: string): void {
  const looksLikePlace = /^[a-z]+:\/\//i.test(evidence) || /^[\w.-]+:\d+$/.test(evidence);
  if (looksLikePlace && !/^https:/i.test(evidence) && !existsSync(evidence))
    throw new UserError(
      `--evidence ${printable(evidence, 200)} is neither a file nor the URL of a guest; write https://<host>[:<port>].`,
    );
  if (existsSync(directory) && !statSync(directory).isDirectory())
    throw new UserError(`--out ${directory} is no folder; name one, or a new one.`);
}

function lines(fetched: readonly FetchedFile[], directory: string): string[] {
  const got = fetched.filter(({ problem }) => problem === undefined).length;
  return [
    ...fetched.map(({ title, file, url, problem }) =>
      problem === undefined
        ? `✔ ${printable(title, 120)}: ${file}`
        : `✗ ${printable(title, 120)}: ${printable(problem, 200)}, at ${printable(url, 300)}`,
    ),
    "",
    `${got} of ${fetched.length} documents lie in ${directory}. Nothing of them was checked yet: \`verify --collateral\` does, under the pinned roots.`,
    ...(fetched.some(({ file, problem }) => problem === undefined && file.endsWith(".jwks.json"))
      ? ["Nobody signs key sets (.jwks.json): they count for having come from their issuer's own address."]
      : []),
    ...(got < fetched.length ? ["What is missing stays a check that is not made; run it again later."] : []),
  ];
}

/** Which documents there are, a guest's own answer says; nothing is believed for it. */
async function asked(url: string, timeoutMs: number, signal: AbortSignal): Promise<EvidenceDocument> {
  const address = guestAddress(url);
  try {
    const connection = await GuestConnection.open(address, timeoutMs, signal);
    try {
      const { document } = await askGuest(connection, address.origin, timeoutMs, signal);
      if (document) return document;
      throw new UserError(`${address.origin} gives no evidence, so that nothing says what to fetch.`);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof NoAnswer) throw new UserError(error.message);
    throw error;
  }
}

function mirrorOf(vendor: Vendor, text: string | undefined): string {
  const refuse = () =>
    new UserError(`--${vendor}-url has to be http(s)://<host>[:<port>][/<path>]; "${text ?? ""}" is not.`);
  let url: URL;
  try {
    url = new URL(text ?? "");
  } catch {
    throw refuse();
  }
  if (!["http:", "https:"].includes(url.protocol) || url.username || url.password || url.search || url.hash)
    throw refuse();
  return url.href;
}
