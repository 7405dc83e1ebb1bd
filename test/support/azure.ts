import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { parse } from "yaml";
import { azureNodes } from "../../stacks/clouds/azure";
import type { Azure } from "../../stacks/config/azure";
import type { InfrastructureConfig } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import { root } from "./factory";
import { settled } from "./mocks";
import type { Recording } from "./registrations";
import { childrenOf, named, recordRegistrations } from "./registrations";

export type AzureConfig = InfrastructureConfig & { readonly azure: Azure };

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
): AzureConfig {
  const sections = azureSections(sample);
  const [provider] = sections.providers as { azure: Record<string, unknown> }[];
  if (!provider) throw new Error(`${sample} has no provider`);
  Object.assign(provider.azure, changes);
  const config = parseAs("infrastructure", sections);
  const azure = config.providers[0]?.azure;
  if (!azure) throw new Error(`${sample} is not about Azure`);
  return { ...config, azure };
}

/** Which input names a resource that others are made from. */
const namedBy: Readonly<Record<string, string>> = {
  "containerservice:AgentPool": "agentPoolName",
  "containerservice:ManagedCluster": "resourceName",
  "keyvault:Key": "keyName",
  "network:Subnet": "subnetName",
  "network:VirtualNetwork": "virtualNetworkName",
  "resources:ResourceGroup": "resourceGroupName",
};

/** What Azure adds to resources that others are made from; ids are the mocks' own. */
export function azureOutputs(type: string, _name: string, inputs: Readonly<Record<string, unknown>>) {
  if (!type.startsWith("azure-native:")) return {};
  const kind = type.replace(/^azure-native:/, "");
  const vault = "disk-key-vault1a2b3c4d";
  const added: Readonly<Record<string, Record<string, unknown>>> = {
    "attestation:AttestationProvider": { attestUri: `https://${String(inputs.providerName)}.eus2.attest.azure.net` },
    "compute:DiskEncryptionSet": { identity: { type: "SystemAssigned", principalId: "principal-of-the-set" } },
    "compute:VirtualMachine": { identity: { type: "SystemAssigned", principalId: "principal-of-the-machine" } },
    "containerservice:ManagedCluster": { oidcIssuerProfile: { enabled: true, issuerURL: "https://issuer.example/" } },
    "keyvault:Vault": { name: vault },
    "keyvault:Key": {
      keyUriWithVersion: `https://${vault}.vault.azure.net/keys/${String(inputs.keyName)}/0123456789abcdef0123456789abcdef`,
    },
    "managedidentity:UserAssignedIdentity": { principalId: "principal-of-the-cluster" },
    "network:PublicIPAddress": { ipAddress: "192.0.2.10" },
  };
  const key = namedBy[kind];
  return { ...(key !== undefined && { name: inputs[key] }), ...added[kind] };
}

/** Waits until nothing more is registered. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await settled();
}

/** Everything below a component that stands alone: it has its type, has finished, and there is nothing beside it. */
export async function made(recording: Recording, component: string, token: string) {
  await quiet();
  const own = named(recording, component);
  expect(own.type).toBe(token);
  expect(recording.finished).toContain(own.urn);
  const children = childrenOf(recording, component);
  expect(recording.resources).toHaveLength(children.length + 1);
  return Object.fromEntries(children.map(({ name, type, inputs }) => [name, { type, inputs }]));
}

/** Everything that a sample of Azure's registers, and what its program gives back. */
export async function recordedAzure(config: AzureConfig) {
  const recording = recordRegistrations(azureOutputs);
  const nodes = await azureNodes(config, config.azure);
  let before = -1;
  while (before !== recording.resources.length) {
    before = recording.resources.length;
    await settled();
  }
  return { recording, nodes };
}
