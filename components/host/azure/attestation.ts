import * as attestation from "@pulumi/azure-native/attestation";
import * as pulumi from "@pulumi/pulumi";
import { sharedAuthority } from "../../attestation/azureAuthority";
import { shortHash } from "../../names";
import { tokens } from "../../tokens";
import type { AzurePlace } from "./place";

export interface AzureAttestationArgs extends AzurePlace {
  /** The region's shared authority, which Microsoft runs for all, or a provider of one's own. */
  readonly kind: "shared" | "own";
  /** What makes the name of a provider of one's own: unique in Azure, so for example subscription and resource group. */
  readonly uniqueBy: string;
}

/**
 * Azure's attestation service, whose tokens open disks of confidential machines. Whichever it is, Azure runs it and signs:
 * it tells a machine with a TEE from one without, and says nothing of the GPU.
 */
export class AzureAttestation extends pulumi.ComponentResource {
  /** Address of the authority, as release policies name it. */
  readonly authority: pulumi.Output<string>;
  /** The same, known before anything is made: changes with the authority. */
  readonly identity: string;

  constructor(name: string, args: AzureAttestationArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.azureAttestation, name, {}, opts);
    const { kind, location, resourceGroupName } = args;
    if (kind === "own") {
      // Three to 24 letters and digits.
      const providerName = `tf${shortHash(args.uniqueBy)}`;
      const provider = new attestation.AttestationProvider(
        `${name}-provider`,
        { providerName, resourceGroupName, location, properties: {} },
        { parent: this },
      );
      this.identity = `own:${providerName}`;
      this.authority = provider.attestUri.apply((uri) => uri ?? "");
    } else {
      const shared = sharedAuthority(location);
      if (shared === undefined)
        throw new pulumi.ResourceError(
          `location: the shared authority of "${location}" is not known; write kind: own`,
          this,
          true,
        );
      this.identity = shared;
      this.authority = pulumi.output(shared);
    }
    this.registerOutputs({ authority: this.authority });
  }
}
