import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import { diskReleasePolicy, encodeReleasePolicy } from "../../attestation/azureReleasePolicy";
import type { AzureTee } from "../../attestation/azureReleasePolicy";
import { canonicalJson, shortHash } from "../../names";
import { tokens } from "../../tokens";
import type { AzureAttestation } from "./attestation";
import type { DiskKey } from "./diskEncryptionSet";
import { encryptionSet, principalOf } from "./diskEncryptionSet";
import type { AzurePlace } from "./place";

export interface AzureDiskKeyArgs extends AzurePlace {
  /** Entra tenant of vault and identities. */
  readonly tenantId: string;
  /**
   * Object id, in the tenant, of the service principal Confidential VM Orchestrator: it asks for the key when a machine
   * boots, and shows the vault what the platform attests of the machine.
   */
  readonly orchestratorObjectId: string;
  /** Whose tokens open the key. */
  readonly attestation: AzureAttestation;
  /** TEE of the machines. Default snp, which confidential GPUs of Azure are on. */
  readonly tee?: AzureTee;
}

/** What every key of disks is, apart from whom it is released to. */
const keyProperties = {
  kty: "RSA-HSM",
  // Key size and operations as in Azure/az-cgpu-onboarding, cmk_module.
  keySize: 3072,
  keyOps: ["wrapKey", "unwrapKey"],
  attributes: { enabled: true, exportable: true },
};

/**
 * A key of the provider's own for the OS disks of confidential machines: in an HSM of Azure's, released only to machines
 * that Azure attests. It keeps disks from whoever gets at storage without Azure's help; Azure itself runs vault,
 * attestation and release. Never put a model's key here.
 *
 * Azure can neither change nor delete such a key through its resource manager, so a changed release policy is a new key with
 * a name of its own, and the old one stays in the vault for the disks that it opens.
 */
export class AzureDiskKey extends pulumi.ComponentResource implements DiskKey {
  readonly encryptionSetId: pulumi.Output<string>;
  /** Address of the key, with its version. */
  readonly keyUrl: pulumi.Output<string>;
  readonly grants: readonly pulumi.Resource[];

  constructor(name: string, args: AzureDiskKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.azureDiskKey, name, {}, opts);
    const { attestation, location, orchestratorObjectId, resourceGroupName, tee = "snp", tenantId } = args;
    const child = { parent: this };
    const vault = new keyvault.Vault(
      // Named by Pulumi, with an ending of its own: for ninety days Azure gives the name of a deleted vault to nobody.
      `${name}-vault`,
      {
        resourceGroupName,
        location,
        properties: {
          sku: { family: "A", name: "premium" },
          tenantId,
          enablePurgeProtection: true,
          softDeleteRetentionInDays: 90,
          // Microsoft's recipe grants by access policies; which roles do the same is written down nowhere that was read.
          enableRbacAuthorization: false,
          // Azure's disk service and the orchestrator come in as trusted services: the same settings opened disks in
          // cocallaw/AzConfidentialCompute-Lab, Private-AKV (Azure/bicep #10188).
          publicNetworkAccess: "Disabled",
          networkAcls: { bypass: "AzureServices", defaultAction: "Deny" },
        },
      },
      // Policies are resources of their own, since one of them needs the encryption set, which needs the vault.
      { ...child, ignoreChanges: ["properties.accessPolicies"] },
    );
    // The authority stands for the policy here: nothing else of it changes, and it is known before anything is made.
    const edition = shortHash(canonicalJson({ ...keyProperties, authority: attestation.identity, tee }));
    const key = new keyvault.Key(
      `${name}-key-${edition}`,
      {
        resourceGroupName,
        vaultName: vault.name,
        keyName: `disks-${edition}`,
        properties: {
          ...keyProperties,
          releasePolicy: attestation.authority.apply((authority) =>
            encodeReleasePolicy(diskReleasePolicy({ authorities: [authority], tee })),
          ),
        },
      },
      { ...child, retainOnDelete: true, ignoreChanges: ["properties"] },
    );
    const set = encryptionSet(this, name, args, {
      keyUrl: key.keyUriWithVersion,
      sourceVault: { id: vault.id },
    });
    const grant = (
      to: string,
      objectId: pulumi.Input<string>,
      keys: readonly string[],
      after: readonly pulumi.Resource[],
    ) =>
      new keyvault.AccessPolicy(
        `${name}-${to}`,
        {
          resourceGroupName,
          vaultName: vault.name,
          policy: { tenantId, objectId, permissions: { keys: [...keys] } },
        },
        { ...child, dependsOn: [...after] },
      );
    const orchestrator = grant("orchestrator", orchestratorObjectId, ["get", "release"], [key]);
    // One after the other: both are edits of one vault.
    const disks = grant("disks", principalOf(set), ["get", "unwrapKey", "wrapKey"], [orchestrator]);

    this.encryptionSetId = set.id;
    this.keyUrl = key.keyUriWithVersion;
    this.grants = [orchestrator, disks];
    this.registerOutputs({ encryptionSetId: this.encryptionSetId, keyUrl: this.keyUrl });
  }
}
