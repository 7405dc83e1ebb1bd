import type { GuestImage } from "../guest/measurement/guestImage";
import { guestMeasurement } from "../workload/guestMeasurement";
import type { Release } from "../workload/release";
import type { VerifiedRelease } from "../workload/release/verify";
import { canonicalJson } from "../names";
import type { Finding } from "./finding";
import { Findings, weakest } from "./finding";
import { unreadPolicy } from "./policyRead";

/**
 * What is known by the release, once its signatures were checked, and by the reader's own description of the guest image:
 * without one, which image the release's measurement is of is its owner's word, and with it that this image keeps the rules
 * that it is given.
 */
export function releaseFindings(
  { release, digest, signedBy }: VerifiedRelease,
  guestImage?: GuestImage,
): readonly Finding[] {
  const found = new Findings("release");
  found.verified("release-signatures", "release-authentic", `signed by ${signedBy.join(", ")}; digest ${digest}`);
  if (guestImage) measured(release, guestImage, found);
  else if (release.measuredBy !== "simulated")
    found.asserted(
      measuredBy,
      booted,
      release.owner,
      `the measurement was ${release.measuredBy} by the owner: of which guest image, and that it keeps its rules, is the owner's word; give --guest with a description of your own`,
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

const measuredBy = "release-measured-by";
const booted = "guest-booted-as-released";

/** Computes the release's measurement anew, of the image that the reader vouches for. */
function measured(release: Release, image: GuestImage, found: Findings): void {
  const { tee, shape, launch, simulated } = release;
  try {
    const own = guestMeasurement({
      model: { tee },
      vcpus: shape.vcpus,
      kata: image.kata,
      guestImage: image,
      simulated,
    });
    found.decide(
      measuredBy,
      booted,
      canonicalJson(own.launch) === canonicalJson(launch),
      `computed here: the release's measurement is of the reader's guest image ${image.name}, started with ${shape.vcpus} vCPUs`,
      `the release's measurement is not of the reader's guest image ${image.name}, started with ${shape.vcpus} vCPUs`,
    );
  } catch (error) {
    // An image of another TEE, or of a Kata that nobody described: it cannot be this release's.
    if (!(error instanceof Error) || error instanceof TypeError) throw error;
    found.failed(
      measuredBy,
      booted,
      `the reader's guest image ${image.name} cannot be measured for it: ${error.message}`,
    );
  }
}

/**
 * What follows from rules that the hardware binds: the agent and image policies inside the release's init-data decide
 * which image runs and what the host may do, as long as the released guest boots and enforces them.
 */
export function derivedFindings(
  { release }: VerifiedRelease,
  known: readonly Finding[],
  route: readonly Finding[],
): readonly Finding[] {
  const isPremise = ({ claim }: Finding) => claim === "guest-rules-bound" || claim === booted;
  if (new Set(route.filter(isPremise).map(({ claim }) => claim)).size < 2) return [];
  const premises = [...known, ...route].filter(isPremise);
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
