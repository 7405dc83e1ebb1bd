import { createPublicKey } from "node:crypto";
import type { JsonWebKey, KeyObject } from "node:crypto";
import type { Release } from "../workload/release";
import type { ClaimId } from "./claims";
import { claimOf } from "./claims";
import type { RuntimeData } from "./evidence/attestRequest";
import type { Examination, Finding } from "./finding";
import { Findings } from "./finding";

/** What there is to tell by whether a connection ends in the guest that evidence is about. */
export interface ChannelFacts {
  /**
   * SubjectPublicKeyInfo, DER, of the key that the other end proved to hold in TLS. Default: none, since the evidence was
   * not asked for over a connection.
   */
  readonly observedSpki?: Uint8Array;
  /** Runtime data that came with raw evidence, and whether the CPU's signed report carries its digest. */
  readonly bound?: { readonly runtime: RuntimeData; readonly signed: boolean };
  /** A key that a verified token says the guest's evidence was bound to, and who says so. */
  readonly token?: { readonly key: unknown; readonly by: string };
  /** The release that is looked for. */
  readonly release: Pick<Release, "servingKey" | "owner">;
}

const claim = "channel-ends-in-guest";

/**
 * Whether the connection ends in the guest. Genuine evidence can be relayed by anyone, so what counts is the key of the TLS
 * end: verified where the CPU signed it, asserted where somebody vouches that attested guests alone hold it. One finding,
 * by the best reason that there is.
 */
export function examineChannel(facts: ChannelFacts): readonly Finding[] {
  const found = new Findings("channel");
  if (facts.observedSpki === undefined) {
    found.notChecked(
      "channel-key",
      claim,
      "no connection was looked at: evidence in a file may be of another guest than the one that answers prompts; ask the guest itself, with `trustfoundry verify <URL>`",
    );
    return found.all;
  }
  const observed = publicKey({ key: Buffer.from(facts.observedSpki), format: "der", type: "spki" });
  if (!observed) found.failed("channel-key", claim, "the key of the TLS end cannot be read");
  else findKey(found, observed, facts);
  return found.all;
}

/**
 * What the release's serving key says of a guest that gives no evidence of its own: its private half is a resource of the key
 * broker, which compares all this before it gives it away. The broker's owner says so; nothing of it is computed here.
 * Undefined where the connection ends in another key, or there is none.
 */
export function examineServingKey({ observedSpki, release }: ChannelFacts): Examination | undefined {
  const observed = observedSpki && publicKey({ key: Buffer.from(observedSpki), format: "der", type: "spki" });
  if (!observed || !isServingKey(observed, release)) return undefined;
  const found = new Findings("channel");
  const by = `the key broker of ${release.owner}`;
  const before = "before it gives away the serving key that the TLS end holds";
  for (const id of guestClaimsOfBroker)
    found.asserted(`serving-key-${id}`, id, by, `${claimOf(id).keyBroker ?? ""}, ${before}`);
  found.asserted(
    "serving-key-evidence-fresh",
    "evidence-fresh",
    by,
    "the TLS end has just proved to hold the serving key, which was given to an attested guest at some time",
  );
  return { findings: found.all, collateral: [] };
}

/** Claims about one guest that the key broker compares for each key. */
const guestClaimsOfBroker: readonly ClaimId[] = [
  "cpu-genuine",
  "cpu-firmware-current",
  "guest-booted-as-released",
  "guest-not-debuggable",
  "guest-rules-bound",
  "gpu-genuine",
  "gpu-confidential",
];

function findKey(found: Findings, observed: KeyObject, { bound, token, release }: ChannelFacts): void {
  const names = (jwk: unknown) => publicJwk(jwk)?.equals(observed) === true;
  const inEvidence = bound !== undefined && names(bound.runtime["tee-pubkey"]);
  const signed = inEvidence && bound.signed;
  // Before anything else: a guest may bind it to its evidence, and whoever keeps it for guests can end connections as well.
  if (isServingKey(observed, release)) {
    found.asserted(
      "channel-key",
      claim,
      `the key broker of ${release.owner}`,
      signed
        ? "the CPU's signed report data bind the TLS end's key; but it is the release's serving key, which the key broker gives to attested guests, and whoever keeps it there has it too"
        : "the TLS end holds the release's serving key, which the key broker gives to attested guests; which guest this is, no evidence binds",
    );
    return;
  }
  if (signed) {
    found.verified("channel-key", claim, "the TLS end's key is the one that the CPU's signed report data bind");
    return;
  }
  // Beside evidence of another guest, a token about this one does not make that evidence this one's.
  if (token && names(token.key) && (bound === undefined || inEvidence)) {
    found.asserted("channel-key", claim, token.by, "the TLS end's key is the one that the token names for the guest");
    return;
  }
  if (inEvidence)
    found.notChecked(
      "channel-key",
      claim,
      "the evidence names the TLS end's key, but no signature of the CPU that holds covers it; the checks of cpu0 say what is missing",
    );
  else found.failed("channel-key", claim, otherKey(bound !== undefined || token !== undefined, release));
}

function otherKey(hasEvidence: boolean, { servingKey }: ChannelFacts["release"]): string {
  const serving = servingKey ? "is not the release's serving key" : "the release names no serving key";
  return hasEvidence
    ? `the TLS end's key is another than the evidence names, and ${servingKey ? "it " : ""}${serving}: the evidence is relayed, or something in between ends the connection`
    : `nothing ties the TLS end's key to a guest: there is no evidence, and ${servingKey ? "it " : ""}${serving}`;
}

function isServingKey(observed: KeyObject, { servingKey }: ChannelFacts["release"]): boolean {
  if (!servingKey) return false;
  const key = publicKey({ key: Buffer.from(servingKey.spki, "base64"), format: "der", type: "spki" });
  return key?.equals(observed) === true;
}

/** Whether two keys as JWK, or one as SubjectPublicKeyInfo, are the same public key; what is no key is none's. */
export function isSameKey(one: unknown, other: unknown): boolean {
  const key = (value: unknown) =>
    value instanceof Uint8Array
      ? publicKey({ key: Buffer.from(value), format: "der", type: "spki" })
      : publicJwk(value);
  const [first, second] = [key(one), key(other)];
  return first !== undefined && second !== undefined && first.equals(second);
}

/** A JWK's public key. One that comes with its private half is nobody's own any more, and is none. */
function publicJwk(jwk: unknown): KeyObject | undefined {
  if (typeof jwk !== "object" || jwk === null || "d" in jwk || "k" in jwk) return undefined;
  return publicKey({ key: jwk as JsonWebKey, format: "jwk" });
}

function publicKey(input: Parameters<typeof createPublicKey>[0]): KeyObject | undefined {
  try {
    return createPublicKey(input);
  } catch {
    return undefined;
  }
}
