import { canonicalJson, shortHash } from "../names";
import { sharedAuthority } from "./azureAuthority";
import { encodeReleasePolicy, guestReleasePolicy } from "./azureReleasePolicy";

export interface AzureReleasedKey {
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  /** Object ids, in the vault's tenant, of the machines' identities that may ask for the key: UUIDs. */
  readonly principals: readonly string[];
  /** Ids (`x-ms-azurevm-vmid`) of the only machines that get it. Default: every compliant one that may ask. */
  readonly machines?: readonly string[] | undefined;
}

export interface ReleasedKeysRequest {
  /** Region of vault and machines, by its short name. */
  readonly region: string;
  /** Attestation authority. Default: the region's shared one. */
  readonly authority?: string | undefined;
  readonly keys: readonly AzureReleasedKey[];
}

/** What a key is, settled when it is made: Azure's resource manager can change none of it. */
export interface PlannedKey {
  readonly name: string;
  /** Changes with whatever the key is: a changed policy is a new key. */
  readonly keyName: string;
  readonly properties: {
    readonly kty: "RSA-HSM";
    readonly keySize: number;
    readonly keyOps: string[];
    readonly attributes: { readonly enabled: true; readonly exportable: true };
    readonly releasePolicy: { readonly contentType: string; readonly data: string };
  };
  readonly principals: readonly string[];
}

/** The authority that attests for a region, or why there is none, as a sentence. */
export function authorityFor({ region, authority }: Pick<ReleasedKeysRequest, "region" | "authority">): string {
  const url = authority ?? sharedAuthority(region);
  if (url === undefined)
    throw new Error(`authority: missing, and no shared authority of ${region} is known; write its https address`);
  return url;
}

/** The keys with their release policies for guests on SEV-SNP, which Azure's confidential GPUs are on. */
export function plannedKeys(request: ReleasedKeysRequest): PlannedKey[] {
  const authority = authorityFor(request);
  return request.keys.map(({ name, principals, machines }) => {
    if (principals.length === 0)
      throw new Error(`keys.${name}.principals: are none, so nobody may ask for it; name the machines' identities`);
    const properties: PlannedKey["properties"] = {
      kty: "RSA-HSM",
      keySize: 3072,
      // To seal a model's key for the machines. Not unwrapKey: the vault itself would open it then, for whoever has the
      // permission, with no evidence at all. Releasing takes a permission, and no operation of the key.
      keyOps: ["wrapKey"],
      attributes: { enabled: true, exportable: true },
      releasePolicy: encodeReleasePolicy(guestReleasePolicy({ authorities: [authority], tee: "snp", machines })),
    };
    return {
      name,
      keyName: `${name}-${shortHash(canonicalJson(properties))}`,
      properties,
      principals: [...new Set(principals.map((id) => id.toLowerCase()))].sort(),
    };
  });
}
