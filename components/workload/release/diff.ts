import { canonicalJson } from "../../names";
import { guestDifferences } from "./diffGuest";
import { initDataDifferences } from "./diffInitData";
import { accessDifferences, evidenceDifferences } from "./diffTrust";
import { changed, listChanges, notMeasured } from "./diffWords";
import { releaseDigest } from "./document";
import type { Release } from "./schema";

type Compare = (a: Release, b: Release) => string[];

/** What each part of a release is compared by, in the order in which a reader wants to know. */
const comparisons: readonly { readonly fields: readonly (keyof Release)[]; readonly compare: Compare }[] = [
  { fields: ["factory", "name", "owner", "modelVersion", "simulated", "history"], compare: identity },
  { fields: ["validity"], compare: validity },
  { fields: ["image", "artifact", "command", "user", "port"], compare: content },
  {
    fields: ["tee", "runtimeClassName", "sandboxedContainers", "gpu", "shape", "guestImage", "launch", "measuredBy"],
    compare: guestDifferences,
  },
  { fields: ["initData", "agentPolicy"], compare: initDataDifferences },
  { fields: ["tcb", "gpuClaims"], compare: evidenceDifferences },
  { fields: ["resources", "servingKey"], compare: accessDifferences },
  { fields: ["replicas", "trustedStorageGib", "startupSeconds", "awaitReadiness"], compare: placement },
  { fields: ["notMeasured"], compare: limits },
];

/**
 * What `b` says otherwise than `a`, the former one: phrases for people, each with what it means to a party. Empty for
 * releases of the same bytes, and never empty for others.
 */
export function explainDifference(a: Release, b: Release): string[] {
  if (releaseDigest(a) === releaseDigest(b)) return [];
  const found = comparisons.flatMap(({ fields, compare }) => {
    const differing = fields.filter((field) => differs(a[field], b[field]));
    if (differing.length === 0) return [];
    const phrases = compare(a, b);
    return phrases.length > 0 ? phrases : differing.map((field) => changed(field, a[field], b[field], "look at both"));
  });
  const known = new Set<string>(comparisons.flatMap(({ fields }) => fields));
  const others = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((field) => !known.has(field)).sort();
  return [
    ...found,
    ...others
      .map((field) => field as keyof Release)
      .filter((field) => differs(a[field], b[field]))
      .map((field) => changed(field, a[field], b[field], "look at both")),
  ];
}

function differs(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) !== canonicalJson(b ?? null);
}

function identity(a: Release, b: Release): string[] {
  const phrases: string[] = [];
  if (a.factory !== b.factory)
    phrases.push(changed("factory", a.factory, b.factory, "each is refused in the other's factory"));
  if (a.name !== b.name)
    phrases.push(changed("name", a.name, b.name, "these are different models, with chains of their own"));
  if (a.owner !== b.owner) phrases.push(changed("owner", a.owner, b.owner, "another party answers for it"));
  if (a.modelVersion !== b.modelVersion)
    phrases.push(
      changed("model version", a.modelVersion, b.modelVersion, "a name alone; image and weights below are what counts"),
    );
  if (a.simulated !== b.simulated)
    phrases.push(b.simulated ? "SIMULATED now: no genuine guest answers to it" : "real now, no longer SIMULATED");
  if (differs(a.history, b.history)) phrases.push(historyPhrase(a, b));
  return phrases;
}

function historyPhrase(a: Release, b: Release): string {
  if (b.history.previous === releaseDigest(a))
    return `history: number ${b.history.sequence} follows number ${a.history.sequence} directly`;
  const direct = b.history.sequence === a.history.sequence + 1 && a.name === b.name;
  return direct
    ? `history: number ${b.history.sequence} does NOT follow this number ${a.history.sequence} but another one: the chain forks; ask the model owner`
    : `history: number ${b.history.sequence} instead of ${a.history.sequence}`;
}

function validity(a: Release, b: Release): string[] {
  const phrases: string[] = [];
  if (a.validity.notBefore !== b.validity.notBefore)
    phrases.push(changed("valid from", a.validity.notBefore, b.validity.notBefore, "guests are given no keys before"));
  if (a.validity.notAfter !== b.validity.notAfter)
    phrases.push(
      changed(
        "valid until",
        a.validity.notAfter,
        b.validity.notAfter,
        a.validity.notAfter < b.validity.notAfter
          ? "longer: its guests are given keys after the former end"
          : "shorter: its guests are given no keys after",
      ),
    );
  return phrases;
}

function content(a: Release, b: Release): string[] {
  const phrases: string[] = [];
  const image = ({ image: { repository, digest } }: Release) => `${repository}@${digest}`;
  if (image(a) !== image(b)) phrases.push(changed("image", image(a), image(b), "other software sees the prompts"));
  if (a.image.signer !== b.image.signer)
    phrases.push(
      b.image.signer === undefined
        ? "image: needs no signature any more; its digest alone vouches for it"
        : changed("image's signer", a.image.signer, b.image.signer, "the guest demands a signature of this key"),
    );
  if (a.image.encryptionKey !== b.image.encryptionKey)
    phrases.push(
      b.image.encryptionKey === undefined
        ? "image: not encrypted any more; the provider can read it"
        : changed("image's encryption key", a.image.encryptionKey, b.image.encryptionKey, "another resource opens it"),
    );
  phrases.push(...weights(a, b));
  if (differs(a.command, b.command))
    phrases.push(changed("command", a.command, b.command, "another program starts; the agent policy binds it"));
  if (differs(a.user, b.user))
    phrases.push(changed("user", a.user, b.user, "the program runs as another user; the agent policy binds it"));
  if (a.port !== b.port) phrases.push(notMeasured(changed("port", a.port, b.port, "clients reach it elsewhere")));
  return phrases;
}

function weights({ artifact: a }: Release, { artifact: b }: Release): string[] {
  if (!differs(a, b)) return [];
  if (!a || !b)
    return [
      b
        ? `weights: sealed now (${b.kind}, content ${b.digest}, opened by ${b.key}); before they were not named`
        : "weights: no longer a sealed artifact; what the image brings along is used, or what the program fetches",
    ];
  const phrases: string[] = [];
  if (a.digest !== b.digest) phrases.push(changed("weights", a.digest, b.digest, "another model answers"));
  if (a.key !== b.key) phrases.push(changed("weights' key", a.key, b.key, "another resource opens them"));
  if (phrases.length === 0 || a.kind !== b.kind)
    phrases.push(
      changed(
        "weights' packaging",
        a,
        b,
        a.digest === b.digest ? "the same content, sealed or kept differently" : "sealed or kept differently",
      ),
    );
  return phrases;
}

function placement(a: Release, b: Release): string[] {
  const meanings = {
    replicas: "the provider runs another number of guests",
    trustedStorageGib: "GiB of encrypted scratch",
    startupSeconds: "seconds that a start may take",
    awaitReadiness: "whether the provider's update waits for it",
  } as const;
  return (Object.keys(meanings) as (keyof typeof meanings)[])
    .filter((field) => a[field] !== b[field])
    .map((field) => notMeasured(changed(field, a[field], b[field], meanings[field])));
}

function limits(a: Release, b: Release): string[] {
  return listChanges(a.notMeasured, b.notMeasured).map(({ added, item }) =>
    added ? `newly not measured: ${item}` : `no longer listed as not measured: ${item}`,
  );
}
