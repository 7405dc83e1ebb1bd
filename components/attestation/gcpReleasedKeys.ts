import * as iam from "@pulumi/gcp/iam";
import * as kms from "@pulumi/gcp/kms";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../tokens";
import type { GcpReleasedKeysRequest, PlannedPool } from "./gcpReleasedKeysPlan";
import {
  attestationAudience,
  attestationIssuer,
  attributeMapping,
  plannedPools,
  providerId,
} from "./gcpReleasedKeysPlan";
import type { OnDestroy } from "./releasedKeys";
import { keptKey } from "./releasedKeys";

export interface GcpReleasedKeysArgs extends GcpReleasedKeysRequest {
  /** Location of the key ring. */
  readonly region: string;
  /** What becomes of the keys when the stack goes. Default retain. */
  readonly onDestroy?: OnDestroy | undefined;
}

/** What a workload has to know of a key. */
export interface GcpReleasedKeyOutput {
  readonly id: pulumi.Output<string>;
  /** The audience that the workload names to Google's token service. */
  readonly audience: string;
}

/** How long a destroyed version of a key can be brought back. */
const graceSeconds = 30 * 86_400;

/**
 * Keys of the model owner's in an HSM of Google's, given to one container image on Confidential Space machines by Google's
 * own attestation token. Google runs machine, attestation and key service: the lower grade of key authority (`cloud`),
 * though its token does speak of CPU, GPU and image. The better one keeps keys in the owner's own Trustee.
 *
 * A pool's name is taken for thirty days after it was deleted; until then `gcloud iam workload-identity-pools undelete`
 * brings it back.
 */
export class GcpReleasedKeys extends pulumi.ComponentResource {
  /** By the names of the arguments. */
  readonly keys: Readonly<Record<string, GcpReleasedKeyOutput>>;

  constructor(name: string, args: GcpReleasedKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.gcpReleasedKeys, name, {}, opts);
    const { project, region } = args;
    const planned = this.#planned(args);
    const child = { parent: this };
    const kept = { ...child, ...keptKey(args.onDestroy) };
    // Rings and keys are never deleted at Google's, so Pulumi gives each a name of its own.
    const ring = new kms.KeyRing(`${name}-ring`, { project, location: region }, kept);
    const keys = planned.map((plan) => {
      const key = new kms.CryptoKey(
        `${name}-${plan.name}`,
        {
          keyRing: ring.id,
          purpose: "ENCRYPT_DECRYPT",
          versionTemplate: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", protectionLevel: "HSM" },
          destroyScheduledDuration: `${graceSeconds}s`,
        },
        kept,
      );
      const pool = new iam.WorkloadIdentityPool(
        `${name}-${plan.name}-pool`,
        {
          project,
          workloadIdentityPoolId: plan.poolId,
          description: `Machines that attest as the one image for key ${plan.name}`,
        },
        child,
      );
      const provider = new iam.WorkloadIdentityPoolProvider(
        `${name}-${plan.name}-attested`,
        {
          project,
          workloadIdentityPoolId: pool.workloadIdentityPoolId,
          workloadIdentityPoolProviderId: providerId,
          oidc: { issuerUri: attestationIssuer, allowedAudiences: [attestationAudience] },
          attributeMapping: { ...attributeMapping },
          attributeCondition: plan.condition,
        },
        child,
      );
      new kms.CryptoKeyIAMMember(
        `${name}-${plan.name}-release`,
        { cryptoKeyId: key.id, role: "roles/cloudkms.cryptoKeyDecrypter", member: plan.member },
        // Nobody is a member before there is a condition to be one.
        { ...child, dependsOn: [provider] },
      );
      return [plan.name, { id: key.id, audience: plan.providerName }] as const;
    });

    this.keys = Object.fromEntries(keys);
    this.registerOutputs({ keys: this.keys });
  }

  /** Before anything is registered. */
  #planned(args: GcpReleasedKeysArgs): PlannedPool[] {
    try {
      return plannedPools(args);
    } catch (error) {
      throw new pulumi.ResourceError((error as Error).message, this, true);
    }
  }
}
