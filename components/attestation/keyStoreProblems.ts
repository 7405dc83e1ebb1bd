import type { KeyAuthority, KeyStore } from "./keyStore";

const clouds: Readonly<Record<string, string>> = {
  aws: "AWS Secrets Manager",
  gcp: "Google Secret Manager",
  aliyun: "Alibaba Cloud's KMS",
};

/** What a secret may be called where a resource's tag is its whole name. AWS also takes other characters than these. */
const secretNames: Readonly<Record<string, RegExp>> = {
  aws: /^[\w.-]{1,512}$/,
  gcp: /^[\w-]{1,255}$/,
  aliyun: /^[\w.-]{1,192}$/,
};

/** Why keys may not be kept there, as sentences. Empty when they may. */
export function keyStoreProblems(keyStore: KeyStore, authority: KeyAuthority, resources: readonly string[]): string[] {
  if (keyStore.kind === "pkcs11")
    return keyStore.operatedBy === "vendor" && authority === "owner"
      ? [
          "keyStore.operatedBy: vendor could hand out keys as well, and keyAuthority is owner; use a service that you run, or " +
            "name keyAuthority: cloud to accept it",
        ]
      : [];
  const cloud = clouds[keyStore.kind];
  if (cloud === undefined) return [];
  return [
    ...(authority === "owner"
      ? [
          `keyStore.kind: with ${keyStore.kind} the operator of ${cloud} could hand out keys as well, and keyAuthority is owner; ` +
            "keep keys in kvstorage or vault, or name keyAuthority: cloud to accept it",
        ]
      : []),
    ...tagProblems(keyStore.kind, cloud, resources),
  ];
}

/**
 * Trustee looks secrets up in clouds by the tag alone (aws_kms.rs, gcp_sm.rs and aliyun_kms.rs of v0.21.0: "Ignore
 * repository/type"): two paths with one tag are one secret, whichever release each belongs to.
 */
function tagProblems(kind: string, cloud: string, resources: readonly string[]): string[] {
  const owners = new Map<string, string>();
  const problems: string[] = [];
  for (const path of [...new Set(resources)].sort()) {
    const tag = path.slice(path.lastIndexOf("/") + 1);
    const other = owners.get(tag);
    if (other !== undefined)
      problems.push(
        `keyStore.kind: ${cloud} is asked for the tag alone, so ${other} and ${path} would be one secret; give each key its own tag`,
      );
    owners.set(tag, path);
    if (secretNames[kind]?.test(tag) === false)
      problems.push(`keyStore.kind: ${cloud} takes no secret named "${tag}" (${path}); rename the tag`);
  }
  return problems;
}

/** What an owner should hear at every preview. */
export function keyStoreWarnings(authority: KeyAuthority): string[] {
  return authority === "cloud"
    ? [
        "keyAuthority: cloud is graded lower: the operator of the key store can read and replace model keys without any " +
          "attestation; keep keys in a store of your own where weights matter",
      ]
    : [];
}
