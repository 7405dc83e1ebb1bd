import { intelKeyBroker, intelPath, intelPointer } from "../../examples/trustee";
import { keyBrokerDocuments } from "../../keyBroker";
import type { Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file } from "../../sources";

const services: Selector<Place> = {
  kinds: keyBrokerDocuments.kinds,
  *select(resource) {
    for (const document of keyBrokerDocuments.select(resource))
      if (document.at("attestation_service", "type").text === "intel_ta") yield document.at("attestation_service");
  },
};

export const intelTrustAuthorityStrict = resourceRule({
  id: "intel-trust-authority-strict",
  title: "Intel Trust Authority holds evidence against named policies",
  pillar: "attestation",
  severity: "critical",
  threat:
    "Without a policy that has to match, Intel signs a token for every genuine TDX guest, whatever was booted in it, and the key broker believes it.",
  remediation:
    "Name the policies in policy_ids and write allow_unmatched_policy = false; the operator's sample does neither.",
  source: file("confidential-containers/trustee-operator", "config/samples/all-in-one/ita-kbs-config.yaml"),
  platforms,
  claims: ["cpu-genuine"],
  boundary: { by: "ownControlPlane", how: "the model owner configures its own key broker and its policies at Intel" },
  looksAt: services,
  *check(service) {
    const policies = service.at("policy_ids");
    if (policies.items().length === 0) yield policies.finding("names no policy, so none has to match");
    const unmatched = service.at("allow_unmatched_policy");
    if ((unmatched.value ?? false) !== false) yield unmatched.finding("takes evidence that matches no policy");
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
      mistake: "no policy at Intel's",
      path: intelPointer,
      replace: ['["5d1e5a3c-2f0b-4d51-9a6e-0c6a6f5a7f10"]', "[]"],
      expect: `${intelPath}#attestation_service.policy_ids`,
    },
  ],
});
