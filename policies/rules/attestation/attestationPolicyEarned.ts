import { regoStatements } from "../../documents";
import { attestationPolicy, attestationPolicyPath, attestationPolicyPointer } from "../../examples/trustee";
import { attestationPolicies } from "../../keyBroker";
import { platforms, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

/** `default hardware := 2`, `hardware := 2`, `"hardware": 2`: a verdict that nothing was looked at for. */
const fixed = /^(?:default\s+)?"?(executables|hardware|configuration)"?\s*(?::=|=|:)\s*(-?\d+)\s*,?$/;

export const attestationPolicyEarned = resourceRule({
  id: "attestation-policy-earned",
  title: "No attestation policy calls evidence affirming that it did not look at",
  pillar: "attestation",
  severity: "critical",
  threat: "Where reference values were too much trouble, everything is affirming, and the key broker believes it.",
  remediation:
    "Write defaults of 33 (executables), 97 (hardware) and 36 (configuration), and 2 or 3 only in rules with conditions.",
  source: issue(repositories.trustee, 1386),
  platforms,
  claims: ["cpu-genuine"],
  boundary: { by: "keyBroker", how: "a release's resource policy compares measurement and firmware once more" },
  looksAt: attestationPolicies,
  *check({ place, text }) {
    for (const line of regoStatements(text)) {
      const value = Number(fixed.exec(line)?.[2]);
      if (isAffirming(value)) yield place.finding(`says ${JSON.stringify(line)}`);
    }
  },
  compliant: [attestationPolicy],
  breakages: [
    {
      mistake: "hardware affirming by default",
      path: attestationPolicyPointer,
      replace: ["default hardware := 97", "default hardware := 2"],
      expect: attestationPolicyPath,
    },
    {
      mistake: "executables affirming whatever was measured",
      path: attestationPolicyPointer,
      replace: [
        'executables := 3 if input.snp.measurement in query_reference_value("snp_launch_measurement")',
        "executables := 3",
      ],
      expect: attestationPolicyPath,
    },
    {
      mistake: "a verdict written into the claims",
      path: attestationPolicyPointer,
      replace: ['"configuration": configuration', '"configuration": 3'],
      expect: attestationPolicyPath,
    },
  ],
});

/** AR4SI: 2 to 31 and -32 to -2 are affirming. */
function isAffirming(value: number): boolean {
  return (value >= 2 && value <= 31) || (value >= -32 && value <= -2);
}
