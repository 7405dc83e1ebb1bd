/**
 * What a release of genpolicy brings along and copies into each policy, as SHA-256, lower-case hex. Whatever else rules
 * and settings say, nobody can tell from their text alone that they keep the host out.
 */
export interface GenpolicyRelease {
  /** Of `rules.rego`, byte for byte. */
  readonly rules: string;
  /** Of canonical JSON, by path in policy_data. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * By Kata's version. Earlier releases are left out on purpose: their rules let the host mount guest paths of its choice
 * (GHSA-fmg6-v47x-52wr).
 *
 * Source: kata-containers tag 4.1.0, src/tools/genpolicy: rules.rego; genpolicy-settings.json without the keys that
 * src/policy.rs (CommonData) does not write.
 */
export const genpolicyReleases: Readonly<Record<string, GenpolicyRelease>> = {
  "4.1.0": {
    rules: "a1ad4280a7d1db83649de18640fb30f08cc160fadd7f4360d1dde09977b090b7",
    settings: {
      common: "fe72866b3840675364daa789dff7f93602b5bde4ddea5b66ad1f898ad944c4bc",
      "request_defaults.AddARPNeighborsRequest": "cfa27c6ec0918aa0ced214c925b456be26384312ca9a7b8d37beb5809ebf0416",
      "request_defaults.CreateContainerRequest": "db32dc8d5e82b259409c7a82c6a3afddbe49e1a6c6e79e1606b290486f98f897",
      "request_defaults.UpdateInterfaceRequest": "dffe718d99ee60bfde03499f7a7f4ebd81d47f4f2d9155431d7bf34d60568509",
      "request_defaults.UpdateRoutesRequest": "35caffc5e019c8aa0ebd974d54bc7aa05c19046131738d7e37a91313efb976e7",
    },
  },
};
