import type { CatalogName } from "./catalog";
import { catalogEntry, catalogNames } from "./catalog";
import { sha256 } from "./names";
import type { PlatformSetName } from "./platform";

/** Digests of one catalog entry or image, as a registry told them. */
export interface LockedPin {
  /** Digest of the manifest at an OCI registry: of every image, and of charts that lie in one. */
  readonly manifest?: string;
  /** Digest of a chart's archive: the same wherever the chart lies. */
  readonly archive?: string;
  /** Where it was read. */
  readonly from: string;
}

/** catalog.lock: pins by `<name>@<version>`, sorted. */
export interface CatalogLock {
  readonly lockVersion: 1;
  readonly pins: Readonly<Record<string, LockedPin>>;
}

/** Where digests come from: the lock, or, in a rehearsal alone, arithmetic. */
export interface PinSource {
  readonly lock: CatalogLock;
  readonly simulated: boolean;
}

export interface Pin {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  /** `sha256:<hex>`; of the manifest where there is one, else of the archive. */
  readonly digest: string;
  readonly manifest?: string;
  readonly archive?: string;
  /** Where the lock says it was read; nowhere when it was computed or named by the user. */
  readonly from?: string;
  /** True when the digest was computed for a rehearsal and belongs to nothing that exists. */
  readonly simulated: boolean;
}

/** A pin that is missing or unreadable: one sentence with its remedy. */
export class PinError extends Error {}

export const emptyLock: CatalogLock = { lockVersion: 1, pins: {} };
export const pinKey = (name: string, version: string): string => `${name}@${version}`;

/** A digest as registries and this lock write it. */
export const digestPattern = /^sha256:[0-9a-f]{64}$/;
const lockCommand = "npm run catalog -- lock";

/** Reads catalog.lock. Anything that is no lock is refused: a pin that cannot be read must not count as none. */
export function parseCatalogLock(text: string): CatalogLock {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PinError(`catalog.lock is not JSON; restore it, or delete it and run \`${lockCommand}\``);
  }
  const lock = value as { lockVersion?: unknown; pins?: unknown } | null;
  if (lock?.lockVersion !== 1 || typeof lock.pins !== "object" || lock.pins === null)
    throw new PinError(`catalog.lock is not of lockVersion 1; delete it and run \`${lockCommand}\``);
  for (const [key, pin] of Object.entries(lock.pins as Record<string, Partial<LockedPin> | null>)) {
    const digests = [pin?.manifest, pin?.archive].filter((digest) => digest !== undefined);
    if (digests.length === 0 || !digests.every((digest) => typeof digest === "string" && digestPattern.test(digest)))
      throw new PinError(
        `catalog.lock: ${key} has no digest of the form sha256:<64 hex digits>; remove the entry and run \`${lockCommand}\``,
      );
    if (typeof pin?.from !== "string" || pin.from === "")
      throw new PinError(
        `catalog.lock: ${key} does not say where it was read (from); remove the entry and run \`${lockCommand}\``,
      );
  }
  return value as CatalogLock;
}

/** Text of catalog.lock: sorted, so that a diff shows nothing but changes. */
export function renderCatalogLock(lock: CatalogLock): string {
  const pins = Object.entries(lock.pins)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { manifest, archive, from }]) => [
      key,
      { ...(manifest && { manifest }), ...(archive && { archive }), from },
    ]);
  return `${JSON.stringify({ lockVersion: 1, pins: Object.fromEntries(pins) }, null, 2)}\n`;
}

/** The pin of a catalog entry in a platform set's version. */
export function resolvePin(name: CatalogName, set: PlatformSetName, source: PinSource): Pin {
  const { repository, versions } = catalogEntry(name);
  return pinOf(name, versions[set], repository, source);
}

/**
 * The pin of an image that a user names, e.g. a model's serving image. A digest in the reference stands; otherwise the
 * lock must have one for its tag.
 */
export function resolveImage(reference: string, source: PinSource): Pin {
  const { repository, tag, digest } = splitReference(reference);
  if (digest && !digestPattern.test(digest))
    throw new PinError(`the digest of the image ${reference} is none; write ${repository}@sha256:<64 hex digits>`);
  if (digest)
    return { name: repository, version: tag ?? digest, repository, digest, manifest: digest, simulated: false };
  if (!tag)
    throw new PinError(
      `the image ${reference} names no version; write ${reference}:<tag> or ${reference}@sha256:<digest>`,
    );
  return pinOf(repository, tag, repository, source, ` --image ${reference}`);
}

/** Digest that the lock has for `repository:tag`: an image of the catalog, or one that was locked by its reference. */
export function lockedDigest({ pins }: CatalogLock, reference: string): string | undefined {
  const { repository, tag, digest } = splitReference(reference);
  if (digest !== undefined || tag === undefined) return undefined;
  const name = catalogNames.find((entry) => catalogEntry(entry).repository === repository) ?? repository;
  return pins[pinKey(name, tag)]?.manifest;
}

/** `repository@sha256:…`, which no registry can answer with anything else. */
export const imageReference = ({ repository, digest }: Pin): string => `${repository}@${digest}`;

/**
 * `<tag>@sha256:…`, for charts that join repository and tag themselves, by a colon: what they make of it is a valid
 * reference whose digest counts.
 */
export const taggedDigest = ({ version, digest }: Pin): string => `${version}@${digest}`;

/** Splits `host:port/path:tag@digest`. */
export function splitReference(reference: string): { repository: string; tag?: string; digest?: string } {
  const [name = "", digest] = reference.split("@");
  const colon = name.lastIndexOf(":");
  const tagged = colon > name.lastIndexOf("/");
  return {
    repository: tagged ? name.slice(0, colon) : name,
    ...(tagged && { tag: name.slice(colon + 1) }),
    ...(digest && { digest }),
  };
}

function pinOf(name: string, version: string, repository: string, { lock, simulated }: PinSource, hint = ""): Pin {
  if (simulated) {
    const digest = `sha256:${sha256(`simulated:${repository}:${version}`)}`;
    return { name, version, repository, digest, manifest: digest, archive: digest, simulated: true };
  }
  const pin = lock.pins[pinKey(name, version)];
  const digest = pin?.manifest ?? pin?.archive;
  if (!pin || !digest) {
    const others = Object.keys(lock.pins).filter((key) => key.startsWith(`${name}@`));
    const known = others.length > 0 ? ` (it has ${others.sort().join(", ")})` : "";
    throw new PinError(
      `catalog.lock has no digest of ${pinKey(name, version)}${known}; run \`${lockCommand}${hint}\` where its registry can be reached`,
    );
  }
  const { manifest, archive, from } = pin;
  return { name, version, repository, digest, manifest, archive, from, simulated: false };
}
