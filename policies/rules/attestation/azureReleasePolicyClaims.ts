import { claimPrefixes } from "../../../components/attestation/azureReleasePolicy";
import {
  authoritiesOf,
  conditionsOf,
  placementsDemanded,
  placementsTouched,
  policyOf,
  releasedKeys,
} from "../../azureReleasePolicy";
import { releaseExamples } from "../../cloudSources";
import { azureDiskKey, azureGuestKey, diskReleasePolicy, releasePolicyData } from "../../examples/azure";
import { resourceRule } from "../../rule";

const data = "properties.releasePolicy.data";
const debuggable = /(^|[.-])is-debuggable$/;

export const azureReleasePolicyClaims = resourceRule({
  id: "azure-release-policy-claims",
  title: "A release policy of Azure demands a TEE and its compliance, both where the same token has them",
  pillar: "attestation",
  severity: "critical",
  threat:
    "A policy that asks for one of the two gives the key to a debuggable or a plain machine; one that mixes a platform's claims with a guest's never gives it, and is loosened.",
  remediation: `Demand x-ms-attestation-type: sevsnpvm or tdxvm and x-ms-compliance-status: azure-compliant-cvm under allOf; both at the root for OS disks, both under ${claimPrefixes.guest.slice(0, -1)} for programs in the guest.`,
  source: releaseExamples,
  platforms: ["azure"],
  claims: ["keys-for-release-only", "guest-not-debuggable"],
  boundary: {
    by: "nothing",
    how: "the vault compares what the policy names and nothing else; no claim of it speaks of the GPU",
  },
  looksAt: releasedKeys,
  *check(key) {
    const policy = policyOf(key);
    if (!policy) return;
    for (const authority of authoritiesOf(policy)) {
      if (placementsTouched(authority).length > 1)
        yield authority.finding("mixes claims of the platform's token with those of a guest's; no token has both");
      else if (placementsDemanded(authority).length === 0)
        yield authority.finding("accepts tokens of machines without a TEE, or of such that are not in order");
      for (const condition of conditionsOf(authority)) {
        const { text: claim } = condition.at("claim");
        if (debuggable.test(claim ?? "") && String(condition.at("equals").value) === "true")
          yield condition.finding("asks for a machine that can be debugged");
      }
    }
  },
  compliant: [azureDiskKey, azureGuestKey],
  breakages: [
    broken("compliance alone asked for", [compliance()], ""),
    broken("a TEE asked for, debuggable or not", [type()], ""),
    broken("the TEE in the platform's place, compliance in the guest's", [type(), compliance("guest")], ""),
    broken("a TEE of any kind", [{ claim: "x-ms-attestation-type", exists: true }, compliance()], ""),
    broken(
      "compliance as one of two alternatives",
      [type(), { anyOf: [compliance(), { claim: "x-ms-azurevm-vmid", exists: true }] }],
      "",
    ),
    broken(
      "a guest that has to be debuggable",
      [type("guest"), compliance("guest"), { claim: "x-ms-isolation-tee.x-ms-sevsnpvm-is-debuggable", equals: true }],
      ".allOf[2]",
    ),
  ],
});

function type(placement: keyof typeof claimPrefixes = "platform") {
  return { claim: `${claimPrefixes[placement]}x-ms-attestation-type`, equals: "sevsnpvm" };
}

function compliance(placement: keyof typeof claimPrefixes = "platform") {
  return { claim: `${claimPrefixes[placement]}x-ms-compliance-status`, equals: "azure-compliant-cvm" };
}

function broken(mistake: string, allOf: readonly unknown[], at: string) {
  const authority = diskReleasePolicy.anyOf[0]?.authority;
  return {
    mistake,
    path: "/properties/releasePolicy/data",
    value: releasePolicyData({ version: "1.0.0", anyOf: [{ authority, allOf }] }),
    expect: `${data}#anyOf[0]${at}`,
  };
}
