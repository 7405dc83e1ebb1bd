import * as semver from "semver";
import { gkeFloors } from "../../../components/host/offerings";
import { gkeConfidentialNodes } from "../../cloudSources";
import { gcpNodePool } from "../../examples/gcp";
import { gcpConfidentialPools } from "../../gcp";
import { resourceRule } from "../../rule";

export const gcpGkeVersion = resourceRule({
  id: "gcp-gke-version",
  title: "A confidential GKE pool has a version that knows its TEE",
  pillar: "hardware",
  severity: "low",
  threat: "An older GKE does not know the type, and the pool that it makes after all is of SEV.",
  remediation: `Write version: ${gkeFloors.versions.TDX} or newer, or leave it to the release channel.`,
  source: gkeConfidentialNodes,
  platforms: ["gcp"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "keyBroker", how: "a policy that demands TDX of the token gives nothing to SEV" },
  looksAt: gcpConfidentialPools,
  *check({ body, teeType }) {
    // A cluster says it otherwise, and a channel's version or `1.34` alone is Google's to fill in.
    const version = body.at("version");
    const floor = gkeFloors.versions[teeType.text ?? ""];
    if (floor === undefined || !semver.valid(version.text)) return;
    if (semver.lt(version.text ?? "", floor)) yield version.finding(`is older than ${floor}`);
  },
  compliant: [gcpNodePool],
  breakages: [
    { mistake: "a GKE that does not know TDX", path: "/version", value: "1.31.5-gke.1169000", expect: "version" },
    { mistake: "a GKE a few builds too old", path: "/version", value: "1.32.2-gke.1182003", expect: "version" },
  ],
});
