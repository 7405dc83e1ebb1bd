import { azureAuthorities, azureRegion } from "../../../components/host/offerings";
import { azureConfidentialMachines } from "../../azure";
import { authoritiesOf, policyOf, releasedKeys } from "../../azureReleasePolicy";
import { azureDiskKey, azureMachine, diskReleasePolicy, releasePolicyData } from "../../examples/azure";
import type { Resource } from "../../rule";
import { stackRule } from "../../rule";
import { file } from "../../sources";

export const azureReleaseRegion = stackRule({
  id: "azure-release-region",
  title: "A disk key's release policy accepts the attestation authority of the region that its machine is in",
  pillar: "attestation",
  severity: "medium",
  threat:
    "The machine's region asks its own authority, which the policy does not name: the disk stays shut, and the key cannot be given another policy.",
  remediation: "Name the shared authority of each region that machines with this key may be placed in.",
  source: file("Azure/confidential-computing-cvm", "cvm_deployment/key/skr-policy.json"),
  platforms: ["azure"],
  claims: ["keys-for-release-only"],
  // Regions and their authorities change.
  baseline: "advisory",
  boundary: { by: "nothing", how: "a key that is not released costs availability only" },
  kinds: releasedKeys.kinds,
  select: (resource) => releasedKeys.select(resource),
  *check(key, all) {
    const policy = policyOf(key);
    if (!policy) return;
    const urls = authoritiesOf(policy).map((each) => each.at("authority").text?.replace(/\/$/, "") ?? "");
    // Providers of one's own serve any region.
    if (urls.length === 0 || !urls.every((url) => url.startsWith("https://shared"))) return;
    for (const region of regionsOf(key.resource, all)) {
      const wanted = azureAuthorities.byRegion[region];
      if (wanted !== undefined && !urls.includes(wanted))
        yield key.data.hidden().finding(`accepts no token of ${wanted}, whose machines in ${region} need the key`);
    }
  },
  compliant: [azureDiskKey, azureMachine],
  breakages: [
    {
      mistake: "the authority of another region",
      path: "/properties/releasePolicy/data",
      value: releasePolicyData({
        version: "1.0.0",
        anyOf: [{ ...diskReleasePolicy.anyOf[0], authority: "https://sharedweu.weu.attest.azure.net" }],
      }),
      expect: "properties.releasePolicy.data",
    },
    {
      mistake: "a machine moved away from its key's authority",
      resource: 1,
      path: "/location",
      value: "Central US",
      expect: "properties.releasePolicy.data",
    },
  ],
});

/** Regions of the confidential machines that depend on a key, through its disk encryption set or directly. */
function* regionsOf(key: Resource, all: readonly Resource[]): Iterable<string> {
  for (const resource of all) {
    if (key.urn === undefined || !resource.dependsOn?.includes(key.urn)) continue;
    for (const { location } of azureConfidentialMachines.select(resource))
      if (location.text !== undefined) yield azureRegion(location.text);
  }
}
