import { createHash } from "node:crypto";
import type { CollateralSource } from "../collateralSource";
import { EvidenceError } from "../evidence/reader";
import type { Examination, VerdictClaimId } from "../finding";
import { Checklist } from "./checklist";
import type { Jws } from "./jws";
import { headerProblem, parseJws, signatureHolds } from "./jws";
import { spaceChecks, examineSpaceClaims } from "./spaceClaims";
import type { SpaceContext } from "./spaceContext";
import { spaceAlgorithm, spaceKeyOf, spaceKeySet } from "./spaceKey";
import type { JsonObject } from "./strictJson";
import { shown } from "./strictJson";
import { confidentialSpaceIssuer, foreignKind } from "./tokenKind";
import { decideTimes, isFor } from "./tokenTime";

const checks = {
  "space-form": "cpu-genuine",
  "space-header": "cpu-genuine",
  "space-algorithm": "cpu-genuine",
  "space-issuer": "cpu-genuine",
  "space-key": "cpu-genuine",
  "space-signature": "cpu-genuine",
  "space-audience": "cpu-genuine",
  "space-time": "evidence-fresh",
  "space-age": "evidence-fresh",
  "space-nonce": "evidence-fresh",
  "space-channel-key": "channel-ends-in-guest",
  ...spaceChecks,
} as const satisfies Record<string, VerdictClaimId>;
type SpaceList = Checklist<keyof typeof checks>;

/** Nonces of a token: 8 to 88 bytes each, six at most (Google Cloud, "Confidential Space token claims"). */
const nonceCharacters = { least: 8, most: 88 };

/**
 * What a workload puts among its nonces for the key of its TLS end: the SHA-256 of SubjectPublicKeyInfo, lower-case hex, with
 * a word before it. The word keeps it apart from nonces of callers: a workload that takes those as digits alone cannot be
 * brought to vouch for somebody else's key.
 */
export function channelNonce(spki: Uint8Array): string {
  return `spki-sha256:${createHash("sha256").update(spki).digest("hex")}`;
}

/**
 * Examines a token of Google's attestation service about a Confidential Space machine, in either form: with a chain of
 * certificates under Google's root (PKI), or by Google's key set (OIDC). Google runs the machine, builds its image and signs
 * the token: all of it is `asserted` by Google, or `failed`, and never verified.
 */
export async function examineConfidentialSpace(
  { token }: { readonly token: string },
  context: SpaceContext,
): Promise<Examination> {
  const list = new Checklist(checks, "token", context.roots.simulated ? "a SIMULATED Google" : "Google");
  const opened = await openToken(list, token, context);
  if (opened.jws) {
    examineQuestion(list, opened.jws.claims, context);
    examineSpaceClaims(list, opened.jws.claims, context.expected);
  }
  return {
    findings: list.all("nothing of a token counts that Google's key did not sign"),
    collateral: opened.collateral,
  };
}

/** What to fetch so that a token can be examined: nothing for one that brings its certificates. */
export function confidentialSpaceSources({ token }: { readonly token: string }): readonly CollateralSource[] {
  try {
    return parseJws(token).header.x5c === undefined ? [spaceKeySet] : [];
  } catch (error) {
    if (error instanceof EvidenceError) return [];
    throw error;
  }
}

async function openToken(
  list: SpaceList,
  token: string,
  context: SpaceContext,
): Promise<{ readonly jws?: Jws; readonly collateral: Examination["collateral"] }> {
  const nothing = { collateral: [] };
  let jws: Jws;
  try {
    jws = parseJws(token);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    list.failed("space-form", error.message);
    return nothing;
  }
  list.decide("space-form", true, "a signed token in the compact form", "");
  const header =
    headerProblem(jws) ?? (jws.header.jwk === undefined ? undefined : "the header brings a key of its own");
  if (!list.decide("space-header", header === undefined, "its header asks for nothing special", header ?? ""))
    return nothing;
  const { alg } = jws.header;
  if (
    !list.decide(
      "space-algorithm",
      alg === spaceAlgorithm,
      spaceAlgorithm,
      `algorithm ${shown(alg)}; Google's is RS256`,
    )
  )
    return nothing;
  const { iss } = jws.claims;
  const other = iss === confidentialSpaceIssuer ? undefined : foreignKind({ ...jws.claims, swname: undefined });
  const isGoogles = list.decide(
    "space-issuer",
    iss === confidentialSpaceIssuer,
    `issued by ${confidentialSpaceIssuer}`,
    `issued by ${shown(iss)}, and not by ${confidentialSpaceIssuer}${other ? `: this is ${other}` : ""}`,
  );
  if (!isGoogles) return nothing;
  const found = spaceKeyOf(jws.header, context);
  const { collateral } = found;
  if ("problem" in found) {
    if (found.missing) list.notChecked("space-key", found.problem);
    else list.failed("space-key", found.problem);
    return { collateral };
  }
  list.decide("space-key", true, found.says, "");
  const holds = list.decide(
    "space-signature",
    await signatureHolds(jws, found.key, spaceAlgorithm),
    "Google's key signed it",
    "Google's key did not sign it: it was changed after it was signed, or somebody else did",
  );
  return { ...(holds && { jws }), collateral };
}

function examineQuestion(
  list: SpaceList,
  claims: JsonObject,
  { now, expected, nonce, channelKey }: SpaceContext,
): void {
  list.decide(
    "space-audience",
    isFor(claims.aud, expected.audience),
    `made for ${expected.audience}`,
    `made for ${shown(claims.aud)}; ${shown(expected.audience)} is wanted`,
  );
  decideTimes(list, { time: "space-time", age: "space-age" }, claims, now, expected.maximumAgeSeconds);
  const nonces: readonly unknown[] = Array.isArray(claims.eat_nonce) ? claims.eat_nonce : [claims.eat_nonce];
  if ("unknown" in nonce) list.notChecked("space-nonce", nonce.unknown);
  else if (nonce.value.length < nonceCharacters.least || nonce.value.length > nonceCharacters.most)
    list.failed("space-nonce", `the reader's nonce has ${nonce.value.length} characters; Google takes 8 to 88`);
  else
    list.decide(
      "space-nonce",
      nonces.includes(nonce.value),
      "it answers this reader's nonce",
      `it answers ${shown(claims.eat_nonce)}, which is not this reader's nonce`,
    );
  if ("unknown" in channelKey) list.notChecked("space-channel-key", channelKey.unknown);
  else
    list.decide(
      "space-channel-key",
      nonces.includes(channelNonce(channelKey.value)),
      "the connection's key is among its nonces, which the workload alone chooses",
      `the connection's key, ${channelNonce(channelKey.value)}, is not among its nonces: the token is relayed, or the workload does not bind its key`,
    );
}
