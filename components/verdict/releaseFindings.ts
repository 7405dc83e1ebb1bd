import type { VerifiedRelease } from "../workload/release/verify";
import type { Finding } from "./finding";
import { Findings, weakest } from "./finding";
import { unreadPolicy } from "./policyRead";

/** What is known by the release alone, once its signatures were checked. */
export function releaseFindings({ release, digest, signedBy }: VerifiedRelease): readonly Finding[] {
  const found = new Findings("release");
  found.verified("release-signatures", "release-authentic", `signed by ${signedBy.join(", ")}; digest ${digest}`);
  if (release.measuredBy === "declared")
    found.asserted(
      "release-measured-by",
      "guest-booted-as-released",
      release.owner,
      "the measurement was declared: that it is of the guest image which the release describes is the owner's word",
    );
  const broker = `the key broker of ${release.owner}`;
  found.asserted(
    "owner-key-broker",
    "keys-for-release-only",
    broker,
    `gives ${release.resources.length === 1 ? "the release's key" : `the release's ${release.resources.length} keys`} to its guests alone; no evidence of a guest shows it`,
  );
  return found.all;
}

/**
 * What follows from rules that the hardware binds: the agent and image policies inside the release's init-data decide
 * which image runs and what the host may do, as long as the released guest boots and enforces them.
 */
export function derivedFindings({ release }: VerifiedRelease, route: readonly Finding[]): readonly Finding[] {
  const premises = route.filter(({ claim }) => claim === "guest-rules-bound" || claim === "guest-booted-as-released");
  const claimsSeen = new Set(premises.map(({ claim }) => claim));
  if (claimsSeen.size < 2) return [];
  const { image, agentPolicy, command, owner, simulated } = release;
  const unread = unreadPolicy(release);
  const own = unread === undefined ? [] : [{ grade: "asserted" as const, by: owner }];
  const grade = weakest([...premises, ...own].map((finding) => finding.grade));
  const by = [...new Set([...premises, ...own].flatMap((finding) => finding.by ?? []))].sort().join(" and ");
  const derive = (check: string, claim: Finding["claim"], says: string): Finding => {
    const whose = unread === undefined ? says : `${says}: the owner's word, since ${unread}`;
    return { check, claim, of: "release", grade, says: whose, ...(grade === "asserted" && { by }) };
  };
  const policy = `agent policy ${agentPolicy.digest.slice(0, 16)}…, which the guest's init-data carries`;
  const opened = [
    ...(agentPolicy.openings.length > 0 ? [`opens ${agentPolicy.openings.join(", ")}`] : []),
    // Trustfoundry's own policy binds a program only where the release names one; rehearsals may go without.
    ...(agentPolicy.origin === "trustfoundry" && command.length === 0 && !simulated
      ? ["names no command, and opens any program of its image,"]
      : []),
  ];
  return [
    derive(
      "image-by-policy",
      "image-as-released",
      `the ${policy}, lets ${image.repository}@${image.digest} run and no other image`,
    ),
    opened.length === 0
      ? derive("host-by-policy", "host-kept-out", `the ${policy}, opens nothing to the host`)
      : {
          check: "host-by-policy",
          claim: "host-kept-out",
          of: "release",
          grade: "failed",
          says: `the release ${opened.join(" and ")} to the host, which can read or do as much`,
        },
  ];
}
