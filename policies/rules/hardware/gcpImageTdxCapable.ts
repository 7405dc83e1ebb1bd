import { gcpImage, gcpMachine, gcpReservedMachine, gcpTemplate } from "../../examples/gcp";
import { asksForTee, bootDiskOf, gcpConfidentialMachines } from "../../gcp";
import { Place } from "../../place";
import type { Resource } from "../../rule";
import { stackRule } from "../../rule";
import { issue } from "../../sources";

const image = "gcp:compute/image:Image";

export const gcpImageTdxCapable = stackRule({
  id: "gcp-image-tdx-capable",
  title: "Where an image's features are listed, the TEE of the machine that boots it is among them",
  pillar: "hardware",
  severity: "medium",
  threat: "Google refuses the image at the last step, and the TEE is taken out rather than the image rebuilt.",
  remediation: "Add TDX_CAPABLE, or SEV_CAPABLE or SEV_SNP_CAPABLE, to guestOsFeatures.",
  source: issue("GoogleCloudPlatform/magic-modules", 11166),
  platforms: ["gcp"],
  claims: ["cloud-node-confidential"],
  // The features' names were not found in documentation.
  baseline: "advisory",
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  kinds: [...gcpConfidentialMachines.kinds, image],
  *select(resource, all) {
    for (const node of gcpConfidentialMachines.select(resource))
      yield { features: bootDiskOf(node).at("guestOsFeatures"), nodes: [node] };
    if (resource.type !== image) return;
    const nodes = all.filter(({ dependsOn }) => dependsOn?.includes(resource.urn ?? "")).flatMap(machinesOf);
    if (nodes.length > 0) yield { features: Place.root(resource.props).at("guestOsFeatures"), nodes };
  },
  *check({ features, nodes }) {
    const listed = features.items().map(nameOf);
    if (listed.length === 0) return;
    for (const { teeType } of nodes.filter(asksForTee)) {
      const wanted = `${teeType.text ?? "SEV"}_CAPABLE`;
      if (!listed.includes(wanted)) yield features.finding(`lack ${wanted}`);
    }
  },
  compliant: [gcpMachine, gcpTemplate, gcpImage, gcpReservedMachine],
  breakages: [
    {
      mistake: "a boot disk whose features lack the TEE",
      path: "/bootDisk/guestOsFeatures/1",
      value: "SEV_CAPABLE",
      expect: "bootDisk.guestOsFeatures",
    },
    {
      mistake: "a template's disk for another TEE",
      resource: 1,
      path: "/disks/0/guestOsFeatures/0",
      value: "SEV_SNP_CAPABLE",
      expect: "disks[0].guestOsFeatures",
    },
    {
      mistake: "an image of one's own that knows no TEE",
      resource: 2,
      path: "/guestOsFeatures/1",
      remove: true,
      expect: "guestOsFeatures",
    },
  ],
});

function machinesOf(resource: Resource) {
  return [...gcpConfidentialMachines.select(resource)];
}

/** Images list `{type}`, disks list names. */
function nameOf(feature: Place): string | undefined {
  return feature.text ?? feature.at("type").text;
}
