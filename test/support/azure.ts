import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Azure } from "../../stacks/config/azure";
import type { InfrastructureConfig } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import { root } from "./factory";

/** Sections of one of Azure's samples, a fresh copy at each call. */
export function azureSections(sample: "azure-aks" | "azure-machine"): Record<string, unknown> {
  const file = parse(readFileSync(join(root, "samples", sample, "Pulumi.infrastructure.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [key.replace(/^trustfoundry:/, ""), value]),
  );
}

/** A sample with changes of the provider's azure section. */
export function azureConfig(
  sample: "azure-aks" | "azure-machine",
  changes: Readonly<Record<string, unknown>> = {},
): InfrastructureConfig & { readonly azure: Azure } {
  const sections = azureSections(sample);
  const [provider] = sections.providers as { azure: Record<string, unknown> }[];
  if (!provider) throw new Error(`${sample} has no provider`);
  Object.assign(provider.azure, changes);
  const config = parseAs("infrastructure", sections);
  const azure = config.providers[0]?.azure;
  if (!azure) throw new Error(`${sample} is not about Azure`);
  return { ...config, azure };
}

/** What Azure adds to resources that others are made from; ids are the mocks' own. */
export function azureOutputs(type: string, _name: string, inputs: Readonly<Record<string, unknown>>) {
  const kind = type.replace(/^azure-native:/, "");
  const names = ["vaultName", "keyName", "virtualNetworkName", "agentPoolName", "resourceName", "resourceGroupName"];
  const own: Readonly<Record<string, string>> = {
    "containerservice:AgentPool": "agentPoolName",
    "network:Subnet": "subnetName",
    "keyvault:Key": "keyName",
  };
  const name = inputs[own[kind] ?? names.find((each) => each in inputs) ?? ""];
  const added: Readonly<Record<string, Record<string, unknown>>> = {
    "attestation:AttestationProvider": { attestUri: `https://${String(inputs.providerName)}.eus2.attest.azure.net` },
    "compute:DiskEncryptionSet": { identity: { type: "SystemAssigned", principalId: "principal-of-the-set" } },
    "compute:VirtualMachine": { identity: { type: "SystemAssigned", principalId: "principal-of-the-machine" } },
    "containerservice:ManagedCluster": { oidcIssuerProfile: { enabled: true, issuerURL: "https://issuer.example/" } },
    "keyvault:Vault": { name: "disk-key-vault1a2b3c4d" },
    "keyvault:Key": {
      keyUriWithVersion: `https://disk-key-vault1a2b3c4d.vault.azure.net/keys/${String(inputs.keyName)}/0123456789abcdef0123456789abcdef`,
    },
    "managedidentity:UserAssignedIdentity": { principalId: "principal-of-the-cluster" },
    "network:PublicIPAddress": { ipAddress: "192.0.2.10" },
  };
  return type.startsWith("azure-native:") ? { name, ...added[kind] } : {};
}
