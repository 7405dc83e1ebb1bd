import type * as pulumi from "@pulumi/pulumi";
import type { PinSource } from "../catalogLock";
import type { PlatformSetName } from "../platform";
import type { EvidenceOptions } from "./acceptedEvidence";
import type { AdmittedRelease } from "./admittedRelease";
import type { CollateralService, VcekCache } from "./evidenceSources";
import type { AttestationServiceChoice } from "./intelTrustAuthority";
import type { KeyAuthority, KeyStore } from "./keyStore";
import type { NodeAdmission } from "./nodeAdmission";
import type { Sessions } from "./sessions";
import type { TrusteeSecrets } from "./trusteeSecrets";

export interface TrusteeArgs {
  /** The releases whose guests may be given keys, and no others. */
  readonly releases: readonly AdmittedRelease[];
  /** Kinds of confidential nodes of clouds that may be given keys of their own. Default: none. */
  readonly nodes?: readonly NodeAdmission[] | undefined;
  /** What evidence must show besides what each release says of its own. */
  readonly accepted: EvidenceOptions;
  /** Day until which the reference values are meant to hold, e.g. 2028-01-01T00:00:00Z. Trustee does not enforce it. */
  readonly referenceValueExpiry: string;
  /** Decides Trustee's version, which has to be the guests'. */
  readonly platformSet: PlatformSetName;
  /** Digests of the images. */
  readonly pins: PinSource;
  /** Replicas of each service. Default 2. */
  readonly replicas?: number;
  /** Ranges that guests come from, as the KBS's pods see them: a gateway in between must keep the guests' addresses. */
  readonly clientCidrs: readonly string[];
  /** Where the AS reaches collateral and NVIDIA's service on 443. Default: the public internet, no private range. */
  readonly evidenceServiceCidrs?: readonly string[];
  /** Where resources are kept. Default: kvstorage, files mounted from a Secret. */
  readonly keyStore?: KeyStore | undefined;
  /** Who could hand keys out besides Trustee. Default: owner, which refuses key stores of clouds. */
  readonly keyAuthority?: KeyAuthority | undefined;
  /**
   * Existing Secret in Trustee's namespace with the resources, key `repository.type.tag`; made by the owner by other
   * means, so that no model's key is in any state. Without it they come from `secrets.resources`: rehearsals only.
   */
  readonly resourcesSecret?: string | undefined;
  /** Where the KBS keeps its sessions. Default: memory. */
  readonly sessions?: Sessions | undefined;
  /** AMD's chip certificates at hand. Default: AMD is asked. */
  readonly vcekCache?: VcekCache | undefined;
  /** Source of Intel's collateral. Default: Intel. */
  readonly collateralService?: CollateralService | undefined;
  /** Namespace whose pods may fetch metrics from the KBS. Default: none besides `clientCidrs`. */
  readonly metricsFrom?: string | undefined;
  /** Who judges evidence. Default: Trustee's own attestation service. */
  readonly service?: AttestationServiceChoice | undefined;
  /** Keys and credentials. Encrypted in the state, whether or not they come as a secret. */
  readonly secrets: pulumi.Input<TrusteeSecrets>;
  /** Default trustee. */
  readonly namespace?: string;
}
