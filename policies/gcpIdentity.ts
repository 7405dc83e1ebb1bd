import { attestationIssuer } from "../components/attestation/gcpReleasedKeysPlan";
import { conjuncts } from "./gcpCondition";
import { gcpResources } from "./gcp";
import type { Place } from "./place";
import type { Selector } from "./rule";

/** Who is let into a pool of identities by a token of Google's attestation service. */
export interface AttestedProvider {
  readonly body: Place;
  readonly condition: Place;
  /** What the condition cannot hold without. */
  readonly clauses: () => string[];
}

const providers = gcpResources("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider");

export const attestedProviders: Selector<AttestedProvider> = {
  kinds: providers.kinds,
  *select(resource) {
    for (const { body } of providers.select(resource)) {
      if (body.at("oidc", "issuerUri").text?.replace(/\/$/, "") !== attestationIssuer) continue;
      const condition = body.at("attributeCondition");
      yield { body, condition, clauses: () => conjuncts(condition.text ?? "") };
    }
  },
};

/** Who may use a key, a ring of keys or a secret: the members of a grant. */
export interface KeyGrant {
  readonly members: readonly Place[];
  /** A whole policy as JSON, where it is given so. */
  readonly policyData: Place;
}

const holders = [
  "kms/cryptoKey",
  "kms/keyRing",
  "kms/ekmConnection",
  "secretmanager/secret",
  "secretmanager/regionalSecret",
];
const typePattern = /^gcp:(kms|secretmanager)\/(\w+?)(I[Aa][Mm])(Member|Binding|Policy):\w+$/;

/** Type tokens of gcp 9.37.0: `kms/cryptoKeyIAMMember`, and `secretmanager/secretIamMember` with small letters. */
export const keyGrants: Selector<KeyGrant> = {
  kinds: holders.map((holder) => `gcp:${holder} IAM members, bindings and policies`),
  *select(resource) {
    const [, module, holder] = typePattern.exec(resource.type) ?? [];
    if (!holders.includes(`${module}/${holder}`)) return;
    const [{ body } = { body: undefined }] = gcpResources(resource.type).select(resource);
    if (!body) return;
    yield {
      get members() {
        return [...(body.at("member").present ? [body.at("member")] : []), ...body.at("members").items()];
      },
      policyData: body.at("policyData"),
    };
  },
};
