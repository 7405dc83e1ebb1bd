import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AzureAttestation } from "../../../../components/host/azure/attestation";
import { AzureDiskKey } from "../../../../components/host/azure/diskKey";
import { AzureExternalDiskKey } from "../../../../components/host/azure/externalDiskKey";
import { tokens } from "../../../../components/tokens";
import { azureOutputs, made, quiet } from "../../../support/azure";
import { valueOf } from "../../../support/mocks";
import type { Recording } from "../../../support/registrations";
import { childrenOf, named, recordRegistrations } from "../../../support/registrations";

const place = { resourceGroupName: "factory", location: "eastus2" };
const tenantId = "00000000-0000-4000-8000-000000000002";
const orchestratorObjectId = "00000000-0000-4000-8000-000000000004";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations(azureOutputs);
});
// What was refused is registered all the same, a little later.
afterEach(quiet);

describe("AzureDiskKey", () => {
  const placed = (location = "eastus2", kind: "shared" | "own" = "shared") => {
    const attestation = new AzureAttestation("maa", { ...place, location, kind, uniqueBy: "x" });
    return new AzureDiskKey("disk", { ...place, location, tenantId, orchestratorObjectId, attestation });
  };
  const below = () => childrenOf(recording, "disk");
  const keyOf = () => below().find(({ type }) => type === "azure-native:keyvault:Key");

  it("is an HSM key that leaves its vault for attested machines alone", async () => {
    placed();
    await quiet();
    const key = keyOf();
    const { releasePolicy, ...properties } = key?.inputs.properties as Record<string, unknown>;
    expect(properties).toEqual({
      kty: "RSA-HSM",
      keySize: 3072,
      keyOps: ["wrapKey", "unwrapKey"],
      attributes: { enabled: true, exportable: true },
    });
    const { contentType, data } = releasePolicy as { contentType: string; data: string };
    expect(contentType).toBe("application/json; charset=utf-8");
    expect(JSON.parse(Buffer.from(data, "base64url").toString())).toEqual({
      version: "1.0.0",
      anyOf: [
        {
          authority: "https://sharedeus2.eus2.attest.azure.net",
          allOf: [
            { claim: "x-ms-attestation-type", equals: "sevsnpvm" },
            { claim: "x-ms-compliance-status", equals: "azure-compliant-cvm" },
          ],
        },
      ],
    });
  });

  it("stays in its vault for the disks that it opens, and is never changed", async () => {
    placed();
    await quiet();
    expect(keyOf()).toMatchObject({ retained: true, ignored: ["properties"] });
  });

  it("is in a premium vault that keeps what is deleted and answers no network", async () => {
    placed();
    await quiet();
    expect(named(recording, "disk-vault").inputs).toMatchObject({
      ...place,
      properties: {
        sku: { family: "A", name: "premium" },
        tenantId,
        enablePurgeProtection: true,
        softDeleteRetentionInDays: 90,
        enableRbacAuthorization: false,
        publicNetworkAccess: "Disabled",
        networkAcls: { bypass: "AzureServices", defaultAction: "Deny" },
      },
    });
  });

  it("is used by version through a set for confidential disks", async () => {
    const disk = placed();
    await quiet();
    const set = named(recording, "disk-set");
    expect(set.inputs).toMatchObject({
      encryptionType: "ConfidentialVmEncryptedWithCustomerKey",
      identity: { type: "SystemAssigned" },
      activeKey: { keyUrl: await valueOf(disk.keyUrl), sourceVault: { id: "disk-vault-id" } },
      rotationToLatestKeyVersionEnabled: false,
    });
    expect(await valueOf(disk.keyUrl)).toMatch(/\/keys\/disks-[0-9a-f]{10}\/[0-9a-f]{32}$/);
    expect(set.dependencies).toEqual([keyOf()?.name, "disk-vault"].sort());
  });

  it("is granted to the orchestrator and to the set, to each what it needs", async () => {
    const disk = placed();
    await quiet();
    const grants = below()
      .filter(({ type }) => type === "azure-native:keyvault:AccessPolicy")
      .map(({ name, inputs }) => [name, inputs.policy]);
    expect(Object.fromEntries(grants)).toEqual({
      "disk-orchestrator": { tenantId, objectId: orchestratorObjectId, permissions: { keys: ["get", "release"] } },
      "disk-disks": {
        tenantId,
        objectId: "principal-of-the-set",
        permissions: { keys: ["get", "unwrapKey", "wrapKey"] },
      },
    });
    expect(named(recording, "disk-disks").dependencies).toEqual(
      expect.arrayContaining(["disk-orchestrator", "disk-set"]),
    );
    expect(disk.grants).toHaveLength(2);
  });

  it("is another key, of another name, for another authority; and the same for the same", async () => {
    const names: unknown[] = [];
    for (const args of [["eastus2"], ["centralus"], ["eastus2", "own"], ["eastus2"]] as const) {
      recording = recordRegistrations(azureOutputs);
      placed(...args);
      await quiet();
      const key = keyOf();
      // Its own resource to Pulumi, too: with another name alone it would keep the inputs that are not to be changed.
      expect(key?.name).toBe(`disk-key-${String(key?.inputs.keyName).replace("disks-", "")}`);
      names.push(key?.inputs.keyName);
    }
    expect(new Set(names).size).toBe(3);
    expect(names[3]).toBe(names[0]);
  });

  it("may be elsewhere: then there is a set alone, and its identity to grant the key to", async () => {
    const keyUrl = "https://acme.managedhsm.azure.net/keys/disks/0123456789abcdef0123456789abcdef";
    const disk = new AzureExternalDiskKey("disk", { ...place, keyUrl });
    const children = await made(recording, "disk", tokens.azureExternalDiskKey);
    expect(Object.keys(children)).toEqual(["disk-set"]);
    expect(children["disk-set"]?.inputs.activeKey).toEqual({ keyUrl });
    expect(await valueOf(disk.principalId)).toBe("principal-of-the-set");
  });
});
