import * as semver from "semver";
import type { Advisory } from "../../policies/advisories";
import { advisories } from "../../policies/advisories";

/** What the advisories are held against. */
export interface InUse {
  /** Versions in force by component; none where no stack places it. */
  readonly versions: Readonly<Partial<Record<Advisory["of"], readonly string[]>>>;
  /** What of it is in use. */
  readonly uses: Readonly<Record<NonNullable<Advisory["onlyWith"]>, boolean>>;
}

/** `unused`: the version has it, and what it needs is not in use here. */
export type AdvisoryStanding = "affected" | "unused" | "fixed" | "unknown";

export interface JudgedAdvisory {
  readonly advisory: Advisory;
  readonly standing: AdvisoryStanding;
  readonly because: string;
}

export function judgeAdvisories({ versions, uses }: InUse): JudgedAdvisory[] {
  return advisories.map((advisory) => {
    const { of, affected, onlyWith } = advisory;
    const found = versions[of] ?? [];
    if (found.length === 0) return { advisory, standing: "unknown", because: `no stack that was read places ${of}` };
    if (affected === undefined)
      return { advisory, standing: "unknown", because: "which versions have it was not to be had" };
    const unreadable = found.find((version) => semver.valid(version) === null);
    if (unreadable !== undefined)
      return { advisory, standing: "unknown", because: `${unreadable} is no version that can be compared` };
    // A release candidate of the mended version counts as older: it is.
    const hit = found.filter((version) => semver.satisfies(version, affected, { includePrerelease: true }));
    if (hit.length === 0) return { advisory, standing: "fixed", because: `${of} ${found.join(", ")} has it mended` };
    if (onlyWith !== undefined && !uses[onlyWith])
      return { advisory, standing: "unused", because: `${of} ${hit.join(", ")} has it, and ${unusedWords[onlyWith]}` };
    return { advisory, standing: "affected", because: `${of} ${hit.join(", ")} has it` };
  });
}

const unusedWords: Readonly<Record<NonNullable<Advisory["onlyWith"]>, string>> = {
  genpolicy: "no release that was read has a policy that genpolicy made",
  runtimeRs: "the shims placed here are the Go ones",
  cloudHypervisor: "the shims placed here run QEMU",
};
