import { gpuOperator } from "../../examples/cluster";
import { confidentialDeployment } from "../../examples/confidentialDeployment";
import { keyBrokerConfiguration, otherRelease, otherService, otherSettings } from "../../examples/trustee";
import { keyBrokerConfigurations } from "../../keyBroker";
import { containersOf, pods } from "../../kubernetes";
import { hasProviders } from "../../parties";
import type { Place } from "../../place";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";
import { operatorConfigs, trusteeReleases } from "../../trusteeCharts";
import { isTrustee } from "../../trusteePods";

/** What may turn out to be a part of a key broker, and where it would say so. */
interface Part {
  readonly place: Place;
  readonly isKeyBrokers: boolean;
}

function* parts(resource: Resource): Iterable<Part> {
  for (const pod of pods.select(resource))
    for (const container of containersOf(pod))
      yield {
        place: container.place.at("image"),
        // Read when asked: an image that is not known yet must end the check of its own container only.
        get isKeyBrokers() {
          return isTrustee(container);
        },
      };
  for (const { place } of keyBrokerConfigurations.select(resource)) yield { place: place.hidden(), isKeyBrokers: true };
  for (const { body } of operatorConfigs.select(resource)) yield { place: body.at("kind"), isKeyBrokers: true };
  for (const { body } of trusteeReleases.select(resource)) yield { place: body.at("chart"), isKeyBrokers: true };
}

const text = (resource: Resource) => (resource.props as { data: Record<string, string> }).data["kbs-config.toml"];

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
  kinds: ["pods", "what belongs to a key broker"],
  select: parts,
  *check(part, all) {
    if (part.isKeyBrokers && hasProviders(all))
      yield part.place.finding("stands in one stack with hosts or confidential pods");
  },
  compliant: [otherService, confidentialDeployment, otherRelease, otherSettings, gpuOperator],
  breakages: [
    {
      mistake: "a key broker beside confidential pods",
      path: "/spec/template/spec/containers/0/image",
      replace: ["staged-images/documents@", "staged-images/kbs@"],
      expect: "spec.template.spec.containers[0].image",
    },
    {
      mistake: "Trustee's chart beside the GPU Operator",
      resource: 2,
      path: "/chart",
      value: "oci://registry.acme.example/charts/trustee",
      expect: "chart",
    },
    {
      mistake: "a key broker's configuration beside confidential pods",
      resource: 3,
      path: "/data/kbs-config.toml",
      value: text(keyBrokerConfiguration),
      expect: `data["kbs-config.toml"]`,
    },
  ],
});
