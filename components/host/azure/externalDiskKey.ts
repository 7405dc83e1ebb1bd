import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";
import type { DiskKey } from "./diskEncryptionSet";
import { encryptionSet, principalOf } from "./diskEncryptionSet";
import type { AzurePlace } from "./place";

export interface AzureExternalDiskKeyArgs extends AzurePlace {
  /** Address of the key, with its version: in a Managed HSM, or in a vault that somebody else runs. */
  readonly keyUrl: string;
}

/**
 * A disk key, as AzureDiskKey, that Azure's resource manager cannot make: a Managed HSM's, or another party's. Whoever has the key
 * grants it to `principalId` and to the Confidential VM Orchestrator before there is a machine, with a release policy for
 * disks.
 */
export class AzureExternalDiskKey extends pulumi.ComponentResource implements DiskKey {
  readonly encryptionSetId: pulumi.Output<string>;
  /** Identity that needs to get, wrap and unwrap with the key. */
  readonly principalId: pulumi.Output<string>;
  readonly grants: readonly pulumi.Resource[] = [];

  constructor(name: string, args: AzureExternalDiskKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.azureExternalDiskKey, name, {}, opts);
    const set = encryptionSet(this, name, args, { keyUrl: args.keyUrl });
    this.encryptionSetId = set.id;
    this.principalId = principalOf(set);
    this.registerOutputs({ encryptionSetId: this.encryptionSetId, principalId: this.principalId });
  }
}
