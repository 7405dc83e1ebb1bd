import { existsSync, readFileSync } from "node:fs";
import type { CatalogLock } from "../../components/catalogLock";
import { PinError, emptyLock, parseCatalogLock, renderCatalogLock } from "../../components/catalogLock";
import { replaceFile } from "../files";
import { UserError } from "../ui";
import { changeOf, describeMove, surplusKeys } from "./compare";
import type { Finding } from "./read";
import { readPins } from "./read";
import { Unreadable } from "./unreadable";
import type { Wanted } from "./wanted";

export interface LockArgs {
  /** Path of catalog.lock. */
  readonly file: string;
  readonly wanted: readonly Wanted[];
  readonly signal?: AbortSignal;
  /** A line for the user. */
  readonly say: (line: string) => void;
}

/** Reads the lock, or an empty one where there is no file. */
export function readLock(file: string): CatalogLock {
  if (!existsSync(file)) return emptyLock;
  try {
    return parseCatalogLock(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof PinError) throw new UserError(error.message);
    throw error;
  }
}

/** Reads every digest and writes them all, or none: a lock that is half old and half new fits no platform set. */
export async function lockCatalog(args: LockArgs & { readonly acceptMoved?: boolean }): Promise<CatalogLock> {
  const { file, wanted, say, acceptMoved = false } = args;
  const before = readLock(file);
  const findings = await read(args, before);
  const pins = pinsOf(findings);
  refuseUnreadable(findings, "catalog.lock was left as it was");
  const moved = movesOf(before, pins);
  if (moved.length > 0 && !acceptMoved)
    throw new UserError(
      `catalog.lock was left as it was: ${count(moved.length, "version")} changed under the same name.`,
      "Ask the publisher why. If what is there now is right, run the command again with --accept-moved.",
      moved,
    );
  const dropped = surplusKeys(before, wanted);
  for (const key of dropped) say(`- ${key}: no longer asked for`);
  const lock: CatalogLock = { lockVersion: 1, pins };
  writeWhole(file, renderCatalogLock(lock));
  return lock;
}

/** Whether the lock has all it should and registries still say the same. Throws a UserError that lists what differs. */
export async function checkCatalog(args: LockArgs): Promise<void> {
  const before = readLock(args.file);
  const missing = args.wanted.filter(({ key }) => !before.pins[key]).map(({ key }) => `${key}: not locked`);
  const surplus = surplusKeys(before, args.wanted).map((key) => `${key}: locked, and no longer in the catalog`);
  // Read where it was read before, which may have been a mirror.
  const locked = args.wanted.flatMap((each) => {
    const pin = before.pins[each.key];
    return pin ? [{ ...each, from: pin.from }] : [];
  });
  const findings = await read({ ...args, wanted: locked }, before);
  const differences = [...missing, ...surplus, ...movesOf(before, pinsOf(findings))];
  if (differences.length > 0)
    throw new UserError(
      `catalog.lock is not as it should be: ${count(differences.length, "difference")}.`,
      "Run `npm run catalog -- lock`, and look at what it changes before you commit it.",
      differences,
    );
  refuseUnreadable(findings, "catalog.lock was not checked");
}

function read({ wanted, signal, say }: LockArgs, before: CatalogLock): Promise<Finding[]> {
  return readPins(wanted, { signal, onFinding: (finding) => say(lineOf(finding, before)) });
}

function lineOf({ wanted: { key }, outcome }: Finding, before: CatalogLock): string {
  if (outcome instanceof Unreadable) return `✗ ${key}: ${outcome.message}`;
  const change = changeOf(before.pins[key], outcome);
  return `${change === "moved" ? "!" : "✓"} ${key}: ${(outcome.manifest ?? outcome.archive ?? "").slice(0, 19)}… ${change}`;
}

function pinsOf(findings: readonly Finding[]): CatalogLock["pins"] {
  return Object.fromEntries(
    findings.flatMap(({ wanted, outcome }) => (outcome instanceof Unreadable ? [] : [[wanted.key, outcome]])),
  );
}

function movesOf(before: CatalogLock, pins: CatalogLock["pins"]): string[] {
  return Object.entries(pins).flatMap(([key, now]) => {
    const locked = before.pins[key];
    return locked && changeOf(locked, now) === "moved" ? [describeMove(key, locked, now)] : [];
  });
}

/** One line a reason: twenty digests of one host that nobody answers at are one problem. */
function refuseUnreadable(findings: readonly Finding[], consequence: string): void {
  const failures = findings.flatMap(({ wanted, outcome }) =>
    outcome instanceof Unreadable ? [{ key: wanted.key, outcome }] : [],
  );
  if (failures.length === 0) return;
  const reasons = new Map<string, string[]>();
  for (const { key, outcome } of failures) reasons.set(outcome.message, [...(reasons.get(outcome.message) ?? []), key]);
  const obstacles = new Set(failures.map(({ outcome }) => outcome.obstacle));
  throw new UserError(
    `${consequence}: ${failures.length} of ${findings.length} digests could not be read.`,
    obstacles.has("unreachable")
      ? `Run this where the registries can be reached, and bring catalog.lock here.${proxyHint()}`
      : obstacles.has("denied")
        ? "An image that a registry shows to customers alone is named by its digest: <image>@sha256:<digest>."
        : undefined,
    [...reasons].map(([reason, keys]) => `${reason}: ${keys.join(", ")}`),
  );
}

function proxyHint(): string {
  return process.env.HTTPS_PROXY || process.env.https_proxy
    ? " HTTPS_PROXY is set: Node.js 24 and newer honour it with NODE_USE_ENV_PROXY=1, older ones never."
    : "";
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function writeWhole(file: string, text: string): void {
  try {
    replaceFile(file, text, 0o644);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(`${file} cannot be written (${code ?? String(error)}).`, "Nothing of it was changed.");
  }
}
