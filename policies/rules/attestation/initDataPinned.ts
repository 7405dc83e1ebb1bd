import { comparesClaim } from "../../comparisons";
import { resourcePolicy, resourcePolicyPath, resourcePolicyPointer } from "../../examples/trustee";
import { nodePolicy } from "../../examples/trusteeNodes";
import { releasingPolicies } from "../../keyBroker";
import { waysToKeys } from "../../regoRules";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

export const initDataPinned = resourceRule({
  id: "init-data-pinned",
  title: "The key broker's policy compares the init-data that a guest was started with",
  pillar: "attestation",
  severity: "critical",
  threat:
    "The host starts the measured guest with init-data of its own, an agent policy that lets it in and a list of images that names its own, and is given the key.",
  remediation:
    'Write input.submods.cpu0["ear.veraison.annotated-evidence"].init_data == "<digest of the release\'s init-data>".',
  source: file(repositories.cocoDocs, "content/en/docs/examples/nvidia-nim-confidential-gpu-attestation.md"),
  platforms,
  claims: ["guest-rules-bound"],
  boundary: { by: "ownControlPlane", how: "the policy is the trust boundary; the model owner writes it" },
  looksAt: releasingPolicies,
  *check({ place, text }) {
    if (waysToKeys(text).some((way) => !comparesClaim(way, /\b(init_data|tdx_mrconfigid)\b/)))
      yield place.finding("compares init_data with nothing: agent policy and key broker are the host's to choose");
  },
  compliant: [resourcePolicy, nodePolicy],
  breakages: [
    {
      mistake: "any init-data",
      path: resourcePolicyPointer,
      replace: ['  input.submods.cpu0["ear.veraison.annotated-evidence"].init_data == "9f86d081884c7d65"\n', ""],
      expect: resourcePolicyPath,
    },
    {
      mistake: "a node's rule that a pod's guest with init-data passes as well",
      resource: 1,
      path: resourcePolicyPointer,
      replace: ['  input.submods.cpu0["ear.veraison.annotated-evidence"].init_data in node.init_data\n', ""],
      expect: resourcePolicyPath,
    },
    {
      mistake: "init-data that merely is there",
      path: resourcePolicyPointer,
      replace: ['init_data == "9f86d081884c7d65"', 'init_data != ""'],
      expect: resourcePolicyPath,
    },
    {
      mistake: "only what init-data says of itself",
      path: resourcePolicyPointer,
      replace: ['init_data == "9f86d081884c7d65"', 'init_data_claims.algorithm == "sha256"'],
      expect: resourcePolicyPath,
    },
  ],
});
