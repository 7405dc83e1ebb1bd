import { keyBrokerDeployment, ownersPod, ownersRelease } from "../../examples/trustee";
import { keyBrokerConfigurations } from "../../keyBroker";
import { containersOf } from "../../kubernetes";
import { hasProviders } from "../../parties";
import type { Place } from "../../place";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";
import { operatorConfigs, trusteeReleases } from "../../trusteeCharts";
import { isTrustee, trusteePods } from "../../trusteePods";

/** Where a resource says that it is a part of the key broker. */
function* keyBrokerParts(resource: Resource): Iterable<Place> {
  for (const pod of trusteePods.select(resource))
    for (const container of containersOf(pod)) if (isTrustee(container)) yield container.place.at("image");
  for (const { place } of keyBrokerConfigurations.select(resource)) yield place.hidden();
  for (const { body } of operatorConfigs.select(resource)) yield body.at("kind");
  for (const { body } of trusteeReleases.select(resource)) yield body.at("chart");
}

export const partiesApart = stackRule({
  id: "parties-apart",
  title: "The key broker is in no stack that prepares hosts or places confidential pods",
  pillar: "attestation",
  severity: "critical",
  threat:
    "Whoever administers the hosts administers the key broker as well: one credential, one state and one cluster have the weights' keys and the machines that they are kept from.",
  remediation:
    "Run the key broker by a stack of the model owner's own, in a cluster that no provider controls (role trust beside infrastructure and workloads).",
  source: page(
    "Red Hat, coco-pattern: a trusted hub and untrusted spokes",
    "https://github.com/validatedpatterns/coco-pattern/blob/main/AGENTS.md",
  ),
  platforms,
  claims: ["key-broker-closed"],
  boundary: { by: "nothing", how: "evidence does not tell where the key broker runs, nor who administers it" },
  kinds: ["what belongs to a key broker"],
  select: keyBrokerParts,
  *check(part, all) {
    if (hasProviders(all)) yield part.finding("stands in one stack with hosts or confidential pods");
  },
  compliant: [keyBrokerDeployment, ownersPod, ownersRelease],
  breakages: [
    {
      mistake: "a confidential pod beside the key broker",
      resource: 1,
      path: "/spec/runtimeClassName",
      value: "kata-qemu-nvidia-gpu-snp",
      expect: "spec.template.spec.containers[0].image",
    },
    {
      mistake: "Kata beside the key broker",
      resource: 2,
      path: "/chart",
      value: "oci://ghcr.io/kata-containers/kata-deploy-charts/kata-deploy",
      expect: "spec.template.spec.containers[0].image",
    },
    {
      mistake: "the GPU Operator beside the key broker",
      resource: 2,
      path: "/chart",
      value: "oci://registry.acme.example/charts/gpu-operator",
      expect: "spec.template.spec.containers[0].image",
    },
  ],
});
