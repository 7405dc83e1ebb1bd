import { authorityProblem } from "../../../components/attestation/azureAuthority";
import { authoritiesOf, policyOf, releasedKeys } from "../../azureReleasePolicy";
import { azureDiskKey, azureGuestKey, diskReleasePolicy, releasePolicyData } from "../../examples/azure";
import { resourceRule } from "../../rule";
import { file } from "../../sources";

const data = "properties.releasePolicy.data";
const dataPointer = "/properties/releasePolicy/data";

export const azureReleaseAuthority = resourceRule({
  id: "azure-release-authority",
  title: "A release policy of Azure accepts tokens of Azure's own attestation service only",
  pillar: "attestation",
  severity: "critical",
  threat: "Whoever runs the authority signs tokens about machines that never existed, and the vault hands him the key.",
  remediation: "Write authority: https://shared<code>.<code>.attest.azure.net, or the attestUri of your own provider.",
  source: file("Azure/confidential-computing-cvm", "cvm_deployment/key/skr-policy.json"),
  platforms: ["azure"],
  claims: ["keys-for-release-only"],
  boundary: { by: "nothing", how: "the vault believes the authority that its policy names" },
  looksAt: releasedKeys,
  *check(key) {
    const policy = policyOf(key);
    if (!policy) return;
    for (const each of authoritiesOf(policy)) {
      const authority = each.at("authority");
      const problem = authorityProblem(authority.text ?? "");
      if (problem !== undefined) yield authority.finding(problem);
    }
  },
  compliant: [azureDiskKey, azureGuestKey],
  breakages: [
    ...[
      { mistake: "an authority of somebody else's", authority: "https://attest.example.com" },
      { mistake: "an authority over plain HTTP", authority: "http://sharedeus2.eus2.attest.azure.net" },
      { mistake: "two regions in one authority", authority: "https://sharedeus.eus2.attest.azure.net" },
      {
        mistake: "an authority that only looks like Azure's",
        authority: "https://sharedeus2.eus2.attest.azure.net.example.com",
      },
    ].map(({ mistake, authority }) => ({
      mistake,
      path: dataPointer,
      value: releasePolicyData({ version: "1.0.0", anyOf: [{ ...diskReleasePolicy.anyOf[0], authority }] }),
      expect: `${data}#anyOf[0].authority`,
    })),
  ],
});
