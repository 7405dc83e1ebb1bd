import { regoStatements } from "../../documents";
import {
  attestationPolicy,
  attestationPolicyPath,
  attestationPolicyPointer,
  resourcePolicy,
  resourcePolicyPath,
  resourcePolicyPointer,
} from "../../examples/trustee";
import { intelResourcePolicy } from "../../examples/intel";
import { tdxNodePolicy } from "../../examples/trusteeNodes";
import type { RegoText } from "../../keyBroker";
import { attestationPolicies, resourcePolicies } from "../../keyBroker";
import { waysToKeys } from "../../regoRules";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** Both kinds of policies, where they look at a TD's firmware; of what decides on keys, each way to one by itself. */
const tdxPolicies: Selector<RegoText> = {
  kinds: resourcePolicies.kinds,
  *select(resource) {
    for (const policy of attestationPolicies.select(resource)) if (namesFirmware(policy)) yield policy;
    for (const policy of resourcePolicies.select(resource)) {
      const ways = waysToKeys(policy.text).map((text) => ({ ...policy, text }));
      yield* ways.filter(namesFirmware);
    }
  },
};

export const tdxKernelPinned = resourceRule({
  id: "tdx-kernel-pinned",
  title: "Policies that name a TDX guest's firmware name its kernel and command line as well",
  pillar: "attestation",
  severity: "critical",
  threat:
    "MRTD is the firmware alone: the host boots a kernel of its own with a command line of its own, and attests as the guest that was released.",
  remediation: "Compare rtmr_1 (kernel) and rtmr_2 (command line and initrd) along with mr_td.",
  source: file(repositories.trustee, "attestation-service/docs/tcb_claims.md", "v0.21.0"),
  platforms,
  claims: ["guest-booted-as-released"],
  boundary: { by: "ownControlPlane", how: "the model owner writes both policies" },
  looksAt: tdxPolicies,
  *check(policy) {
    const left = ["1", "2"].filter((n) => !mentions(policy, `rtmr_${n}`) && !mentions(policy, `tdx_rtmr${n}`));
    if (left.length > 0)
      yield policy.place.finding(`compares mr_td and leaves out ${left.map((n) => `rtmr_${n}`).join(" and ")}`);
  },
  compliant: [attestationPolicy, resourcePolicy, tdxNodePolicy, intelResourcePolicy],
  breakages: [
    {
      mistake: "any command line",
      path: attestationPolicyPointer,
      replace: ['  input.tdx.quote.body.rtmr_2 in query_reference_value("rtmr_2")\n', ""],
      expect: attestationPolicyPath,
    },
    {
      mistake: "any kernel",
      path: attestationPolicyPointer,
      replace: ['  input.tdx.quote.body.rtmr_1 in query_reference_value("rtmr_1")\n', ""],
      expect: attestationPolicyPath,
    },
    {
      mistake: "a node known by Google's firmware, beside a release that is known in full",
      resource: 2,
      path: resourcePolicyPointer,
      replace: ["  tdx.quote.body.rtmr_2 in node.cpu.command_lines\n", ""],
      expect: resourcePolicyPath,
    },
    {
      mistake: "any command line, by the name that Intel's tokens have for it",
      resource: 3,
      path: resourcePolicyPointer,
      replace: [`  input.tdx.tdx_rtmr2 == "${"3".repeat(96)}"\n`, ""],
      expect: resourcePolicyPath,
    },
    {
      mistake: "a release known by its firmware",
      resource: 1,
      path: resourcePolicyPointer,
      replace: [".snp.measurement ==", ".tdx.quote.body.mr_td =="],
      expect: resourcePolicyPath,
    },
  ],
});

/** By the name that Trustee's tokens have for it, or Intel's. */
function namesFirmware(policy: RegoText): boolean {
  return mentions(policy, "mr_td") || mentions(policy, "tdx_mrtd");
}

/** A name in the data of a policy is looked at by nobody. */
function mentions({ text }: RegoText, word: string): boolean {
  return regoStatements(text).some((line) => new RegExp(`\\b${word}\\b(?!"\\s*:)`).test(line));
}
