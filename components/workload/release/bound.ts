import { parse } from "smol-toml";
import { initDataDigest } from "../../guest/initData";
import { decodeInitData } from "../../guest/initDataAnnotation";
import { sha256 } from "../../names";
import type { Release } from "./schema";

/**
 * Where the init-data that a release shows is not the one that its digests bind: its reader would judge one agent policy,
 * and guests with another would be given the keys. The end of a sentence; undefined where all is well.
 */
export function unboundPart({ initData, agentPolicy }: Pick<Release, "initData" | "agentPolicy">): string | undefined {
  let toml: string;
  let policy: unknown;
  try {
    toml = decodeInitData(initData.annotation);
    policy = policyIn(toml);
  } catch {
    return "carries an init-data annotation that no guest could read";
  }
  const digest = initDataDigest(toml);
  if (digest !== initData.digest)
    return `shows init-data with the digest ${digest}, but binds ${initData.digest}: guests with other init-data than one can read here would be given its keys`;
  // Without a policy of its own the guest has its image's, which allows the host everything.
  if (typeof policy !== "string" || sha256(policy) !== agentPolicy.digest)
    return `binds an agent policy with the digest ${typeof policy === "string" ? sha256(policy) : "(none)"}, but names ${agentPolicy.digest}`;
  return undefined;
}

/** The agent policy that a release's init-data carries; undefined where there is none that could be read. */
export function carriedPolicy({ initData }: Pick<Release, "initData">): string | undefined {
  try {
    const policy = policyIn(decodeInitData(initData.annotation));
    return typeof policy === "string" ? policy : undefined;
  } catch {
    return undefined;
  }
}

function policyIn(toml: string): unknown {
  return (parse(toml).data as Record<string, unknown> | undefined)?.["policy.rego"];
}
