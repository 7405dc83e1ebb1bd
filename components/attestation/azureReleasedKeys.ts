import * as authorization from "@pulumi/azure-native/authorization";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { shortHash } from "../names";
import { tokens } from "../tokens";
import type { PlannedKey, ReleasedKeysRequest } from "./azureReleasedKeysPlan";
import { authorityFor, plannedKeys } from "./azureReleasedKeysPlan";
import type { OnDestroy } from "./releasedKeys";
import { keptKey } from "./releasedKeys";

export interface AzureReleasedKeysArgs extends ReleasedKeysRequest {
  /** The model owner's subscription, not the provider's. */
  readonly subscriptionId: string;
  /** Entra tenant of vault and identities. */
  readonly tenantId: string;
  /** Resource group that is made for the keys. */
  readonly resourceGroupName: string;
  /** IPv4 ranges that reach the vault over the internet. Default: none does; machines come by a private endpoint. */
  readonly clientCidrs?: readonly string[] | undefined;
  /** What becomes of the keys when the stack goes. Default retain. */
  readonly onDestroy?: OnDestroy | undefined;
}

/** What a workload has to know of a key. */
export interface AzureReleasedKeyOutput {
  /** Address of the key in its only version; `<address>/release` releases. */
  readonly url: pulumi.Output<string>;
  readonly id: pulumi.Output<string>;
}

/** Azure's built-in role Key Vault Crypto Service Release User: to have keys released, and nothing else. */
const releaseUser = "08bbd89e-9f13-488c-ac41-acfcb10c90ab";

/**
 * Keys of the model owner's in an HSM of Azure's, given to programs on confidential machines by Azure's own attestation.
 * Azure runs machine, attestation and vault, and looks at no GPU: the lower grade of key authority (`cloud`). The better
 * one keeps keys in the owner's own Trustee.
 *
 * Azure's resource manager makes a key once and changes or deletes it never: a changed policy is a new key beside the old
 * one, whose name tells them apart.
 */
export class AzureReleasedKeys extends pulumi.ComponentResource {
  readonly vaultId: pulumi.Output<string>;
  readonly vaultUri: pulumi.Output<string>;
  /** Whose tokens release. */
  readonly authority: string;
  /** By the names of the arguments. */
  readonly keys: Readonly<Record<string, AzureReleasedKeyOutput>>;

  constructor(name: string, args: AzureReleasedKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.azureReleasedKeys, name, {}, opts);
    const { region: location, subscriptionId, tenantId } = args;
    const planned = this.#planned(args);
    const child = { parent: this };
    const group = new resources.ResourceGroup(
      `${name}-group`,
      { resourceGroupName: args.resourceGroupName, location },
      // It goes with all that is in it, keys that were retained included.
      { ...child, ...keptKey(args.onDestroy) },
    );
    const vault = new keyvault.Vault(
      // Named by Pulumi, with an ending of its own: for ninety days Azure gives the name of a deleted vault to nobody.
      `${name}-vault`,
      {
        resourceGroupName: group.name,
        location,
        properties: {
          sku: { family: "A", name: "premium" },
          tenantId,
          enablePurgeProtection: true,
          softDeleteRetentionInDays: 90,
          // Roles are granted for single keys; access policies would be for all keys of the vault.
          enableRbacAuthorization: true,
          ...network(args.clientCidrs),
        },
      },
      { ...child, ...keptKey(args.onDestroy) },
    );
    const keys = planned.map((plan) => {
      const key = new keyvault.Key(
        `${name}-${plan.keyName}`,
        {
          resourceGroupName: group.name,
          vaultName: vault.name,
          keyName: plan.keyName,
          properties: plan.properties,
        },
        // The name changes with the properties; what else Azure reports of them is no change to make.
        { ...child, ...keptKey(args.onDestroy), ignoreChanges: ["properties"] },
      );
      for (const principalId of plan.principals)
        new authorization.RoleAssignment(
          `${name}-${plan.keyName}-${shortHash(principalId)}`,
          {
            principalId,
            // Without it a new identity has to be known everywhere first.
            principalType: "ServicePrincipal",
            roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${releaseUser}`,
            scope: key.id,
          },
          child,
        );
      return [plan.name, { url: key.keyUriWithVersion, id: key.id }] as const;
    });

    this.vaultId = vault.id;
    this.vaultUri = vault.properties.vaultUri.apply((uri) => uri ?? "");
    this.authority = authorityFor(args);
    this.keys = Object.fromEntries(keys);
    this.registerOutputs({
      vaultId: this.vaultId,
      vaultUri: this.vaultUri,
      authority: this.authority,
      keys: this.keys,
    });
  }

  /** Before anything is registered. */
  #planned(args: AzureReleasedKeysArgs): PlannedKey[] {
    try {
      return plannedKeys(args);
    } catch (error) {
      throw new pulumi.ResourceError((error as Error).message, this, true);
    }
  }
}

/** Named networks only; nobody is let in for being a service of Azure's. */
function network(clientCidrs: readonly string[] | undefined) {
  return {
    publicNetworkAccess: clientCidrs ? "Enabled" : "Disabled",
    networkAcls: {
      bypass: "None",
      defaultAction: "Deny",
      ...(clientCidrs && { ipRules: clientCidrs.map((value) => ({ value })) }),
    },
  };
}
