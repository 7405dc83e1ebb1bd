import { spaceAssertions } from "../../cloudSources";
import { gcpConditionClauses, gcpIdentityProvider, gcpMappedProvider, gcpUnmappedProvider } from "../../examples/gcp";
import { alternatives, equals, normalised } from "../../gcpCondition";
import type { AttestedProvider } from "../../gcpIdentity";
import { attestedProviders } from "../../gcpIdentity";
import { resourceRule } from "../../rule";

const hardware = ["GCP_INTEL_TDX", "INTEL_TDX"];

const container = "assertion\\.submods\\.container";
const image = `"[^"]*sha256:[0-9a-f]{64}"`;
/** Ways to name one image, or several: a digest somewhere in the clause may be there for show. */
const imagePins = [
  `^${container}\\.image_(digest|reference)==${image}$`,
  `^${image}==${container}\\.image_(digest|reference)$`,
  `^${container}\\.image_(digest|reference)in\\[${image}(,${image})*\\]$`,
  `^${container}\\.image_reference\\.(contains|endsWith)\\(${image}\\)$`,
].map((pattern) => new RegExp(pattern));

/** Whether a clause pins the container image, by digest or by who signed it; several images may be named. */
function pinsImage(clause: string): boolean {
  return alternatives(clause).every(
    (each) =>
      imagePins.some((pin) => pin.test(normalised(each))) ||
      (!each.includes("!") && /submods\.container\.image_signatures\b/.test(each)),
  );
}

/** Whether grants can tell images apart, and tell nothing else: by any other attribute, every image would be a member. */
function mapsImagesAlone({ body }: AttestedProvider): boolean {
  const mapping = body.at("attributeMapping");
  const attributes = mapping.keys().filter((key) => key.startsWith("attribute."));
  return (
    attributes.length > 0 &&
    attributes.every((key) => normalised(mapping.at(key).text ?? "") === "assertion.submods.container.image_digest")
  );
}

/** What a condition may not leave out, and what a clause has to look like to demand it. */
const demands: readonly {
  readonly what: string;
  readonly by: (clause: string, provider: AttestedProvider) => boolean;
}[] = [
  {
    what: "assertion.swname == 'CONFIDENTIAL_SPACE'",
    by: (clause) => equals(clause, "assertion.swname", '"CONFIDENTIAL_SPACE"'),
  },
  {
    what: "assertion.dbgstat == 'disabled-since-boot'",
    by: (clause) => equals(clause, "assertion.dbgstat", '"disabled-since-boot"'),
  },
  {
    what: "assertion.secboot == true",
    by: (clause) => equals(clause, "assertion.secboot", "true") || normalised(clause) === "assertion.secboot",
  },
  {
    what: "'STABLE' in assertion.submods.confidential_space.support_attributes",
    by: (clause) =>
      /^"(STABLE|LATEST)"inassertion\.submods\.confidential_space\.support_attributes$/.test(normalised(clause)),
  },
  {
    what: `assertion.hwmodel == '${hardware[0]}'`,
    by: (clause) => hardware.some((model) => equals(clause, "assertion.hwmodel", `"${model}"`)),
  },
  {
    what: "assertion.submods.container.image_digest == 'sha256:...', or attributes that are it and nothing else",
    by: (clause, provider) => pinsImage(clause) || mapsImagesAlone(provider),
  },
];

export const gcpAttestationCondition = resourceRule({
  id: "gcp-attestation-condition",
  title: "A pool of identities lets in tokens of one image on a production Confidential Space with TDX, and no others",
  pillar: "attestation",
  severity: "critical",
  threat:
    "Google's service signs tokens about everybody's machines: without conditions a debug image, or another customer's program, gets the key.",
  remediation:
    "Join by && in attributeCondition what a token has to say: swname, dbgstat, secboot, STABLE, hwmodel, and the image's digest.",
  source: spaceAssertions,
  platforms: ["gcp"],
  claims: ["keys-for-release-only", "guest-not-debuggable", "image-as-released"],
  boundary: {
    by: "nothing",
    how: "Google's own services check the token and keep the key; who may not trust them keeps keys elsewhere",
  },
  looksAt: attestedProviders,
  *check(provider) {
    const { body, condition } = provider;
    const keys = body.at("oidc", "jwksJson");
    if (keys.present) yield keys.hidden().finding("lets in whatever these keys sign, instead of Google's own");
    if (!condition.present) {
      yield condition.finding("is missing, so every machine that Google attests is let in");
      return;
    }
    const clauses = provider.clauses();
    for (const { what, by } of demands)
      if (!clauses.some((clause) => by(clause, provider))) yield condition.hidden().finding(`does not demand ${what}`);
  },
  compliant: [gcpIdentityProvider, gcpUnmappedProvider, gcpMappedProvider],
  breakages: [
    { mistake: "no condition on tokens", path: "/attributeCondition", remove: true, expect: "attributeCondition" },
    left("a token's debugging state not asked for", gcpConditionClauses.debug),
    left("images without support let in", gcpConditionClauses.stable),
    left("secure boot of the machine not asked for", gcpConditionClauses.secureBoot),
    left("tokens of any hardware let in", gcpConditionClauses.hardware),
    left("tokens of other software than Confidential Space let in", gcpConditionClauses.software),
    {
      mistake: "a debug image let in beside the production one",
      path: "/attributeCondition",
      replace: [gcpConditionClauses.debug, `(${gcpConditionClauses.debug} || assertion.dbgstat == 'enabled')`],
      expect: "attributeCondition",
    },
    {
      mistake: "any image let in",
      resource: 1,
      path: "/attributeCondition",
      replace: [gcpConditionClauses.image, `(${gcpConditionClauses.image} || true)`],
      expect: "attributeCondition",
    },
    {
      mistake: "any image let in, with a digest for show",
      resource: 1,
      path: "/attributeCondition",
      replace: [
        gcpConditionClauses.image,
        gcpConditionClauses.image.replace("assertion", "'' + assertion").replace("==", "!="),
      ],
      expect: "attributeCondition",
    },
    {
      mistake: "images told apart by nothing, in an attribute that mentions their digest",
      resource: 2,
      path: "/attributeMapping/attribute.image_digest",
      value: "assertion.submods.container.image_digest == 'x' ? 'ours' : 'ours'",
      expect: "attributeCondition",
    },
    {
      mistake: "an attribute beside the image's digest, by which any image can be granted the key",
      resource: 2,
      path: "/attributeMapping/attribute.hardware",
      value: "assertion.hwmodel",
      expect: "attributeCondition",
    },
    {
      mistake: "keys of somebody's own in the place of Google's",
      path: "/oidc/jwksJson",
      value: '{"keys":[]}',
      expect: "oidc.jwksJson",
    },
    {
      mistake: "a way around the whole condition",
      path: "/attributeCondition",
      replace: [gcpConditionClauses.account, `${gcpConditionClauses.account} || true`],
      expect: "attributeCondition",
    },
    {
      mistake: "what must be, denied",
      path: "/attributeCondition",
      replace: [gcpConditionClauses.stable, `!(${gcpConditionClauses.stable})`],
      expect: "attributeCondition",
    },
  ],
});

function left(mistake: string, clause: string) {
  return {
    mistake,
    path: "/attributeCondition",
    replace: [clause, "true"] as [string, string],
    expect: "attributeCondition",
  };
}
