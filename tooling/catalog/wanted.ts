import { catalogEntry, catalogNames } from "../../components/catalog";
import type { CatalogLock } from "../../components/catalogLock";
import { pinKey, splitReference } from "../../components/catalogLock";
import { platformSetNames } from "../../components/platform";
import { UserError } from "../ui";

/** One digest to read. */
export interface Wanted {
  /** Its name in catalog.lock: `<name>@<version>`. */
  readonly key: string;
  readonly version: string;
  /** Name of a chart; images have none. */
  readonly chart?: string;
  /** Where to read it: an image's repository, a chart's OCI address (`oci://…`), or the URL of a Helm repository. */
  readonly from: string;
}

/** Everything in the catalog, in the versions of every platform set; charts from a mirror when there is one. */
export function catalogWanted(mirror?: string): Wanted[] {
  const wanted = catalogNames.flatMap((name) => {
    const { kind, repository, versions } = catalogEntry(name);
    const chart = kind === "chart" ? name.slice("charts/".length) : undefined;
    const from = chart && mirror ? `${mirror.replace(/\/+$/, "")}/${chart}` : repository;
    return platformSetNames.map((set) => ({
      key: pinKey(name, versions[set]),
      version: versions[set],
      ...(chart && { chart }),
      from,
    }));
  });
  return unique(wanted);
}

/** Images that are no part of the catalog: a factory's models. */
export function imagesWanted(references: readonly string[]): Wanted[] {
  return references.map((reference) => {
    const { repository, tag, digest } = splitReference(reference);
    if (digest)
      throw new UserError(`--image ${reference}: carries its digest already, so there is nothing to look up.`);
    if (!tag || tag === "latest")
      throw new UserError(`--image ${reference}: names no fixed version; write ${repository}:<tag>.`);
    return { key: pinKey(repository, tag), version: tag, from: repository };
  });
}

/** Pins of a lock that are no part of the catalog, to be read again where they were read before. */
export function lockedImages(lock: CatalogLock): Wanted[] {
  return Object.entries(lock.pins)
    .filter(([key]) => !/^(charts|images)\//.test(key))
    .map(([key, { from }]) => ({ key, version: key.slice(key.lastIndexOf("@") + 1), from }));
}

/** Each key once; the first counts. */
export function unique(wanted: readonly Wanted[]): Wanted[] {
  const keys = new Set<string>();
  return wanted.filter(({ key }) => !keys.has(key) && keys.add(key));
}
