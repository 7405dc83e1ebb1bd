import { createPublicKey } from "node:crypto";
import { submodsOf } from "../../attestation/releaseBlock";
import { EvidenceError } from "../evidence/reader";
import type { Finding, VerdictClaimId } from "../finding";
import type { EarContext, TokenExamination } from "./earContext";
import { trusteeIssuer, trusteeProfile } from "./earContext";
import { examineEarCpu } from "./earCpu";
import { examineEarDevices } from "./earDevices";
import { evidenceOf } from "./earAppraisal";
import { Checklist } from "./checklist";
import type { Jws } from "./jws";
import { headerProblem, parseJws, signatureHolds } from "./jws";
import type { PinnedKey } from "./pinnedKeys";
import { keysOfHeader, readPinnedKeys } from "./pinnedKeys";
import type { JsonObject } from "./strictJson";
import { at, isObject, shown } from "./strictJson";
import { foreignKind } from "./tokenKind";
import { decideTimes, isFor } from "./tokenTime";

const tokenChecks = {
  "ear-form": "cpu-genuine",
  "ear-kind": "cpu-genuine",
  "ear-header": "cpu-genuine",
  "ear-key": "cpu-genuine",
  "ear-algorithm": "cpu-genuine",
  "ear-signature": "cpu-genuine",
  "ear-profile": "cpu-genuine",
  "ear-issuer": "cpu-genuine",
  "ear-audience": "cpu-genuine",
  "ear-time": "evidence-fresh",
  "ear-age": "evidence-fresh",
  "ear-nonce": "evidence-fresh",
  "ear-guest-key": "cpu-genuine",
  "ear-submodules": "gpu-genuine",
} as const satisfies Record<string, VerdictClaimId>;
type TokenList = Checklist<keyof typeof tokenChecks>;

/**
 * Examines an attestation token of Trustee's (EAR, a signed JWT). A token is the word of whoever holds the pinned key: what
 * it says is `asserted` by him, or `failed` where the release or the reader's own question contradicts it, and never
 * verified. A token that is not his, or was changed, says nothing at all.
 */
export async function examineEar(
  { token }: { readonly token: string },
  context: EarContext,
): Promise<TokenExamination> {
  const list = new Checklist(tokenChecks, "token", context.trust.signer);
  const jws = await openToken(list, token, context);
  if (!jws) return { findings: list.all("nothing of a token counts that is not its signer's"), collateral: [] };
  examineClaims(list, jws.claims, context);
  const submodules = examineSubmodules(list, jws.claims, context);
  const runtime = at(evidenceOf(submodules.cpu0), "runtime_data_claims");
  const bound = { nonce: at(runtime, "nonce"), key: at(runtime, "tee-pubkey"), by: context.trust.signer };
  const findings = [
    ...list.all("the token does not say"),
    ...examineEarCpu(submodules.cpu0, context),
    ...examineEarDevices(submodules, context),
    ...channelKey(bound.key, context),
  ];
  const holds = findings.every(({ grade }) => grade !== "failed");
  return { findings, collateral: [], ...(holds && { bound }) };
}

/** The token, once a pinned key signed it; undefined where none did, with the reason in the list. */
async function openToken(list: TokenList, token: string, { now, trust }: EarContext): Promise<Jws | undefined> {
  let jws: Jws;
  try {
    jws = parseJws(token);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    list.failed("ear-form", error.message);
    return undefined;
  }
  list.decide("ear-form", true, "a signed token in the compact form", "");
  const kind = foreignKind(jws.claims);
  if (!list.decide("ear-kind", kind === undefined, "an attestation result (EAR)", `this is ${kind}`)) return undefined;
  const header = headerProblem(jws);
  if (!list.decide("ear-header", header === undefined, "its header asks for nothing special", header ?? ""))
    return undefined;
  const key = await signerOf(list, jws, trust.keys, now);
  return key && jws;
}

async function signerOf(
  list: TokenList,
  jws: Jws,
  pinned: EarContext["trust"]["keys"],
  now: Date,
): Promise<PinnedKey | undefined> {
  const read = readPinnedKeys(pinned, now);
  const named = "keys" in read ? keysOfHeader(jws.header, read.keys) : read;
  if (!("keys" in named)) {
    list.failed("ear-key", named.problem);
    return undefined;
  }
  list.decide("ear-key", true, "its header names no key but a pinned one", "");
  const candidates = named.keys.filter(({ algorithm }) => algorithm === jws.header.alg);
  const isAlgorithm = list.decide(
    "ear-algorithm",
    candidates.length > 0,
    `${String(jws.header.alg)}, the pinned key's own`,
    `the token says algorithm ${shown(jws.header.alg)}; the pinned key's is ${named.keys[0]?.algorithm}`,
  );
  if (!isAlgorithm) return undefined;
  for (const pin of candidates)
    if (await signatureHolds(jws, pin.key, pin.algorithm)) {
      list.decide("ear-signature", true, "a pinned key signed it", "");
      return pin;
    }
  list.failed("ear-signature", "no pinned key signed it: it was changed after it was signed, or somebody else did");
  return undefined;
}

function examineClaims(list: TokenList, claims: JsonObject, { now, trust, nonce }: EarContext): void {
  list.decide(
    "ear-profile",
    claims.eat_profile === trusteeProfile,
    "its profile is Trustee's",
    `its profile is ${shown(claims.eat_profile)}; Trustee's is ${shown(trusteeProfile)}`,
  );
  const issuer = trust.issuer ?? trusteeIssuer;
  list.decide(
    "ear-issuer",
    claims.iss === issuer,
    `issued by ${issuer}`,
    `issued by ${shown(claims.iss)}; ${shown(issuer)} is wanted`,
  );
  list.decide(
    "ear-audience",
    trust.audience === undefined ? claims.aud === undefined : isFor(claims.aud, trust.audience),
    trust.audience === undefined ? "it names no audience, as Trustee's do not" : `made for ${trust.audience}`,
    `made for ${shown(claims.aud)}; ${trust.audience === undefined ? "the reader named no audience" : `${shown(trust.audience)} is wanted`}`,
  );
  decideTimes(list, { time: "ear-time", age: "ear-age" }, claims, now, trust.maximumAgeSeconds);
  const answered = at(evidenceOf(at(claims, "submods", "cpu0")), "runtime_data_claims", "nonce");
  if ("unknown" in nonce) list.notChecked("ear-nonce", nonce.unknown);
  else
    list.decide(
      "ear-nonce",
      answered === nonce.value,
      "the evidence behind it answers this reader's nonce",
      `the evidence behind it answers the nonce ${shown(answered)}, which is not this reader's`,
    );
}

/** Exactly the parts of the release's guests: a missing GPU is never well, nor is one too many. */
function examineSubmodules(list: TokenList, claims: JsonObject, { expected }: EarContext): JsonObject {
  const submodules = isObject(claims.submods) ? claims.submods : {};
  const wanted = submodsOf(expected.gpu);
  const missing = wanted.filter((name) => !Object.hasOwn(submodules, name));
  const added = Object.keys(submodules).filter((name) => !wanted.includes(name));
  list.decide(
    "ear-submodules",
    missing.length + added.length === 0,
    `it has ${wanted.join(", ")}, as the release does, and nothing else`,
    [
      ...(missing.length > 0 ? [`${missing.join(", ")} missing`] : []),
      ...(added.length > 0 ? [`${added.map(shown).join(", ")} not of the release`] : []),
    ].join("; "),
  );
  const key = at(evidenceOf(submodules.cpu0), "runtime_data_claims", "tee-pubkey");
  list.decide(
    "ear-guest-key",
    spkiOf(key) !== undefined,
    "it names the public key that the evidence is bound to",
    "it names no public key that the evidence is bound to",
  );
  return submodules;
}

function channelKey(key: unknown, { channelKey: observed, trust }: EarContext): readonly Finding[] {
  if (observed === undefined) return [];
  const list = new Checklist({ "ear-channel-key": "channel-ends-in-guest" } as const, "token", trust.signer);
  list.decide(
    "ear-channel-key",
    spkiOf(key)?.equals(Buffer.from(observed)) === true,
    "the connection's key is the one that the token names",
    "the connection's key is another than the token names: the token is relayed, or something in between ends the connection",
  );
  return list.all("");
}

/** DER of a public JWK; one that comes with its private half is nobody's own any more. */
function spkiOf(jwk: unknown): Buffer | undefined {
  if (!isObject(jwk) || "d" in jwk || "k" in jwk) return undefined;
  try {
    return createPublicKey({ key: { ...jwk }, format: "jwk" }).export({ format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}
