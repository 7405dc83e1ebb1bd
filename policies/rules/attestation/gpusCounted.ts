import { regoStatements } from "../../documents";
import { resourcePolicy, resourcePolicyPath, resourcePolicyPointer } from "../../examples/trustee";
import { nodePolicy } from "../../examples/trusteeNodes";
import { releasingPolicies } from "../../keyBroker";
import { waysToKeys } from "../../regoRules";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

/** `count(… gpu …) == 1`, or the names of all submods compared as a set. */
const counted = [/\bcount\(.*(gpu|submods).*==/i, /==\s*count\(.*(gpu|submods)/i, /\bsubmods\b.*\}\s*==\s*\{/];

export const gpusCounted = resourceRule({
  id: "gpus-counted",
  title: "The key broker's policy counts the GPUs that attested",
  pillar: "attestation",
  severity: "high",
  threat:
    "All parts that attested are affirming, but the GPU is not among them: the model is loaded into one that nobody vouches for.",
  remediation:
    'Compare the names of input.submods with those of the release, or write count([n | some n, _ in input.submods; startswith(n, "gpu")]) == <GPUs>.',
  source: page(
    "Dstack-TEE/dstack #751, on GPU evidence that is missing without a word",
    "https://github.com/Dstack-TEE/dstack/issues/751",
  ),
  platforms,
  claims: ["gpu-genuine"],
  boundary: { by: "ownControlPlane", how: "the policy is the trust boundary; no default policy of Trustee counts" },
  looksAt: releasingPolicies,
  *check({ place, text }) {
    const counts = (way: string) => regoStatements(way).some((line) => counted.some((form) => form.test(line)));
    if (waysToKeys(text).some((way) => !counts(way)))
      yield place.finding("counts no GPUs: evidence of some, or of all, may be missing");
  },
  compliant: [resourcePolicy, nodePolicy],
  breakages: [
    {
      mistake: "a node's GPU that need not attest, since CC mode is off",
      resource: 1,
      path: resourcePolicyPointer,
      replace: ["  {name | some name, _ in input.submods} == {name | some name in node.submods}\n", ""],
      expect: resourcePolicyPath,
    },
    {
      mistake: "as many GPUs as happen to attest",
      path: resourcePolicyPointer,
      replace: ['  count([name | some name, _ in input.submods; startswith(name, "gpu")]) == 1\n', ""],
      expect: resourcePolicyPath,
    },
    {
      mistake: "something else counted",
      path: resourcePolicyPointer,
      replace: [
        'count([name | some name, _ in input.submods; startswith(name, "gpu")]) == 1',
        "count(data.query) == 0",
      ],
      expect: resourcePolicyPath,
    },
  ],
});
