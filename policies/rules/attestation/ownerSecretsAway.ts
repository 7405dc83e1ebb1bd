import { confidentialDeployment } from "../../examples/confidentialDeployment";
import { ownersKeys } from "../../examples/trustee";
import type { KubernetesObject } from "../../kubernetes";
import { declaredConfidential, objects } from "../../kubernetes";
import { hasProviders } from "../../parties";
import type { Place } from "../../place";
import { isObject } from "../../place";
import { platforms, stackRule } from "../../rule";
import { file, repositories } from "../../sources";

const stores = objects("v1/ConfigMap", "v1/Secret");
/** Keys of an ingress and of Helm itself are the provider's own. */
const providersOwn = ["kubernetes.io/tls", "helm.sh/release.v1"];

interface Stored {
  readonly place: Place;
  readonly base64: boolean;
}

export const ownerSecretsAway = stackRule({
  id: "owner-secrets-away",
  title: "No private key of the model owner is in a stack of the provider's",
  pillar: "attestation",
  severity: "critical",
  threat:
    "The key that signs releases or opens the weights lies in the provider's API server and in the state of his stack: he signs what he likes, and opens what he hosts.",
  remediation:
    "Keep private keys, JWKs with their d and tokens of a Vault with the model owner; hand over signed releases and certificates alone.",
  source: file(repositories.guestComponents, "confidential-data-hub/docs/SEALED_SECRET.md"),
  platforms,
  claims: ["keys-never-in-clear"],
  boundary: { by: "nothing", how: "what the provider has read he keeps; replace a key that was placed there" },
  kinds: stores.kinds,
  *select(resource) {
    for (const object of stores.select(resource)) yield* storedIn(object);
  },
  *check({ place, base64 }, all) {
    // A value that is known to be harmless needs no look at the others.
    if (place.known && !isOwners(place.text, base64)) return;
    if (hasProviders(all) && isOwners(place.text, base64))
      yield place.finding("holds a private key or a token in a stack with hosts or confidential pods");
  },
  compliant: [ownersKeys, confidentialDeployment],
  breakages: [
    {
      mistake: "the key that signs releases, beside the pods",
      path: "/stringData/cosign.pub",
      replace: ["PUBLIC", "ENCRYPTED SIGSTORE PRIVATE"],
      expect: `stringData["cosign.pub"]`,
    },
    {
      mistake: "a JWK with its private half",
      path: "/stringData/sealing.jwk",
      replace: ['"y":', '"d":"ZXhhbXBsZQ","y":'],
      expect: `stringData["sealing.jwk"]`,
    },
    {
      mistake: "a Vault's token beside the pods",
      path: "/stringData/note",
      value: "hvs.CAESIJexampleexampleexample",
      expect: "stringData.note",
    },
    {
      mistake: "a private key, encoded, beside the pods",
      path: "/data",
      value: { "resource.pem": Buffer.from("-----BEGIN PRIVATE KEY-----\n").toString("base64") },
      expect: `data["resource.pem"]`,
    },
  ],
});

function* storedIn({ kind, body }: KubernetesObject): Iterable<Stored> {
  const secret = kind === "v1/Secret";
  // Those of confidential workloads are a demand of `secrets-sealed`.
  if (secret && (declaredConfidential(body.at("metadata")) || providersOwn.includes(body.at("type").text ?? "")))
    return;
  for (const field of ["data", "stringData", "binaryData"]) {
    const holder = body.at(field).hidden();
    for (const key of holder.keys())
      yield { place: holder.at(key), base64: field === "binaryData" || (secret && field === "data") };
  }
}

/** PEM of any private key, cosign's encrypted one included; a JWK that can sign; a token of Vault or OpenBao. */
function isOwners(stored: string | undefined, base64: boolean): boolean {
  const text = base64 ? Buffer.from(stored ?? "", "base64").toString("utf8") : (stored ?? "");
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----|\bhv[sb]\.[\w-]{20,}/.test(text) || isPrivateJwk(text);
}

function isPrivateJwk(text: string): boolean {
  if (!/^\s*\{.*"d"\s*:/s.test(text)) return false;
  try {
    const parsed: unknown = JSON.parse(text);
    const keys = isObject(parsed) && Array.isArray(parsed.keys) ? (parsed.keys as unknown[]) : [parsed];
    return keys.some((key) => isObject(key) && typeof key.kty === "string" && typeof key.d === "string");
  } catch {
    return false;
  }
}
