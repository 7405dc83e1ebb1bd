import { azureResources } from "../../azure";
import { onboardingScripts } from "../../cloudSources";
import { azureHsm, azureVault } from "../../examples/azure";
import { resourceRule } from "../../rule";

export const azureKeysPurgeProtected = resourceRule({
  id: "azure-keys-purge-protected",
  title: "Azure's vaults and HSM pools keep deleted keys for a while, whoever deleted them",
  pillar: "attestation",
  severity: "high",
  threat:
    "Somebody who may delete a vault destroys the only key to the sealed weights for good; a disk encryption set refuses such a vault as well.",
  remediation:
    "Write enablePurgeProtection: true and leave enableSoftDelete out; names of deleted keys stay taken, so give new keys new names.",
  source: onboardingScripts,
  platforms: ["azure"],
  claims: ["keys-for-release-only"],
  boundary: { by: "nothing", how: "availability of a key is up to whoever keeps it" },
  looksAt: azureResources("keyvault:Vault", "keyvault:ManagedHsm"),
  *check({ body }) {
    const settings = body.at("properties");
    const purge = settings.at("enablePurgeProtection");
    if (purge.value !== true) yield purge.finding("lets deleted keys be destroyed at once");
    const softDelete = settings.at("enableSoftDelete");
    if (softDelete.value === false) yield softDelete.finding("keeps nothing to protect from purging");
  },
  compliant: [azureVault, azureHsm],
  breakages: [
    {
      mistake: "purge protection left out",
      path: "/properties/enablePurgeProtection",
      remove: true,
      expect: "properties.enablePurgeProtection",
    },
    {
      mistake: "purge protection off for an HSM pool",
      resource: 1,
      path: "/properties/enablePurgeProtection",
      value: false,
      expect: "properties.enablePurgeProtection",
    },
    {
      mistake: "soft delete off",
      path: "/properties/enableSoftDelete",
      value: false,
      expect: "properties.enableSoftDelete",
    },
  ],
});
