import type { SignerPolicy } from "../../components/workload/release/signers";
import { signingParties } from "../../components/workload/release/signers";
import type { Party } from "../../policies/rule";
import { tenants } from "../../policies/rule";
import type { Change, Direction } from "./change";

type SignerChange = Omit<Change, "subject" | "location">;
type PartyPolicy = NonNullable<SignerPolicy["dataOwner"]>;

/** Whose signatures a release needs, as a stack file says it; anything of another form is refused by its preview. */
export function compareSigners(base: unknown, head: unknown): SignerChange[] {
  const [a, b] = [policyOf(base), policyOf(head)];
  if (!a || !b) return [];
  return [...signingParties.flatMap((party) => compareParty(party, a[party], b[party])), ...compareRevoked(a, b)];
}

function policyOf(value: unknown): Partial<SignerPolicy> | undefined {
  return typeof value === "object" && value !== null ? (value as Partial<SignerPolicy>) : undefined;
}

function compareParty(party: Party, a: PartyPolicy | undefined, b: PartyPolicy | undefined): SignerChange[] {
  const say = (direction: Direction, text: string): SignerChange => ({
    kind: "signers",
    pillar: "attestation",
    protects: [party],
    direction,
    text: `signers: ${party}: ${text}`,
  });
  if (!a && !b) return [];
  if (!b) return [say("weaker", "has no say in releases any more")];
  if (!a) return [say("stronger", "has to sign releases now")];
  const [before, after] = [usable(a), usable(b)];
  return [
    ...(a.threshold === b.threshold
      ? []
      : [
          say(
            b.threshold < a.threshold ? "weaker" : "stronger",
            `${b.threshold} instead of ${a.threshold} have to sign`,
          ),
        ]),
    ...[...after]
      .filter(([key]) => !before.has(key))
      .map(([, name]) => say("weaker", `a key counts now that did not: ${name}`)),
    ...[...before]
      .filter(([key]) => !after.has(key))
      .map(([, name]) => say("stronger", `a key counts no longer: ${name}`)),
    ...retirements(a, b).map(({ name, from, to }) =>
      say(
        to === undefined || (from !== undefined && to > from) ? "weaker" : "stronger",
        `the key ${name} counts until ${to ?? "revoked"} instead of ${from ?? "revoked"}`,
      ),
    ),
  ];
}

/** By key, since names are words only. */
function usable({ keys = [] }: PartyPolicy): Map<string, string> {
  return new Map(
    keys.filter(({ revoked }) => revoked === undefined).map(({ publicKey, name }) => [publicKey.trim(), name]),
  );
}

function retirements({ keys: a = [] }: PartyPolicy, { keys: b = [] }: PartyPolicy) {
  return b.flatMap(({ publicKey, name, notAfter: to }) => {
    const former = a.find((key) => key.publicKey.trim() === publicKey.trim());
    return former && former.notAfter !== to ? [{ name, from: former.notAfter, to }] : [];
  });
}

function compareRevoked(a: Partial<SignerPolicy>, b: Partial<SignerPolicy>): SignerChange[] {
  const digests = ({ revokedReleases = [] }: Partial<SignerPolicy>) => revokedReleases.map(({ digest }) => digest);
  const [before, after] = [digests(a), digests(b)];
  const say = (direction: Direction, text: string): SignerChange => ({
    kind: "signers",
    pillar: "attestation",
    protects: tenants,
    direction,
    text,
  });
  return [
    ...before
      .filter((digest) => !after.includes(digest))
      .map((digest) => say("weaker", `signers: release ${digest} is no longer revoked`)),
    ...after
      .filter((digest) => !before.includes(digest))
      .map((digest) => say("stronger", `signers: release ${digest} is revoked`)),
  ];
}
