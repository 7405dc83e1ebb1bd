import { regoStatements } from "../../documents";
import { resourcePolicy, resourcePolicyPath, resourcePolicyPointer } from "../../examples/trustee";
import { resourcePolicies } from "../../keyBroker";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** `every submod in input.submods`, `some _, submod in input.submods`, `input.submods[_]`: each part, whatever its name. */
const eachPart = /\bin\s+input(\.submods\b|\["submods"\])|input(\.submods|\["submods"\])\[[a-z_]\w*\]/;
const gpuPart = /\bgpu\d*\b/;

export const resourcePolicyAffirming = resourceRule({
  id: "resource-policy-affirming",
  title: "The key broker's policy demands affirming evidence of CPU and GPU alike",
  pillar: "attestation",
  severity: "critical",
  threat: "A guest whose evidence was found wanting, or whose GPU gave none, is given the key to the model.",
  remediation: 'Write every submod in input.submods { submod["ear.status"] == "affirming" }, and count the GPUs.',
  source: file(repositories.trustee, "kbs/sample_policies/affirming.rego"),
  platforms,
  claims: ["gpu-genuine"],
  boundary: { by: "ownControlPlane", how: "the policy is the trust boundary; the model owner writes it" },
  looksAt: resourcePolicies,
  *check({ place, text }) {
    const policy = regoStatements(text).join("\n");
    // What allows nothing needs no condition.
    if (!/^allow\b/m.test(policy)) return;
    if (!/"ear\.status"/.test(policy) || !/"affirming"/.test(policy))
      yield place.finding('does not ask for "ear.status" to be "affirming": any TEE will do, whatever runs in it');
    else if (!eachPart.test(policy) && !gpuPart.test(policy))
      yield place.finding("asks about the CPU alone: evidence of the GPU may be missing");
  },
  compliant: [resourcePolicy],
  breakages: [
    {
      mistake: "evidence that merely is there, as in Trustee's own default",
      path: resourcePolicyPointer,
      replace: [
        'every submod in input.submods { submod["ear.status"] == "affirming" }',
        'not input.submods.cpu0["ear.veraison.annotated-evidence"].sample',
      ],
      expect: resourcePolicyPath,
    },
    {
      mistake: "warnings let through",
      path: resourcePolicyPointer,
      replace: ['== "affirming"', '!= "contraindicated"'],
      expect: resourcePolicyPath,
    },
    {
      mistake: "the CPU alone",
      path: resourcePolicyPointer,
      value:
        'package policy\n\ndefault allow := false\n\nallow if {\n  input.submods.cpu0["ear.status"] == "affirming"\n}\n',
      expect: resourcePolicyPath,
    },
    {
      mistake: "the condition in a comment",
      path: resourcePolicyPointer,
      replace: ["  every submod", "  # every submod"],
      expect: resourcePolicyPath,
    },
  ],
});
