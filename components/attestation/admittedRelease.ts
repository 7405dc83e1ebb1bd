import type { Release } from "../workload/release";

/** A release whose guests the key broker serves. */
export interface AdmittedRelease {
  readonly release: Release;
  /**
   * Rollover: a former release beside its successor of the same name. Its guests get keys until this point in time,
   * `YYYY-MM-DDTHH:MM:SSZ`, and at the latest until its validity ends. Default: the current release, until the latter.
   */
  readonly until?: string;
}

/** Name and number, which together are one release: `llama-8b#2`. */
export function releaseId({ name, history }: Release): string {
  return `${name}#${history.sequence}`;
}

/** Always the same order, whatever the caller's: by name, then by number. */
export function sortedReleases(admitted: readonly AdmittedRelease[]): AdmittedRelease[] {
  return [...admitted].sort(({ release: a }, { release: b }) =>
    a.name === b.name ? a.history.sequence - b.history.sequence : a.name < b.name ? -1 : 1,
  );
}

/** Seconds since 1970 from which, and before which, guests are given keys. */
export function keyWindow({ release, until }: AdmittedRelease): { readonly from: number; readonly until: number } {
  const { notBefore, notAfter } = release.validity;
  return {
    from: seconds(notBefore),
    until: Math.min(seconds(notAfter), until === undefined ? Infinity : seconds(until)),
  };
}

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}

/** A release that is no longer the newest of its name. */
export function isFormer({ release }: AdmittedRelease, admitted: readonly AdmittedRelease[]): boolean {
  return admitted.some(
    ({ release: other }) => other.name === release.name && other.history.sequence > release.history.sequence,
  );
}

/** What somebody has to hear of a point in time: before it, so that they act; after it, since they did not. */
export interface Notice {
  readonly expired: boolean;
  readonly text: string;
}

/** How long before its end a rollover is spoken of, in days. */
const noticeDays = 30;

/**
 * What is to be said of former releases. The key broker ends them by itself, in its resource policy; what stays behind
 * are an entry of the configuration and reference values that nobody needs, which one day hide a mistake. So an overdue
 * rollover is refused outside a rehearsal, and one that ends soon is warned of.
 */
export function rolloverNotices(admitted: readonly AdmittedRelease[], now: Date): Notice[] {
  return sortedReleases(admitted).flatMap(({ release, until }): Notice[] => {
    if (until === undefined) return [];
    const days = Math.floor((Date.parse(until) - now.getTime()) / 86_400_000);
    if (days >= noticeDays) return [];
    const { name, history } = release;
    const former = `release ${name}: the former release, number ${history.sequence},`;
    return days < 0
      ? [{ expired: true, text: `${former} gets no keys since ${until}; take it out of the configuration` }]
      : [
          {
            expired: false,
            text: `${former} gets keys for ${days} more days, until ${until}; see that every guest of it is replaced by then`,
          },
        ];
  });
}
