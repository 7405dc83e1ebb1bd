import * as kms from "@pulumi/gcp/kms";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";

export interface GcpDiskKeyArgs {
  readonly project: string;
  /** Number of the project: Google's agents are named by it. */
  readonly projectNumber: string;
  /** Location of the key ring: the region of the disks. */
  readonly region: string;
  /** Whether GKE encrypts a cluster's Secrets with a key of its own as well. */
  readonly forCluster: boolean;
  /** What has to be there first. */
  readonly after: readonly pulumi.Resource[];
  /** Seconds between new versions of the keys. Default 90 days. */
  readonly rotationSeconds?: number;
}

/** Google's agents that use the keys; they exist once their API is switched on. */
const agents = {
  compute: "compute-system.iam.gserviceaccount.com",
  gke: "container-engine-robot.iam.gserviceaccount.com",
} as const;

const defaultRotationSeconds = 90 * 86_400;
/** How long a destroyed version can be brought back: the disks go with it. */
const graceSeconds = 30 * 86_400;

/**
 * The nodes' disk key in an HSM of this project, granted to Compute Engine's agent, without which no node's disk can be
 * made. It keeps disks from whoever gets at them without the project; from Google, who runs HSM and nodes alike, it keeps
 * nothing.
 *
 * Rings and keys can never be deleted, so their names are not used twice: Pulumi adds a random end.
 */
export class GcpDiskKey extends pulumi.ComponentResource {
  readonly keyId: pulumi.Output<string>;
  /** Key of a cluster's Secrets. */
  readonly secretsKeyId?: pulumi.Output<string>;
  /** To be waited for by everything that has a disk; once it is there, the agent may use the key. */
  readonly grants: readonly pulumi.Resource[];

  constructor(name: string, args: GcpDiskKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.gcpDiskKey, name, {}, opts);
    const { project, projectNumber, region, forCluster, rotationSeconds = defaultRotationSeconds } = args;
    if (rotationSeconds < 86_400)
      throw new pulumi.ResourceError(
        `rotationSeconds: ${rotationSeconds} is less than a day, the least that KMS takes; write ${defaultRotationSeconds}`,
        this,
        true,
      );
    const ring = new kms.KeyRing(
      `${name}-ring`,
      { project, location: region },
      { parent: this, dependsOn: [...args.after] },
    );
    const key = (what: string) =>
      new kms.CryptoKey(
        `${name}-${what}`,
        {
          keyRing: ring.id,
          purpose: "ENCRYPT_DECRYPT",
          versionTemplate: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", protectionLevel: "HSM" },
          rotationPeriod: `${rotationSeconds}s`,
          destroyScheduledDuration: `${graceSeconds}s`,
        },
        { parent: this },
      );
    const grant = (what: string, cryptoKeyId: pulumi.Output<string>, agent: string) =>
      new kms.CryptoKeyIAMMember(
        `${name}-${what}-grant`,
        {
          cryptoKeyId,
          role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
          member: `serviceAccount:service-${projectNumber}@${agent}`,
        },
        { parent: this },
      );
    const disks = key("disks");
    this.keyId = disks.id;
    const secrets = forCluster ? key("secrets") : undefined;
    this.secretsKeyId = secrets?.id;
    this.grants = [
      grant("disks", disks.id, agents.compute),
      ...(secrets ? [grant("secrets", secrets.id, agents.gke)] : []),
    ];
    this.registerOutputs({ keyId: this.keyId, secretsKeyId: this.secretsKeyId });
  }
}
