import * as semver from "semver";

/**
 * Whether one full GKE version is older than another: `1.34.1-gke.2909000`, by its build, too. What is no full version
 * counts as older, since nobody knows what it turns out to be.
 */
export function isOlder(version: string, floor: string): boolean {
  return semver.valid(version) === null || semver.lt(version, floor);
}

/**
 * Whether a version lacks something that came to several minor versions at once, each with a first build of its own.
 * Minor versions between and after those are held against the last one before them.
 */
export function lacks(version: string, firsts: readonly string[]): boolean {
  const minor = semver.parse(version)?.minor ?? 0;
  const floor = [...firsts].reverse().find((first) => semver.minor(first) <= minor) ?? firsts[0];
  return floor !== undefined && isOlder(version, floor);
}
