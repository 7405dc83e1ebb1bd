import { canonicalJson } from "../names";
import { authorityProblem } from "./azureAuthority";

/*
 * Release policies of Azure Key Vault and Managed HSM: whose attestation tokens open a key, and what they have to say.
 *
 * Grammar: Microsoft Learn, "Azure Key Vault secure key release policy grammar": `anyOf` is the only root, `equals` the
 * operator that every vault knows, and a claim that is missing fulfils nothing. Another page ("Secure Key Release feature
 * with AKV", 2023) forbids to nest allOf and anyOf, so alternatives stand side by side as authorities.
 */

/**
 * Where a token has the claims about the TEE. `platform`: at the root, in the token by which Azure opens an OS disk before
 * there is a guest. `guest`: under `x-ms-isolation-tee`, in the token that a program in the guest asks for. No token has
 * both, so a policy of the one never releases on the other's, and one that mixes them never releases at all.
 */
export const claimPrefixes = { platform: "", guest: "x-ms-isolation-tee." } as const;
export type ClaimPlacement = keyof typeof claimPrefixes;

const attestationTypes = { snp: "sevsnpvm", tdx: "tdxvm" } as const;
/** The CPU's TEE. Confidential GPUs of Azure are on SEV-SNP machines. */
export type AzureTee = keyof typeof attestationTypes;

/** Claims that a policy of either kind may name; no claim is in both lists. */
const claims = {
  platform: ["x-ms-attestation-type", "x-ms-compliance-status"],
  guest: [
    "x-ms-isolation-tee.x-ms-attestation-type",
    "x-ms-isolation-tee.x-ms-compliance-status",
    "x-ms-isolation-tee.x-ms-sevsnpvm-is-debuggable",
    // The machine's id is at the root of a guest's token.
    "x-ms-azurevm-vmid",
  ],
} as const;

/** What every policy asks, under its prefix: which TEE, and that the machine is in order. */
const demanded: Readonly<Record<string, readonly string[]>> = {
  "x-ms-attestation-type": Object.values(attestationTypes),
  "x-ms-compliance-status": ["azure-compliant-cvm"],
};

export interface ReleaseCondition<Placement extends ClaimPlacement> {
  readonly claim: (typeof claims)[Placement][number];
  readonly equals: string;
}

/** Tokens of one authority, and all that they have to say. */
export interface AuthorityConditions<Placement extends ClaimPlacement> {
  readonly authority: string;
  readonly allOf: readonly ReleaseCondition<Placement>[];
}

/** Not part of the JSON: keeps the two kinds of policy apart for the compiler, and for `encodeReleasePolicy`. */
const placement = Symbol("placement of claims");

export interface ReleasePolicy<Placement extends ClaimPlacement> {
  readonly [placement]: Placement;
  readonly version: "1.0.0";
  readonly anyOf: readonly AuthorityConditions<Placement>[];
}

/** Opens an OS disk for the platform, before there is a guest. */
export type DiskReleasePolicy = ReleasePolicy<"platform">;
/** Gives a key to a program inside a confidential machine. */
export type GuestReleasePolicy = ReleasePolicy<"guest">;

export interface ReleasePolicyArgs {
  /** Attestation authorities, https: the shared ones of the machines' regions, or `attestUri`s of one's own providers. */
  readonly authorities: readonly string[];
  readonly tee: AzureTee;
}

export interface GuestReleasePolicyArgs extends ReleasePolicyArgs {
  /** Ids (`x-ms-azurevm-vmid`) of the only machines that get the key. Default: every compliant one. */
  readonly machines?: readonly string[] | undefined;
}

export function diskReleasePolicy(args: ReleasePolicyArgs): DiskReleasePolicy {
  const allOf: ReleaseCondition<"platform">[] = [
    { claim: "x-ms-attestation-type", equals: attestationTypes[args.tee] },
    { claim: "x-ms-compliance-status", equals: "azure-compliant-cvm" },
  ];
  return policy("platform", checkedAuthorities(args.authorities), [allOf]);
}

export function guestReleasePolicy({ authorities, tee, machines }: GuestReleasePolicyArgs): GuestReleasePolicy {
  const allOf: ReleaseCondition<"guest">[] = [
    { claim: "x-ms-isolation-tee.x-ms-attestation-type", equals: attestationTypes[tee] },
    { claim: "x-ms-isolation-tee.x-ms-compliance-status", equals: "azure-compliant-cvm" },
    // Microsoft's policies for guests spell it as text (MicrosoftDocs/azure-stack-docs, AKS confidential VM SKR policy).
    ...(tee === "snp" ? [{ claim: "x-ms-isolation-tee.x-ms-sevsnpvm-is-debuggable", equals: "false" } as const] : []),
  ];
  const alternatives = machines
    ? checkedMachines(machines).map((id) => [...allOf, { claim: "x-ms-azurevm-vmid" as const, equals: id }])
    : [allOf];
  return policy("guest", checkedAuthorities(authorities), alternatives);
}

/** As `releasePolicy` of a key: JSON in base64url. The same policy always gives the same text. */
export function encodeReleasePolicy<Placement extends ClaimPlacement>(
  policy: ReleasePolicy<Placement>,
): { contentType: string; data: string } {
  const problem = policyProblem(policy);
  if (problem !== undefined)
    throw new Error(`release policy: ${problem}; make policies with diskReleasePolicy or guestReleasePolicy`);
  return {
    contentType: "application/json; charset=utf-8",
    data: Buffer.from(canonicalJson(policy)).toString("base64url"),
  };
}

export function placementOf<Placement extends ClaimPlacement>(policy: ReleasePolicy<Placement>): Placement {
  return policy[placement];
}

function policy<Placement extends ClaimPlacement>(
  where: Placement,
  authorities: readonly string[],
  alternatives: readonly (readonly ReleaseCondition<Placement>[])[],
): ReleasePolicy<Placement> {
  return {
    [placement]: where,
    version: "1.0.0",
    anyOf: authorities.flatMap((authority) => alternatives.map((allOf) => ({ authority, allOf }))),
  };
}

/** What casts and copies can get past the compiler: a policy that never releases, or one that always does. */
function policyProblem({ anyOf, [placement]: where }: ReleasePolicy<ClaimPlacement>): string | undefined {
  const known: readonly string[] = Object.hasOwn(claims, where) ? claims[where] : [];
  if (anyOf.length === 0) return "it accepts no authority";
  for (const { authority, allOf } of anyOf) {
    const problem = authorityProblem(authority);
    if (problem !== undefined) return `"${authority}" ${problem}`;
    const misplaced = allOf.find(({ claim }) => !known.includes(claim));
    if (misplaced) return `the claim ${misplaced.claim} is in no token that this kind of policy is for`;
    for (const [wanted, values] of Object.entries(demanded)) {
      const name = `${claimPrefixes[where]}${wanted}`;
      if (!allOf.some(({ claim, equals }) => claim === name && values.includes(equals)))
        return `it does not ask that ${name} is ${values.join(" or ")}`;
    }
  }
  return undefined;
}

/** In one spelling, each once. */
function checkedAuthorities(authorities: readonly string[]): string[] {
  if (authorities.length === 0)
    throw new Error("authorities: are none; write the attestation authority of each region");
  for (const url of authorities) {
    const problem = authorityProblem(url);
    if (problem !== undefined)
      throw new Error(`authorities: "${url}" ${problem}; write https://shared<code>.<code>.attest.azure.net`);
  }
  return [...new Set(authorities.map((url) => url.toLowerCase().replace(/\/$/, "")))].sort();
}

const machineId = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;

function checkedMachines(machines: readonly string[]): string[] {
  if (machines.length === 0) throw new Error("machines: are none, so nobody would get the key; leave them out for any");
  // In capitals, as tokens have it (Microsoft Learn, "Secure Key Release policy examples"); Azure's API shows small ones.
  const ids = machines.map((id) => id.toUpperCase());
  const wrong = ids.findIndex((id) => !machineId.test(id));
  if (wrong >= 0) throw new Error(`machines: "${machines[wrong]}" is no id of a machine; write its vmId, a UUID`);
  return [...new Set(ids)].sort();
}
