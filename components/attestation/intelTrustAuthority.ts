import type { Release } from "../workload/release";
import type { EvidenceOptions } from "./acceptedEvidence";
import type { KeyStore } from "./keyStore";
import type { NodeAdmission } from "./nodeAdmission";

/**
 * Regions of Intel Trust Authority. An account, its policies, its API key and the keys that sign its tokens belong to one
 * of them; the portal serves the keys (`/certs`, by OpenID discovery).
 *
 * Source: intel/trustauthority-client-for-python, cli/README.md; kbs/docs/config.md of Trustee v0.21.0.
 */
export const intelRegions = {
  us: { api: "https://api.trustauthority.intel.com", portal: "https://portal.trustauthority.intel.com" },
  eu: { api: "https://api.eu.trustauthority.intel.com", portal: "https://portal.eu.trustauthority.intel.com" },
} as const;
export type IntelRegion = keyof typeof intelRegions;
export const intelRegionNames = Object.keys(intelRegions) as [IntelRegion, ...IntelRegion[]];

export interface IntelTrustAuthority {
  readonly kind: "intelTrustAuthority";
  readonly region: IntelRegion;
  /** Policies in Intel's portal, UUIDs, all of which evidence has to match. */
  readonly policyIds: readonly string[];
}

/** Who judges evidence: Trustee's own attestation service, or Intel Trust Authority. */
export type AttestationServiceChoice = { readonly kind: "coco" } | IntelTrustAuthority;

/**
 * The tables of kbs-config.toml that make Intel judge: tokens are believed when a key of the same region signed them, and
 * evidence that matches no policy is refused (Trustee sends `policy_must_match` only where policies are named).
 *
 * Source: kbs/src/attestation/intel_trust_authority/mod.rs and kbs/src/crypto/jwt.rs of Trustee v0.21.0.
 */
export function intelTables({ region, policyIds }: IntelTrustAuthority, apiKey: string) {
  const { api, portal } = intelRegions[region];
  return {
    attestation_token: { trusted_jwk_sets: [portal], insecure_header_jwk: false },
    attestation_service: {
      type: "intel_ta",
      base_url: api,
      api_key: apiKey,
      certs_file: portal,
      policy_ids: sortedIds(policyIds),
      allow_unmatched_policy: false,
      // Minutes that a session may take.
      timeout: 5,
    },
  };
}

/** As Intel writes them, each once. */
export function sortedIds(policyIds: readonly string[]): string[] {
  return [...new Set(policyIds.map((id) => id.toLowerCase()))].sort();
}

/** What else of the key broker depends on who judges. */
export interface JudgedBy {
  readonly accepted?: Pick<EvidenceOptions, "chips" | "verifier"> | undefined;
  readonly keyStore?: KeyStore | undefined;
  readonly vcekCache?: unknown;
  readonly collateralService?: unknown;
}

/**
 * Why releases cannot be held to tokens of this service, as sentences. Empty for Trustee's own.
 *
 * Trustee v0.21.0 passes evidence of SGX, TDX and NVIDIA GPUs on and nothing else; NVSwitches are left out without
 * failing, and init-data is not sent, but bound in MRCONFIGID all the same.
 */
export function serviceProblems(
  service: AttestationServiceChoice,
  releases: readonly Release[],
  nodes: readonly NodeAdmission[] = [],
  { accepted, keyStore, vcekCache, collateralService }: JudgedBy = {},
): string[] {
  if (service.kind === "coco") return [];
  const intel = "Intel Trust Authority";
  return [
    ...(service.policyIds.length === 0
      ? [
          `service.policyIds: are none, so ${intel} would vouch for any genuine guest; name the policies that have to match`,
        ]
      : []),
    ...nodes.map(
      ({ name }) => `service.kind: ${intel} is not supported for nodes, and node ${name} is one; write coco`,
    ),
    ...releases.flatMap(({ name, tee, gpu }) => [
      ...(tee === "snp"
        ? [`service.kind: ${intel} takes no SEV-SNP evidence, and release ${name} is for snp; write coco`]
        : []),
      ...(gpu.nvSwitches > 0
        ? [
            `service.kind: Trustee passes no evidence of NVSwitches on to ${intel}, and release ${name} takes ${gpu.nvSwitches}; write coco`,
          ]
        : []),
    ]),
    ...(accepted?.chips
      ? [
          `chips: are not in tokens of ${intel}, so no guest would get a key; leave them out, or write service.kind: coco`,
        ]
      : []),
    ...(accepted?.verifier === "local"
      ? [`nvidiaVerifier: is Trustee's own, and ${intel} asks NVIDIA itself; leave it out`]
      : []),
    ...(vcekCache === undefined ? [] : [`vcekCache: is for SEV-SNP, which ${intel} does not judge; leave it out`]),
    ...(collateralService === undefined
      ? []
      : [`collateralService: is Trustee's own source, and ${intel} has its own; leave it out`]),
    // kbs/docker/intel-trust-authority/Dockerfile: VAULT=false, ALIYUN=false. An image of one's own is one's own to build.
    ...(keyStore && keyStore.kind !== "kvstorage" && !("image" in keyStore)
      ? [
          `keyStore.kind: Trustee's image with ${intel} is built without ${keyStore.kind}; write kvstorage, or service.kind: coco`,
        ]
      : []),
  ];
}

/** What the owner should hear at every preview. */
export function serviceWarnings(service: AttestationServiceChoice): string[] {
  return service.kind === "coco"
    ? []
    : [
        "service: Intel verifies the evidence in your stead, and sees which guests ask for keys and when; the key broker has to reach " +
          "Intel's service and, each time it starts, Intel's portal for the signers' keys",
      ];
}
