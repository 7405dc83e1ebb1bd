import { lockdownPolicy } from "../guest/agentPolicy";
import { genpolicyPolicy } from "../guest/genpolicy";
import type { Release } from "../workload/release";
import { carriedPolicy } from "../workload/release/bound";

/**
 * Why what a release says of its agent policy is its owner's word, as the end of a sentence; undefined where it was read
 * here: the init-data carries the very policy that this program makes for the release's image, user and command, or one of
 * genpolicy's own rules that opens no more than the release names. Whoever signs a release can write into it what he likes.
 */
export function unreadPolicy(release: PolicyOf): string | undefined {
  const carried = carriedPolicy(release);
  if (carried === undefined) return "its init-data carry no policy that could be read";
  return release.agentPolicy.origin === "trustfoundry" ? notOurs(release, carried) : notGenpolicys(release, carried);
}

type PolicyOf = Pick<Release, "agentPolicy" | "initData" | "image" | "user" | "command" | "gpu">;

function notOurs({ image, user, command, gpu }: PolicyOf, carried: string): string | undefined {
  const passthroughDevices = gpu.count + gpu.nvSwitches;
  const made = attempt(() => lockdownPolicy({ image, user, command, passthroughDevices }).rego);
  return made === carried
    ? undefined
    : "it is not the one that this version of Trustfoundry makes for the release, so that nothing here reads what it lets in";
}

function notGenpolicys(
  { image, user, command, agentPolicy: { openings } }: PolicyOf,
  rego: string,
): string | undefined {
  return attempt(() => genpolicyPolicy({ rego, image, user, command, openings }).rego) === rego
    ? undefined
    : "it is none of genpolicy's that is known here to open what the release names and no more";
}

/** Both makers throw for what they do not take. */
function attempt(make: () => string): string | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
