import { regoStatements } from "../../documents";
import { intelResourcePolicy } from "../../examples/intel";
import { resourcePolicyPath, resourcePolicyPointer } from "../../examples/trustee";
import type { RegoText } from "../../keyBroker";
import { releasingPolicies } from "../../keyBroker";
import { conditions, readsIntelToken, waysToKeys } from "../../regoRules";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file } from "../../sources";

/** Each way to a key by a token of Intel's. */
const intelWays: Selector<RegoText> = {
  kinds: releasingPolicies.kinds,
  *select(resource) {
    for (const policy of releasingPolicies.select(resource))
      for (const text of waysToKeys(policy.text)) if (readsIntelToken(text)) yield { ...policy, text };
  },
};

/** What such a way has to say, where Trustee's own tokens have a status. */
const demands: readonly (readonly [says: (way: string) => boolean, what: string])[] = [
  [
    comparesPolicies,
    "policy_ids_matched with nothing: Intel names what matched, and the rest is vouched for all the same",
  ],
  [
    says(/\battester_tcb_status\b.*==\s*"UpToDate"|"UpToDate"\s*==.*\battester_tcb_status\b/),
    'attester_tcb_status with anything but "UpToDate": Intel signs tokens of outdated platforms as well',
  ],
  [
    says(/\btdx_is_debuggable\b"?\]?\s*==\s*false|^not .*\btdx_is_debuggable\b/),
    "tdx_is_debuggable with nothing: the host reads the memory of a debuggable guest",
  ],
  [
    says(/x-nvidia-overall-att-result"?\]?\s*==\s*true/),
    "x-nvidia-overall-att-result with nothing: claims of a GPU that NVIDIA does not vouch for are in the token, too",
  ],
];

function says(condition: RegExp): (way: string) => boolean {
  return (way) => conditions(way).some((each) => condition.test(each) && !/^not\b.*==/.test(each));
}

/** Says how many there are, or of which type, and not which. */
const asksNothing = /\b(count|type_name|is_\w+)\(/;

/** To go through the list is no comparison, nor is what holds of any list; what is done with its entries may be. */
function comparesPolicies(way: string): boolean {
  const lines = regoStatements(way);
  const entries = lines.flatMap(
    (line) => /\bsome (?:\w+, )?(\w+) in input\.policy_ids_matched\b/.exec(line)?.[1] ?? [],
  );
  return lines.some((line) => {
    const rest = line.replace(/\bsome [\w, ]+ in [\w.]+/g, "");
    if (!/==|\bin\b/.test(rest) || asksNothing.test(rest) || /^\s*not\b/.test(rest)) return false;
    const [left, right] = rest.split("==").map((side) => side.trim());
    if (left === right) return false;
    return /policy_ids_matched/.test(line) || entries.some((entry) => new RegExp(`\\b${entry}\\.id\\b`).test(rest));
  });
}

export const intelTokenJudged = resourceRule({
  id: "intel-token-judged",
  title: "A key broker's policy asks of Intel's tokens what they found, and not only that they are there",
  pillar: "attestation",
  severity: "critical",
  threat:
    "Intel Trust Authority signs tokens for outdated, debuggable and half-attested guests as well and says so in claims that the policy does not read.",
  remediation:
    'Compare policy_ids_matched with your policies\' ids, attester_tcb_status with "UpToDate", tdx_is_debuggable with false, and nvgpu["x-nvidia-overall-att-result"] with true.',
  source: file("intel/trustauthority-kbs", "model/attestation_token_v2.go"),
  platforms,
  claims: ["cpu-genuine", "gpu-genuine"],
  boundary: { by: "ownControlPlane", how: "the policy is the trust boundary; the model owner writes it" },
  looksAt: intelWays,
  *check({ place, text }) {
    for (const [holds, what] of demands) if (!holds(text)) yield place.finding(`compares ${what}`);
  },
  compliant: [intelResourcePolicy],
  breakages: [
    {
      mistake: "no policy of one's own",
      path: resourcePolicyPointer,
      replace: [
        '  "5d1e5a3c-2f0b-4d51-9a6e-0c6a6f5a7f10" in {policy.id | some policy in input.policy_ids_matched}\n',
        "",
      ],
      expect: resourcePolicyPath,
    },
    {
      mistake: "platforms whose holes are known",
      path: resourcePolicyPointer,
      replace: ['attester_tcb_status == "UpToDate"', 'attester_tcb_status != "Revoked"'],
      expect: resourcePolicyPath,
    },
    {
      mistake: "guests that the host may debug",
      path: resourcePolicyPointer,
      replace: ["  input.tdx.tdx_is_debuggable == false\n", ""],
      expect: resourcePolicyPath,
    },
    {
      mistake: "GPUs that failed",
      path: resourcePolicyPointer,
      replace: ['  input.nvgpu["x-nvidia-overall-att-result"] == true\n', ""],
      expect: resourcePolicyPath,
    },
  ],
});
