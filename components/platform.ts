import * as semver from "semver";

/** The versions that must fit together; mixing them is the commonest way to get an attestation that never succeeds. */
export interface PlatformVersions {
  /** kata-deploy chart and shim version. */
  readonly kata: string;
  /** GPU Operator chart version, with its leading v. */
  readonly gpuOperator: string;
  /** Trustee: a release tag (`v0.21.0`) or the commit that Kata's versions.yaml names. */
  readonly trustee: string;
  /** Node Feature Discovery chart version. */
  readonly nfd: string;
}

export interface PlatformSet {
  readonly title: string;
  /** Day the set was read from its source. */
  readonly date: string;
  readonly source: string;
  /** Whether NVIDIA lists the set as validated. */
  readonly validated: boolean;
  readonly versions: PlatformVersions;
  /** Known defects that a user should hear at every preview. */
  readonly warnings: readonly string[];
}

export const platformSetNames = ["ra-1.1.0", "newest"] as const;
export type PlatformSetName = (typeof platformSetNames)[number];

/** Trustee commit that Kata 4.0.0 and 4.1.0 name in their versions.yaml (externals.coco-trustee.version). */
export const kata4TrusteeRef = "258ea4acb7b9bd865fce5c63a539f2120dba8298";

/** KBS wire protocol; guest and KBS must agree exactly. Kata 4.0.0, 4.1.0 and Trustee v0.21.0 all speak it. */
export const kbsProtocolVersion = "0.4.0";

export const platformSets: Record<PlatformSetName, PlatformSet> = {
  "ra-1.1.0": {
    title: "NVIDIA Confidential Containers reference architecture 1.1.0",
    date: "2026-08-11",
    source: "NVIDIA cloud-native-docs, confidential-containers/supported-platforms and release-notes (1.1.0)",
    validated: true,
    versions: { kata: "4.0.0", gpuOperator: "v26.3.1", trustee: kata4TrusteeRef, nfd: "0.18.3" },
    warnings: [
      "2026-08-21: GHSA-fmg6-v47x-52wr (high): agent policies made by genpolicy up to 4.0.0 let the operator mount " +
        "guest paths of its choice; policies made by genpolicy need Kata 4.1.0 (platform set `newest`).",
    ],
  },
  newest: {
    title: "newest releases, not validated by NVIDIA as a set",
    date: "2026-08-21",
    source: "GPU Operator v26.7.0 (2026-08-20), Kata 4.1.0 (2026-08-21), Trustee v0.21.0 (2026-07-16)",
    validated: false,
    versions: { kata: "4.1.0", gpuOperator: "v26.7.0", trustee: "v0.21.0", nfd: "0.19.0" },
    warnings: ["2026-08-21: this combination is not in NVIDIA's validated matrix."],
  },
};

/**
 * NVSwitches are filtered by Kata before 4.1.0 (kata-containers issue 13430): an eight-GPU Hopper pod would start
 * without NVLink.
 */
export function supportsHopperPpcie(versions: PlatformVersions): boolean {
  return semver.gte(versions.kata, "4.1.0");
}

/** Whether agent policies made by this Kata version's genpolicy may be trusted (GHSA-fmg6-v47x-52wr). */
export function supportsGenpolicy(versions: PlatformVersions): boolean {
  return semver.gte(versions.kata, "4.1.0");
}

/** Finds the set that has exactly these versions, or says which version of which set the combination departs from. */
export function platformSetOf(versions: PlatformVersions): { set: PlatformSetName } | { reason: string } {
  for (const name of platformSetNames) {
    const wanted = platformSets[name].versions;
    if ((Object.keys(wanted) as (keyof PlatformVersions)[]).every((key) => wanted[key] === versions[key]))
      return { set: name };
  }
  const reasons = platformSetNames.map((name) => {
    const wanted = platformSets[name].versions;
    const departures = (Object.keys(wanted) as (keyof PlatformVersions)[])
      .filter((key) => wanted[key] !== versions[key])
      .map((key) => `${key} is ${versions[key]}, not ${wanted[key]}`);
    return `${name}: ${departures.join("; ")}`;
  });
  return { reason: reasons.join(" · ") };
}
