import { comparesClaim } from "../../comparisons";
import { resourcePolicy, resourcePolicyPath, resourcePolicyPointer } from "../../examples/trustee";
import { nodePolicy } from "../../examples/trusteeNodes";
import { releasingPolicies } from "../../keyBroker";
import { waysToKeys } from "../../regoRules";
import { platforms, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

export const resourcePathsNamed = resourceRule({
  id: "resource-paths-named",
  title: "The key broker's policy says which keys a guest may have",
  pillar: "attestation",
  severity: "critical",
  threat: "The guest of one model, or of one tenant, asks for the key of another by its path, and is given it.",
  remediation: 'Compare data["resource-path"] with the paths of the release, in the rule that holds its guest.',
  source: issue(repositories.trustee, 836),
  platforms,
  claims: ["keys-for-release-only"],
  boundary: { by: "ownControlPlane", how: "the policy is the trust boundary; the model owner writes it" },
  looksAt: releasingPolicies,
  *check({ place, text }) {
    if (waysToKeys(text).some((way) => !comparesClaim(way, /\bresource-path\b/)))
      yield place.finding('does not compare data["resource-path"]: every guest that it accepts may have every key');
  },
  compliant: [resourcePolicy, nodePolicy],
  breakages: [
    {
      mistake: "whatever a node asks for, a release's keys among it",
      resource: 1,
      path: resourcePolicyPointer,
      replace: ['  data["resource-path"] in node.paths\n', ""],
      expect: resourcePolicyPath,
    },
    {
      mistake: "whatever a guest asks for",
      path: resourcePolicyPointer,
      replace: ['  data["resource-path"] == ["acme", "model-key", "llama"]\n', ""],
      expect: resourcePolicyPath,
    },
    {
      mistake: "any path that is not empty",
      path: resourcePolicyPointer,
      replace: ['data["resource-path"] == ["acme", "model-key", "llama"]', 'data["resource-path"] != []'],
      expect: resourcePolicyPath,
    },
  ],
});
