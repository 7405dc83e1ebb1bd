import { unconditional } from "../../documents";
import { resourcePolicy, resourcePolicyPath, resourcePolicyPointer } from "../../examples/trustee";
import { resourcePolicies } from "../../keyBroker";
import { bodiesOf, looksAtEvidence, withHelpers } from "../../regoRules";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

export const resourcePolicyConditional = resourceRule({
  id: "resource-policy-conditional",
  title: "The key broker's policy releases nothing without a condition",
  pillar: "attestation",
  severity: "critical",
  threat: "A policy left over from a trial hands every key to every guest that asks, one without a TEE included.",
  remediation: "Write default allow := false, and conditions on input.submods in each rule named allow.",
  source: file(repositories.trustee, "kbs/sample_policies/allow_all.rego"),
  platforms,
  claims: ["keys-for-release-only"],
  boundary: { by: "ownControlPlane", how: "the policy is the trust boundary; the model owner writes it" },
  looksAt: resourcePolicies,
  *check({ place, text }) {
    const always = unconditional(text, "allow");
    for (const line of always) yield place.finding(`says ${JSON.stringify(line)}`);
    // The sample that is meant for trials asks for the plugin, which every request for a key names.
    if (always.length === 0 && bodiesOf(text, "allow").some((body) => !looksAtEvidence(withHelpers(text, body))))
      yield place.finding("allows without a look at the evidence, input.submods");
  },
  compliant: [resourcePolicy],
  breakages: [
    {
      mistake: "allowed by default",
      path: resourcePolicyPointer,
      replace: ["default allow := false", "default allow := true"],
      expect: resourcePolicyPath,
    },
    {
      mistake: "one rule more, which always holds",
      path: resourcePolicyPointer,
      replace: ["default allow := false", "default allow := false\n\nallow if { true }"],
      expect: resourcePolicyPath,
    },
    {
      mistake: "a second rule, which looks at the plugin and at no evidence",
      path: resourcePolicyPointer,
      replace: ["default allow := false", 'default allow := false\n\nallow if {\n  data.plugin == "resource"\n}'],
      expect: resourcePolicyPath,
    },
    {
      mistake: "the sample for trials",
      path: resourcePolicyPointer,
      value: 'package policy\n\ndefault allow = false\n\nallow {\n  data["plugin"] == "resource"\n}\n',
      expect: resourcePolicyPath,
    },
  ],
});
