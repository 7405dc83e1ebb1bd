import type { CatalogName, CatalogPart } from "../../components/catalog";
import { catalogEntry, catalogNames } from "../../components/catalog";
import type { CatalogLock } from "../../components/catalogLock";
import { PinError, pinKey, resolveImage, resolvePin, splitReference } from "../../components/catalogLock";
import type { PlatformSetName } from "../../components/platform";
import type { LockedChart, LockedImage, LockParty, Unresolved } from "./schema";
import { sitePlatform } from "./schema";

/** Charts and images, and those of them that nothing pins. */
export interface Placed {
  readonly charts: readonly LockedChart[];
  readonly images: readonly LockedImage[];
  readonly unresolved: readonly Omit<Unresolved, "accepted">[];
}

export interface CatalogQuestion {
  readonly party: Exclude<LockParty, "dataOwner">;
  readonly parts: readonly CatalogPart[];
  readonly platformSet: PlatformSetName;
  readonly lock: CatalogLock;
  /** Entries that this site does not place although its party's stacks could. */
  readonly without?: readonly CatalogName[];
}

/** What a party's stacks place out of the catalog, by the digests of catalog.lock. */
export function placedOf({ party, parts, platformSet, lock, without = [] }: CatalogQuestion): Placed {
  const charts: LockedChart[] = [];
  const images: LockedImage[] = [];
  const unresolved: Omit<Unresolved, "accepted">[] = [];
  for (const name of catalogNames) {
    const entry = catalogEntry(name);
    const { kind, licence, versions } = entry;
    if (entry.party !== party || without.includes(name)) continue;
    if (entry.parts ? !entry.parts.some((part) => parts.includes(part)) : parts.length === 0) continue;
    try {
      const pin = resolvePin(name, platformSet, { lock, simulated: false });
      const from = pin.from ?? pin.repository;
      if (kind === "image")
        images.push({
          ...{ repository: from, tag: pin.version, digest: pin.digest, platform: sitePlatform.oci },
          ...{ pulledBy: "cluster", licence, party },
        });
      else
        charts.push({
          ...{ name: name.slice("charts/".length), version: pin.version, repository: from },
          ...(pin.manifest !== undefined && { manifest: pin.manifest }),
          ...(pin.archive !== undefined && { archive: pin.archive }),
          ...{ licence, party },
        });
    } catch (error) {
      if (!(error instanceof PinError)) throw error;
      unresolved.push({ name: pinKey(name, versions[platformSet]), reason: error.message });
    }
  }
  return { charts, images, unresolved };
}

/** An image that settings name, by its digest or that of catalog.lock; without one it is listed, and none is made up. */
export function namedImage(
  reference: string,
  lock: CatalogLock,
  how: Pick<LockedImage, "party" | "pulledBy" | "signedBy">,
): LockedImage | Omit<Unresolved, "accepted"> {
  try {
    const { repository, tag } = splitReference(reference);
    const { digest } = resolveImage(reference, { lock, simulated: false });
    return { repository, ...(tag !== undefined && { tag }), digest, platform: sitePlatform.oci, ...how };
  } catch (error) {
    if (!(error instanceof PinError)) throw error;
    return { name: reference, reason: error.message };
  }
}
