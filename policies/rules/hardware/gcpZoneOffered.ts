import { placesOf } from "../../../components/host/offerings";
import { gkeConfidentialGpus } from "../../cloudSources";
import { gcpMachine, gcpNodePool } from "../../examples/gcp";
import { gcpGpuNodes, machineTypeOf } from "../../gcp";
import type { Place } from "../../place";
import { resourceRule } from "../../rule";

export const gcpZoneOffered = resourceRule({
  id: "gcp-zone-offered",
  title: "Confidential GPU machines of Google are asked for in zones that are known to have them",
  pillar: "hardware",
  severity: "low",
  threat:
    "A pool that spans a zone without such machines never becomes whole, and an autoscaler tries that zone for ever.",
  remediation: `Write zones among ${(placesOf("a3-highgpu-1g") ?? []).join(", ")}; name a pool's nodeLocations. Except the node by name where Google offers more by now.`,
  source: gkeConfidentialGpus,
  platforms: ["gcp"],
  claims: ["cloud-node-confidential"],
  // Zones change monthly.
  baseline: "advisory",
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: gcpGpuNodes,
  *check(node) {
    const zones = placesOf(machineTypeOf(node));
    if (!zones) return;
    for (const place of zonesOf(node.body)) {
      const zone = place.text?.split("/").at(-1);
      if (zone !== undefined && isZone(zone) && !zones.includes(zone))
        yield place.finding(`is not among the zones known for it: ${zones.join(", ")}`);
    }
    const location = node.body.at("location");
    if (node.form === "pool" && location.text !== undefined && !isZone(location.text))
      if (node.body.at("nodeLocations").items().length === 0)
        yield location.finding("is a region, so nodes go to zones that do not have it; name nodeLocations");
  },
  compliant: [gcpMachine, gcpNodePool],
  breakages: [
    { mistake: "a zone without confidential GPUs", path: "/zone", value: "us-central1-b", expect: "zone" },
    {
      mistake: "a pool that spans a zone too many",
      resource: 1,
      path: "/nodeLocations/-",
      value: "us-central1-c",
      expect: "nodeLocations[1]",
    },
    {
      mistake: "a pool that spans its whole region",
      resource: 1,
      path: "/nodeLocations",
      remove: true,
      expect: "location",
    },
  ],
});

/** `us-central1-a`, not `us-central1`. */
function isZone(location: string): boolean {
  return /-[a-z]$/.test(location);
}

function zonesOf(body: Place): Place[] {
  return [body.at("zone"), body.at("location"), ...body.at("nodeLocations").items()];
}
