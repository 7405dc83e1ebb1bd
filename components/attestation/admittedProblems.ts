import { canonicalJson } from "../names";
import type { Release } from "../workload/release";
import { timeSchema } from "../workload/release/time";
import type { AdmittedRelease } from "./admittedRelease";
import { isFormer, keyWindow, releaseId, sortedReleases } from "./admittedRelease";

/** What is wrong with releases beside each other, as sentences: whatever would let one open another's keys. */
export function releasesProblems(admitted: readonly AdmittedRelease[]): string[] {
  const sorted = sortedReleases(admitted);
  const releases = sorted.map(({ release }) => release);
  return [
    ...rolloverProblems(sorted),
    ...strangers(releases),
    ...sharedKeys(releases),
    ...lookalikes(releases),
    ...mixtures(releases),
  ];
}

function rolloverProblems(admitted: readonly AdmittedRelease[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const entry of admitted) {
    const { release, until } = entry;
    const { name, history, validity } = release;
    const which = `release ${name}, number ${history.sequence}`;
    if (seen.has(releaseId(release)))
      problems.push(`${which} stands twice; give each release its own name, or a successor the next number`);
    seen.add(releaseId(release));
    const former = isFormer(entry, admitted);
    if (former && until === undefined)
      problems.push(`${which} has a successor and no end; say until when its guests get keys`);
    if (!former && until !== undefined)
      problems.push(`${which} has an end (${until}), but no successor; leave it out, or let its validity end earlier`);
    if (until !== undefined && !timeSchema.safeParse(until).success)
      problems.push(`${which}: "${until}" is no point in time; write for example 2028-01-01T00:00:00Z`);
    const window = keyWindow(entry);
    if (!(window.from < window.until))
      problems.push(
        `${which} would never be given a key: it is valid from ${validity.notBefore}, and ends ${until ?? validity.notAfter}`,
      );
  }
  return problems;
}

/** Releases of one name share its keys, so they have to be one owner's, made for one factory. */
function strangers(releases: readonly Release[]): string[] {
  return releases.flatMap((release) => {
    const first = releases.find(({ name }) => name === release.name);
    return first && (first.owner !== release.owner || first.factory !== release.factory)
      ? [
          `release ${release.name}: number ${release.history.sequence} is of ${release.owner} for ${release.factory}, number ` +
            `${first.history.sequence} of ${first.owner} for ${first.factory}; give another owner's release a name of its own`,
        ]
      : [];
  });
}

function sharedKeys(releases: readonly Release[]): string[] {
  const problems = new Set<string>();
  const owners = new Map<string, string>();
  for (const { name, resources } of releases)
    for (const path of resources) {
      const owner = owners.get(path) ?? name;
      if (owner !== name)
        problems.add(`resource ${path} belongs to release ${owner} and to ${name}; one key, one release`);
      owners.set(path, owner);
    }
  return [...problems];
}

/** Two names whose guests prove the same: whoever may start the one could have the other's keys. */
function lookalikes(releases: readonly Release[]): string[] {
  const problems = new Set<string>();
  const names = new Map<string, string>();
  for (const { name, launch, initData } of releases) {
    const proof = canonicalJson({ launch, initData: initData.digest });
    const other = names.get(proof) ?? name;
    if (other !== name)
      problems.add(
        `releases ${other} and ${name} have the same launch measurement and the same init-data, so a guest of the one could take the other's keys; ` +
          "bind what tells them apart (image, command, user) in their agent policies, or make them one release",
      );
    names.set(proof, other);
  }
  return [...problems];
}

function mixtures(releases: readonly Release[]): string[] {
  return new Set(releases.map(({ simulated }) => simulated)).size > 1
    ? [
        "simulated releases stand beside real ones, so made-up measurements would open a real key broker; keep them apart",
      ]
    : [];
}
