import { providerTypes } from "../../cloudSources";
import { gcpKeyBinding, gcpKeyGrant, gcpKeyPolicy } from "../../examples/gcp";
import { keyGrants } from "../../gcpIdentity";
import { resourceRule } from "../../rule";

const everybody = ["allUsers", "allAuthenticatedUsers"];

export const gcpKeysNotPublic = resourceRule({
  id: "gcp-keys-not-public",
  title: "Keys and secrets of a Google project are granted to somebody, not to everybody",
  pillar: "attestation",
  severity: "critical",
  threat: "Anybody on the internet, or anybody with a Google account, decrypts the weights with one call.",
  remediation: "Name members: a principalSet of attested machines, a service account, a group.",
  source: providerTypes("gcp", "kms/cryptoKeyIAMMember.d.ts"),
  platforms: ["gcp"],
  claims: ["keys-never-in-clear", "keys-for-release-only"],
  boundary: { by: "nothing", how: "Google's key service does as the grant says" },
  looksAt: keyGrants,
  *check({ members, policyData }) {
    for (const member of members) if (everybody.includes(member.text ?? "")) yield member.finding("is everybody");
    for (const name of everybody)
      if (policyData.text?.includes(`"${name}"`)) yield policyData.hidden().finding(`names ${name}`);
  },
  compliant: [gcpKeyGrant, gcpKeyBinding, gcpKeyPolicy],
  breakages: [
    { mistake: "a key for the whole internet", path: "/member", value: "allUsers", expect: "member" },
    {
      mistake: "a key for every Google account",
      resource: 1,
      path: "/members/-",
      value: "allAuthenticatedUsers",
      expect: "members[1]",
    },
    {
      mistake: "everybody in a policy given as a whole",
      resource: 2,
      path: "/policyData",
      replace: ['"members":["', '"members":["allUsers","'],
      expect: "policyData",
    },
  ],
});
