import { shortHash } from "../names";
import type { AttestationConditionArgs } from "./gcpAttestationCondition";
import { attestationCondition } from "./gcpAttestationCondition";

export interface GcpReleasedKey extends Omit<AttestationConditionArgs, "hardware"> {
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
}

export interface GcpReleasedKeysRequest {
  /** The model owner's project, not the provider's. */
  readonly project: string;
  /** Number of the project: principals are named by it. */
  readonly projectNumber: string;
  /** Claim hwmodel as tokens spell it. */
  readonly hardware?: AttestationConditionArgs["hardware"];
  readonly keys: readonly GcpReleasedKey[];
}

/** Google Cloud Attestation, and who it makes out its usual token to. */
export const attestationIssuer = "https://confidentialcomputing.googleapis.com";
export const attestationAudience = "https://sts.googleapis.com";

/** A key, and the one pool whose members may decrypt with it. */
export interface PlannedPool {
  readonly name: string;
  readonly poolId: string;
  readonly condition: string;
  /** Who gets the key: tokens of one image, in this pool. */
  readonly member: string;
  /** What a workload names when it exchanges its token. */
  readonly providerName: string;
}

export const providerId = "attested";

/**
 * What of a token becomes an identity. The subject is not `sub`, which may be longer than the 127 characters that Google
 * takes, but what its own guide writes (Google Cloud, Confidential Space: create and grant access).
 */
export const attributeMapping = {
  "google.subject":
    '"gcpcs::"+assertion.submods.container.image_digest+"::"+assertion.submods.gce.project_number+"::"+assertion.submods.gce.instance_id',
  "attribute.image_digest": "assertion.submods.container.image_digest",
} as const;

/** A pool for each key: were there one for several, each image that it lets in would be a member beside the others. */
export function plannedPools({ project, projectNumber, hardware, keys }: GcpReleasedKeysRequest): PlannedPool[] {
  if (!/^\d+$/.test(projectNumber))
    throw new Error(
      `projectNumber: "${projectNumber}" is the project's id; write its number, by which principals are named`,
    );
  return keys.map((key) => {
    const { name, imageDigest } = key;
    const poolId = poolName(project, name);
    const pool = `projects/${projectNumber}/locations/global/workloadIdentityPools/${poolId}`;
    return {
      name,
      poolId,
      condition: conditionOf(key, hardware),
      member: `principalSet://iam.googleapis.com/${pool}/attribute.image_digest/${imageDigest}`,
      providerName: `//iam.googleapis.com/${pool}/providers/${providerId}`,
    };
  });
}

function conditionOf(key: GcpReleasedKey, hardware: AttestationConditionArgs["hardware"]): string {
  try {
    return attestationCondition({ ...key, hardware });
  } catch (error) {
    throw new Error(`keys.${key.name}.${(error as Error).message}`);
  }
}

/** 32 characters at most, and never beginning with Google's own `gcp-`. */
function poolName(project: string, key: string): string {
  return `k-${key.slice(0, 19)}-${shortHash(`${project}/${key}`)}`;
}
