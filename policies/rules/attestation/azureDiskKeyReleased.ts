import { azureResources, azureType } from "../../azure";
import { authoritiesOf, placementsDemanded, policyOf } from "../../azureReleasePolicy";
import { someKnown } from "../../evaluate";
import { onboardingScripts } from "../../cloudSources";
import { azureDiskEncryptionSet, azureDiskKey, guestReleasePolicy, releasePolicyData } from "../../examples/azure";
import { stackRule } from "../../rule";

const set = "compute:DiskEncryptionSet";
const wanted = "ConfidentialVmEncryptedWithCustomerKey";
const keys = azureResources("keyvault:Key");
const data = "properties.releasePolicy.data";

export const azureDiskKeyReleased = stackRule({
  id: "azure-disk-key-released",
  title: "The key of confidential disks has a release policy that the platform's own token fulfils",
  pillar: "attestation",
  severity: "high",
  threat:
    "The platform attests the machine before there is a guest, gets no key for its disk, and the owner's key is swapped for the cloud's to get it to boot.",
  remediation:
    "Give the key a release policy with x-ms-attestation-type and x-ms-compliance-status at the root, not under x-ms-isolation-tee.",
  source: onboardingScripts,
  platforms: ["azure"],
  claims: ["keys-for-release-only"],
  boundary: { by: "nothing", how: "a disk that does not open costs availability only" },
  kinds: keys.kinds,
  select: (resource) => keys.select(resource),
  *check({ resource, body }, all) {
    const users = all.filter((other) => azureType(other) === set && other.dependsOn?.includes(resource.urn ?? ""));
    if (!someKnown(users, ({ props }) => props.encryptionType === wanted)) return;
    const properties = body.at("properties");
    const policyData = properties.at("releasePolicy", "data");
    if (!policyData.present) {
      yield policyData.finding("is missing, and a confidential disk's key is released by policy only");
      return;
    }
    const policy = policyOf({ resource, properties, data: policyData });
    if (policy && !authoritiesOf(policy).some((authority) => placementsDemanded(authority).includes("platform")))
      yield policyData.hidden().finding("asks for a guest's claims, and a disk is opened before there is a guest");
  },
  compliant: [azureDiskKey, azureDiskEncryptionSet],
  breakages: [
    {
      mistake: "a confidential disk's key without a release policy",
      path: "/properties/releasePolicy",
      remove: true,
      expect: data,
    },
    {
      mistake: "a guest's release policy for a disk",
      path: "/properties/releasePolicy/data",
      value: releasePolicyData(guestReleasePolicy),
      expect: data,
    },
  ],
});
