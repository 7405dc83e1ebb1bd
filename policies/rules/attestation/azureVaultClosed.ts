import { azureResources } from "../../azure";
import { providerTypes } from "../../cloudSources";
import { azureHsm, azureVault, azureVaultForOne } from "../../examples/azure";
import { isEverywhere } from "../../network";
import { resourceRule } from "../../rule";

export const azureVaultClosed = resourceRule({
  id: "azure-vault-closed",
  title: "Azure's vaults and HSM pools answer named networks only",
  pillar: "attestation",
  severity: "medium",
  threat: "A stolen token opens the vault from anywhere in the world, and nobody has to be near the factory to use it.",
  remediation:
    "Write publicNetworkAccess: Disabled with a private endpoint, or networkAcls.defaultAction: Deny with named addresses.",
  source: providerTypes("azure-native", "types/input.d.ts, keyvault.VaultPropertiesArgs"),
  platforms: ["azure"],
  claims: ["key-broker-closed"],
  baseline: "advisory",
  boundary: {
    by: "nothing",
    how: "whoever has the permission is asked for nothing else, but for keys with a release policy",
  },
  looksAt: azureResources("keyvault:Vault", "keyvault:ManagedHsm"),
  *check({ body }) {
    const access = body.at("properties", "publicNetworkAccess");
    if (access.text?.toLowerCase() === "disabled") return;
    const acls = body.at("properties", "networkAcls");
    if (acls.at("defaultAction").value !== "Deny") yield access.finding("lets every network in");
    for (const rule of acls.at("ipRules").items())
      if (isEverywhere(rule.at("value").text)) yield rule.at("value").finding("is everybody");
  },
  compliant: [azureVault, azureHsm, azureVaultForOne],
  breakages: [
    {
      mistake: "a vault open to the internet",
      path: "/properties/publicNetworkAccess",
      value: "Enabled",
      expect: "properties.publicNetworkAccess",
    },
    {
      mistake: "a vault's network left to the default",
      path: "/properties/publicNetworkAccess",
      remove: true,
      expect: "properties.publicNetworkAccess",
    },
    {
      mistake: "an HSM pool that allows what it does not name",
      resource: 1,
      path: "/properties/networkAcls/defaultAction",
      value: "Allow",
      expect: "properties.publicNetworkAccess",
    },
    {
      mistake: "half of the internet named as an address of a vault's",
      resource: 2,
      path: "/properties/networkAcls/ipRules/0/value",
      value: "128.0.0.0/1",
      expect: "properties.networkAcls.ipRules[0].value",
    },
  ],
});
