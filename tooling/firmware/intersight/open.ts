import { managementUrl } from "../address";
import { readJournal } from "../journal";
import { Connection } from "../redfish/connection";
import type { Trust } from "../redfish/connection";
import { IntersightClient } from "./client";
import type { ApiKey } from "./signature";
import { IntersightTarget } from "./target";
import { unfinishedTokens } from "./unfinished";
import type { ProfilePlace } from "./view";

/** Cisco's own service; an appliance has an address, and mostly an authority, of its own. */
export const intersightAddress = "https://intersight.com";

export interface OpenIntersightArgs {
  readonly address?: string;
  readonly trust?: Trust;
  readonly place: ProfilePlace;
  readonly key: ApiKey;
  /** Folder of journals. */
  readonly journals: string;
}

export function openIntersight({
  address = intersightAddress,
  trust = {},
  place,
  key,
  journals,
}: OpenIntersightArgs): IntersightTarget {
  const client = new IntersightClient(new Connection(managementUrl(address), trust), key);
  return new IntersightTarget(client, place, {
    unfinished: (serial) => unfinishedTokens(readJournal(journals, serial)),
  });
}
