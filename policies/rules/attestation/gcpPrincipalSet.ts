import { spaceAssertions } from "../../cloudSources";
import { gcpKeyBinding, gcpKeyGrant } from "../../examples/gcp";
import { keyGrants } from "../../gcpIdentity";
import { resourceRule } from "../../rule";

const pool =
  /^principal(?:Set)?:\/\/iam\.googleapis\.com\/projects\/([^/]+)\/locations\/global\/workloadIdentityPools\/[^/]+\/(.+)$/;

export const gcpPrincipalSet = resourceRule({
  id: "gcp-principal-set",
  title: "A key is granted to a set of attested machines by project number and by one attribute",
  pillar: "attestation",
  severity: "high",
  threat:
    "A set that names a whole pool gives the key to every image that the pool ever lets in; one with the project's id instead of its number to nobody.",
  remediation:
    "Write principalSet://iam.googleapis.com/projects/<number>/locations/global/workloadIdentityPools/<pool>/attribute.<name>/<value>.",
  source: spaceAssertions,
  platforms: ["gcp"],
  claims: ["keys-for-release-only"],
  boundary: { by: "nothing", how: "Google's key service compares what the grant names" },
  looksAt: keyGrants,
  *check({ members }) {
    for (const member of members) {
      if (!/^principal(Set)?:\/\//.test(member.text ?? "")) continue;
      const [, project, rest] = pool.exec(member.text ?? "") ?? [];
      if (project === undefined) continue;
      if (!/^\d+$/.test(project)) yield member.finding("has a project's id where its number belongs");
      else if (rest === "*") yield member.finding("is the whole pool, whatever its machines attest");
    }
  },
  compliant: [gcpKeyGrant, gcpKeyBinding],
  breakages: [
    {
      mistake: "a project's id where its number belongs",
      path: "/member",
      replace: ["projects/123456789012", "projects/acme-keys"],
      expect: "member",
    },
    {
      mistake: "a key for a whole pool of identities",
      path: "/member",
      value: "principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/models/*",
      expect: "member",
    },
    {
      mistake: "a whole pool of identities among others",
      resource: 1,
      path: "/members/-",
      value: "principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/other/*",
      expect: "members[1]",
    },
  ],
});
