import { intelRegions } from "../../../components/attestation/intelTrustAuthority";
import { intelKeyBroker, intelPath, intelPointer } from "../../examples/trustee";
import { keyBrokerDocuments } from "../../keyBroker";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file } from "../../sources";

const documents: Selector<Place> = {
  kinds: keyBrokerDocuments.kinds,
  *select(resource) {
    for (const document of keyBrokerDocuments.select(resource))
      if (document.at("attestation_service", "type").text === "intel_ta") yield document;
  },
};

/** Where evidence goes, and where signers' keys come from: both Intel's, and of one region. */
function* strange(document: Place): Iterable<Finding> {
  const service = document.at("attestation_service");
  const api = service.at("base_url");
  const region = Object.values(intelRegions).find((known) => isAt(api.text, known.api));
  if (!region) yield api.finding("is no address of Intel Trust Authority: whoever is there vouches for any guest");
  const sets = document.at("attestation_token", "trusted_jwk_sets").items();
  for (const place of [service.at("certs_file"), ...sets]) {
    // A file is the owner's own to choose, and names no place.
    if (place.text === undefined || !/^https?:/i.test(place.text)) continue;
    if (!Object.values(intelRegions).some(({ portal }) => isAt(place.text, portal)))
      yield place.finding("is not Intel's portal: whoever is there signs tokens for any guest");
    else if (region && !isAt(place.text, region.portal))
      yield place.finding("is the portal of another region, whose keys sign none of these tokens");
  }
}

/** The same host by https, with whatever path behind it. */
function isAt(url: string | undefined, known: string): boolean {
  return URL.canParse(url ?? "") && new URL(url ?? "").origin === known;
}

export const intelTrustAuthorityStrict = resourceRule({
  id: "intel-trust-authority-strict",
  title: "Intel Trust Authority of one region holds evidence against named policies",
  pillar: "attestation",
  severity: "critical",
  threat:
    "Without a policy that has to match, Intel signs a token for every genuine TDX guest, whatever was booted in it, and the key broker believes it; and so it does whoever else serves keys for tokens.",
  remediation:
    "Name the policies in policy_ids and write allow_unmatched_policy = false, which the operator's sample does not; take base_url, certs_file and trusted_jwk_sets from one region of Intel's.",
  source: file("confidential-containers/trustee-operator", "config/samples/all-in-one/ita-kbs-config.yaml"),
  platforms,
  claims: ["cpu-genuine"],
  boundary: { by: "ownControlPlane", how: "the model owner configures its own key broker and its policies at Intel" },
  looksAt: documents,
  *check(document) {
    const service = document.at("attestation_service");
    const policies = service.at("policy_ids");
    if (policies.items().length === 0) yield policies.finding("names no policy, so none has to match");
    const unmatched = service.at("allow_unmatched_policy");
    if ((unmatched.value ?? false) !== false) yield unmatched.finding("takes evidence that matches no policy");
    yield* strange(document);
  },
  compliant: [intelKeyBroker],
  breakages: [
    {
      mistake: "the operator's sample",
      path: intelPointer,
      replace: ["allow_unmatched_policy = false", "allow_unmatched_policy = true"],
      expect: `${intelPath}#attestation_service.allow_unmatched_policy`,
    },
    {
      mistake: "evidence for a service that is not Intel's",
      path: intelPointer,
      replace: ['base_url = "https://api.trustauthority.intel.com"', 'base_url = "https://trustauthority.example"'],
      expect: `${intelPath}#attestation_service.base_url`,
    },
    {
      mistake: "keys of another region",
      path: intelPointer,
      replace: [
        'trusted_jwk_sets = ["https://portal.trustauthority.intel.com"]',
        'trusted_jwk_sets = ["https://portal.eu.trustauthority.intel.com"]',
      ],
      expect: `${intelPath}#attestation_token.trusted_jwk_sets[0]`,
    },
    {
      mistake: "keys of somebody else's",
      path: intelPointer,
      replace: [
        'certs_file = "https://portal.trustauthority.intel.com"',
        'certs_file = "https://portal.example/certs"',
      ],
      expect: `${intelPath}#attestation_service.certs_file`,
    },
    {
      mistake: "no policy at Intel's",
      path: intelPointer,
      replace: ['["5d1e5a3c-2f0b-4d51-9a6e-0c6a6f5a7f10"]', "[]"],
      expect: `${intelPath}#attestation_service.policy_ids`,
    },
  ],
});
