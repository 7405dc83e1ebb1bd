import * as compute from "@pulumi/azure-native/compute";
import type * as pulumi from "@pulumi/pulumi";
import type { AzurePlace } from "./place";

/** What a machine needs of the key of its disk. */
export interface DiskKey {
  readonly encryptionSetId: pulumi.Output<string>;
  /** Machines are made after these: without the grants their disks do not open. */
  readonly grants: readonly pulumi.Resource[];
}

/** Ties a key to disks of confidential machines. */
export function encryptionSet(
  parent: pulumi.Resource,
  name: string,
  { location, resourceGroupName }: AzurePlace,
  activeKey: { readonly keyUrl: pulumi.Input<string>; readonly sourceVault?: { readonly id: pulumi.Input<string> } },
): compute.DiskEncryptionSet {
  return new compute.DiskEncryptionSet(
    `${name}-set`,
    {
      resourceGroupName,
      location,
      diskEncryptionSetName: `${name}-set`,
      encryptionType: "ConfidentialVmEncryptedWithCustomerKey",
      identity: { type: "SystemAssigned" },
      activeKey,
      // A new version of the key is for people to decide on: machines have to be stopped for it.
      rotationToLatestKeyVersionEnabled: false,
    },
    { parent },
  );
}

/** Identity that needs to get, wrap and unwrap with the key. */
export function principalOf(set: compute.DiskEncryptionSet): pulumi.Output<string> {
  return set.identity.apply((identity) => identity?.principalId ?? "");
}
