import type { GuestImage } from "../../components/guest/measurement/guestImage";
import type { Acceptance, Verdict } from "../../components/verdict/verdict";
import type { CollateralFile, VendorRoots } from "../../components/verdict/context";
import type { ChannelFacts } from "../../components/verdict/channel";
import { examineChannel, examineServingKey, isSameKey } from "../../components/verdict/channel";
import { examiners } from "../../components/verdict/examiners";
import type { BoundRuntime } from "../../components/verdict/judge";
import { judgeGuest } from "../../components/verdict/judge";
import { expectedOf } from "../../components/verdict/question";
import type { EarTrust } from "../../components/verdict/token/earContext";
import { examineEar } from "../../components/verdict/token/examineEar";
import type { Expectation, VerifiedRelease } from "../../components/workload/release/verify";
import { verifyRelease } from "../../components/workload/release/verify";
import type { EvidenceDocument } from "./evidenceDocument";

/** What a reader brings along: which release he looks for, and whom he believes what. Nothing of it comes from the guest. */
export interface Reader {
  /** Text of the release's document. */
  readonly release: string;
  readonly expected: Omit<Expectation, "now">;
  readonly roots: VendorRoots;
  readonly collateral: readonly CollateralFile[];
  readonly acceptance: Acceptance;
  /** Description of the guest image that the reader vouches for. Default: none. */
  readonly guestImage?: GuestImage;
  /** Whose tokens count. Default: nobody's, and tokens are not looked at. */
  readonly tokens?: EarTrust;
}

/** What there is of a guest. */
export interface Seen {
  readonly document?: EvidenceDocument;
  /** The reader's own nonce, if he asked. */
  readonly nonce?: string;
  /** Key of the TLS end, if there is a connection. */
  readonly observedSpki?: Uint8Array;
  /** A token about the guest, out of a file. */
  readonly token?: string;
}

/** The release is not one that the reader may act upon. */
export class ReleaseRefused extends Error {
  constructor(readonly refusals: readonly string[]) {
    super(refusals.join(" "));
    this.name = "ReleaseRefused";
  }
}

/** The release, where it may be acted upon at this moment; ReleaseRefused where not. */
export async function releaseOf(reader: Pick<Reader, "release" | "expected">, now: Date): Promise<VerifiedRelease> {
  const release = await verifyRelease(reader.release, { ...reader.expected, now });
  if ("refusals" in release) throw new ReleaseRefused(release.refusals);
  return release;
}

/** Judges what was seen of a guest, at this moment: a release's validity ends while programs run. */
export async function judgeSeen(reader: Reader, seen: Seen, now: Date): Promise<Verdict> {
  const release = await releaseOf(reader, now);
  const { evidence } = seen.document ?? {};
  const token = await examineToken(reader, release, seen, now);
  const evidenceKey = evidence?.request["runtime-data"]["tee-pubkey"];
  const facts = (bound?: BoundRuntime): ChannelFacts => ({
    ...(seen.observedSpki && { observedSpki: seen.observedSpki }),
    ...(bound && { bound }),
    ...(token?.bound && { token: { key: token.bound.key, by: token.bound.by } }),
    release: release.release,
  });
  const word = token ?? examineServingKey(facts());
  const wordKey = token ? token.bound?.key : seen.observedSpki;
  return judgeGuest(
    {
      release,
      ...(evidence && { evidence }),
      ...(seen.nonce !== undefined && { nonce: seen.nonce }),
      channel: (bound) => examineChannel(facts(bound)),
      ...(word && { word: { ...word, ofThisGuest: evidence === undefined || isSameKey(wordKey, evidenceKey) } }),
      roots: reader.roots,
      collateral: reader.collateral,
      now,
      acceptance: reader.acceptance,
      ...(reader.guestImage && { guestImage: reader.guestImage }),
    },
    examiners,
  );
}

/** A token is of another session than the raw evidence beside it: it answers a key broker, and not this reader. */
async function examineToken({ tokens }: Reader, { release }: VerifiedRelease, seen: Seen, now: Date) {
  const token = seen.token ?? seen.document?.token;
  if (tokens === undefined || token === undefined) return undefined;
  return examineEar(
    { token },
    {
      now,
      expected: expectedOf(release, undefined),
      trust: tokens,
      nonce: { unknown: "a token answers the question of the service that made it, not the reader's" },
    },
  );
}
