import { comparesClaim } from "../../comparisons";
import { resourcePolicy, resourcePolicyPath, resourcePolicyPointer } from "../../examples/trustee";
import { nodePolicy } from "../../examples/trusteeNodes";
import { releasingPolicies } from "../../keyBroker";
import { waysToKeys } from "../../regoRules";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** Launch digest of SNP, RTMRs of TDX, PCRs of a cloud's virtual TPM. */
const measured = /\b(measurement|rtmr_[0-3]|pcr\d\d)\b/;

export const measurementPinned = resourceRule({
  id: "measurement-pinned",
  title: "The key broker's policy compares the guest's measurement once more",
  pillar: "attestation",
  severity: "medium",
  baseline: "advisory",
  threat:
    "Reference values are one list for all: an old guest image with a known hole, still listed for another release, opens this release's keys.",
  remediation: "Compare measurement (SNP) or mr_td, rtmr_1 and rtmr_2 (TDX) with the release's own in the policy.",
  source: file(repositories.trustee, "attestation-service/docs/tcb_claims.md", "v0.21.0"),
  platforms,
  claims: ["guest-booted-as-released"],
  boundary: { by: "ownControlPlane", how: "the policy is the trust boundary; the model owner writes it" },
  looksAt: releasingPolicies,
  *check({ place, text }) {
    if (waysToKeys(text).some((way) => !comparesClaim(way, measured)))
      yield place.finding("names no measurement: any guest that some reference value stands for will do");
  },
  compliant: [resourcePolicy, nodePolicy],
  breakages: [
    {
      mistake: "any machine of a cloud, beside a release that is known",
      resource: 1,
      path: resourcePolicyPointer,
      replace: [
        "  azure.measurement in node.cpu.measurements\n  every register, accepted in node.cpu.pcrs { azure.tpm[register] in accepted }\n",
        "",
      ],
      expect: resourcePolicyPath,
    },
    {
      mistake: "any guest that is known",
      path: resourcePolicyPointer,
      replace: ["snp.measurement ==", "snp.reported_tcb_snp >="],
      expect: resourcePolicyPath,
    },
  ],
});
