import { day } from "../day";
import { X509Certificate } from "node:crypto";
import type { CollateralFile } from "../context";
import { EvidenceError } from "../evidence/reader";
import type { RevocationList } from "../evidence/revocationList";
import { listedBy, listSigned, parseRevocationList, plainSerial } from "../evidence/revocationList";
import type { CollateralUse } from "../finding";

export type Revocation =
  | { readonly state: "good"; readonly says: string; readonly use: CollateralUse }
  /** Nothing to look at, or too old a list. */
  | { readonly state: "unknown"; readonly says: string; readonly use: CollateralUse }
  | { readonly state: "bad"; readonly says: string; readonly use?: CollateralUse };

interface Asked {
  /** What processors' list: for screens. */
  readonly product: string;
  /** PEM of whoever issues the list. */
  readonly root: string;
  /** PEM: what must not be on it. */
  readonly certificates: readonly string[];
  readonly files: readonly CollateralFile[];
  readonly now: Date;
}

/**
 * Whether a root's list of revoked certificates names one of these. AMD's roots list what they issued, the ASK and ASVK;
 * chips' certificates are withdrawn by a higher TCB, and all have the serial number 0. A list that is out of date shows
 * what was revoked until it was made, and nothing after it.
 */
export function revocationOf({ product, root, certificates, files, now }: Asked): Revocation {
  const title = `AMD's certificate revocation list of ${product}`;
  const issuer = new X509Certificate(root);
  const lists: ReadList[] = [];
  for (const { source, bytes } of files) {
    const list = readList(bytes, source);
    if (list instanceof EvidenceError) return { state: "bad", says: list.message };
    // A list of other processors is no concern of these certificates.
    if (!listedBy(list, issuer)) continue;
    if (!listSigned(list, issuer))
      return { state: "bad", says: `${source} was not signed by ${product}'s root, whose list it says it is` };
    lists.push({ list, source });
  }
  const serials = certificates.map((pem) => plainSerial(new X509Certificate(pem).serialNumber));
  for (const { list, source } of lists)
    for (const serial of serials) {
      const since = list.revoked.get(serial);
      if (since)
        return {
          state: "bad",
          says: `${source} names the certificate with the serial number ${serial} as revoked since ${day(since)}`,
        };
    }
  const [newest] = lists.sort((a, b) => b.list.thisUpdate.getTime() - a.list.thisUpdate.getTime());
  if (!newest) {
    const leavesOpen = "every revocation by AMD of the key that certified this processor's";
    const use = { title, source: "missing", leavesOpen };
    return { state: "unknown", says: `there is no list of ${product}'s revoked certificates to look at`, use };
  }
  const { list, source } = newest;
  const { thisUpdate, nextUpdate } = list;
  const use: CollateralUse = {
    title,
    source,
    issued: thisUpdate,
    ...(nextUpdate && { nextUpdate }),
    leavesOpen: `revocations after ${day(thisUpdate)}`,
  };
  if (thisUpdate > now)
    return {
      state: "bad",
      says: `${source} is of ${day(thisUpdate)}, which is yet to come by the reader's clock`,
      use,
    };
  if (!nextUpdate || nextUpdate < now)
    return {
      state: "unknown",
      says: `${source} is of ${day(thisUpdate)} and ${nextUpdate ? `counts until ${day(nextUpdate)}` : "does not say until when it counts"}: nothing says what was revoked since`,
      use,
    };
  return {
    state: "good",
    says: `AMD has not revoked the key that certified this processor's, as of ${day(thisUpdate)}`,
    use,
  };
}

interface ReadList {
  readonly list: RevocationList;
  readonly source: string;
}

function readList(bytes: Uint8Array, source: string): RevocationList | EvidenceError {
  try {
    return parseRevocationList(bytes, source);
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    throw error;
  }
}
