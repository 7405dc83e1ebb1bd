import type { KeyObject } from "node:crypto";
import { createPublicKey, X509Certificate } from "node:crypto";
import { basename } from "node:path";
import type { JsonWebKey } from "node:crypto";
import type { CollateralFile } from "../context";
import type { CollateralSource } from "../collateralSource";
import { chainProblem } from "../evidence/chain";
import { EvidenceError } from "../evidence/reader";
import type { CollateralUse } from "../finding";
import type { SpaceContext } from "./spaceContext";
import type { JsonObject } from "./strictJson";
import { isObject, parseStrictJson, shown } from "./strictJson";
import { instant } from "./tokenTime";

/** The only algorithm of Google's tokens (Google Cloud, "Attestation token validation endpoint fields"). */
export const spaceAlgorithm = "RS256";

/** `jwks_uri` of https://confidentialcomputing.googleapis.com/.well-known/openid-configuration. */
export const spaceKeySet: CollateralSource = {
  kind: "jwks",
  title: "Google's keys of OIDC tokens about Confidential Space machines",
  url: "https://www.googleapis.com/service_accounts/v1/metadata/jwk/signer@confidentialspace-sign.iam.gserviceaccount.com",
  file: "google-confidential-space.jwks.json",
};

export type SpaceKey =
  | { readonly key: KeyObject; readonly says: string; readonly collateral: readonly CollateralUse[] }
  /** `missing`: there is nothing to verify with, which is no failure of the token's. */
  | { readonly problem: string; readonly missing?: true; readonly collateral: readonly CollateralUse[] };

/** The key that has to have signed: by a chain to Google's pinned root (PKI token), or out of Google's key set (OIDC). */
export function spaceKeyOf(header: JsonObject, context: SpaceContext): SpaceKey {
  return header.x5c === undefined ? keyOfSet(header, context) : keyOfChain(header.x5c, context);
}

function keyOfChain(x5c: unknown, { roots, now }: SpaceContext): SpaceKey {
  const no = (problem: string): SpaceKey => ({ problem, collateral: [] });
  if (!Array.isArray(x5c) || !x5c.every((each) => typeof each === "string"))
    return no("its x5c is no list of certificates");
  let chain: X509Certificate[];
  try {
    chain = x5c.map((each) => new X509Certificate(Buffer.from(each, "base64")));
  } catch {
    return no("a certificate of its x5c cannot be read");
  }
  const problem = chainProblem(chain.map(String), roots.googleConfidentialSpace, now);
  if (problem !== undefined) return no(`${problem}, so it does not come from Google's Confidential Space Root CA`);
  const [leaf] = chain;
  if (!leaf || leaf.ca) return no("the first certificate of its x5c is an authority's, which signs no tokens");
  if (leaf.publicKey.asymmetricKeyType !== "rsa") return no("the key of its certificate is no RSA key");
  return {
    key: leaf.publicKey,
    says: roots.simulated
      ? "its certificate was issued under a SIMULATED root"
      : "its certificate was issued under Google's pinned Confidential Space Root CA",
    collateral: [],
  };
}

function keyOfSet({ kid }: JsonObject, { collateral }: SpaceContext): SpaceKey {
  const files = collateral.filter(isGoogles);
  if (files.length === 0)
    return {
      problem: `Google's keys of OIDC tokens are not at hand: fetch ${spaceKeySet.file} from ${spaceKeySet.url}, or ask for a PKI token`,
      missing: true,
      collateral: [],
    };
  const used = files.map(useOf);
  if (typeof kid !== "string" || kid === "") return { problem: "its header names no key (kid)", collateral: used };
  for (const file of files) {
    const key = keyIn(file, kid);
    if (typeof key === "string") return { problem: `${file.source}: ${key}`, collateral: used };
    if (key) return { key, says: `key ${shown(kid)} of ${file.source}`, collateral: used };
  }
  return {
    problem: `its key ${shown(kid)} is none of ${files.map(({ source }) => source).join(", ")}; Google changes keys often, so fetch them anew where the token is newer`,
    collateral: used,
  };
}

/** Undefined where the key is not in it, and a sentence where the set, or that key, is no good. */
function keyIn({ bytes, source }: CollateralFile, kid: string): KeyObject | string | undefined {
  let set: JsonObject;
  try {
    set = parseStrictJson(Buffer.from(bytes).toString("utf8"), source);
  } catch (error) {
    if (error instanceof EvidenceError) return "it is no key set";
    throw error;
  }
  if (!Array.isArray(set.keys)) return "it is no key set";
  const named = (set.keys as unknown[]).filter((key): key is JsonObject => isObject(key) && key.kid === kid);
  if (named.length > 1) return `two keys are called ${shown(kid)}`;
  const [key] = named;
  if (!key) return undefined;
  if (key.kty !== "RSA" || (key.alg !== undefined && key.alg !== spaceAlgorithm))
    return `key ${shown(kid)} is not for ${spaceAlgorithm}`;
  if (key.use !== undefined && key.use !== "sig") return `key ${shown(kid)} is not for signatures`;
  try {
    return createPublicKey({ key: key as JsonWebKey, format: "jwk" });
  } catch {
    return `key ${shown(kid)} cannot be read`;
  }
}

/** Key sets say not whose they are: Google's is the one that was fetched from there, or kept under that name. */
function isGoogles({ kind, source }: CollateralFile): boolean {
  return kind === "jwks" && (source === spaceKeySet.url || basename(source) === spaceKeySet.file);
}

function useOf({ source, obtained }: CollateralFile): CollateralUse {
  return {
    title: spaceKeySet.title,
    source,
    ...(obtained && { issued: obtained }),
    leavesOpen: `nobody signed it: it is Google's as far as the way it came is to be trusted${obtained ? `; keys that Google withdrew since ${instant(Math.floor(obtained.getTime() / 1000))} still count` : ""}`,
  };
}
