import { registryOf } from "../../../components/workload/acceptance/registries";
import { acceptedPods, celList } from "../../acceptance";
import { everyImage } from "../../admission/cel";
import { containerPath, containerPointer, podPath, podPointer } from "../../examples/confidentialDeployment";
import { tenantDeployment, tenantParameters } from "../../examples/tenant";
import { confidentialPods, imagesOf } from "../../kubernetes";
import { platforms, stackRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

export const tenantRegistryAccepted = stackRule({
  id: "tenant-registry-accepted",
  title: "Tenants' images come from registries that the provider accepts",
  pillar: "images",
  severity: "high",
  threat:
    "A tenant runs what nobody but the tenant has seen, pulled from anywhere: a miner or a bot inside a guest that the provider cannot look into.",
  remediation: "Mirror the image to an accepted registry, or add its registry to the provider's acceptance.registries.",
  source: nvidiaDocs("overview"),
  platforms,
  claims: ["tenant-accepted"],
  protects: ["infrastructureProvider"],
  admission: {
    scope: "confidentialPods",
    parameters: "tenantAcceptance",
    variables: { registries: celList("registries") },
    validations: [
      {
        // Whole parts of the path: nvcr.io/nim must not admit nvcr.io/nimble, nor nvcr.io a port of it.
        expression: everyImage(
          'variables.registries.exists(r, r != "" && (i.startsWith(r + "/") || i.startsWith(r + "@")))',
        ),
        message: "an image is of no registry that the provider accepts of this tenant",
      },
    ],
  },
  boundary: { by: "ownControlPlane", how: "the provider's API server refuses the pod, and starts no guest for it" },
  kinds: confidentialPods.kinds,
  select: acceptedPods,
  *check({ pod, acceptance }) {
    for (const image of imagesOf(pod)) {
      const [repository = ""] = (image.text ?? "").split("@");
      if (image.present && registryOf(repository, acceptance.list("registries")) === undefined)
        yield image.finding("is of no registry that the provider accepts of this tenant");
    }
  },
  compliant: [tenantDeployment, tenantParameters],
  breakages: [
    {
      mistake: "an image of a registry that nobody accepted",
      path: `${containerPointer}/image`,
      replace: ["registry.acme.example", "registry.attacker.example"],
      expect: `${containerPath}.image`,
    },
    {
      mistake: "a registry whose name begins like an accepted one",
      path: `${containerPointer}/image`,
      replace: ["registry.acme.example", "registry.acme.example.attacker.example"],
      expect: `${containerPath}.image`,
    },
    {
      mistake: "an accepted registry on another port",
      path: `${containerPointer}/image`,
      replace: ["registry.acme.example", "registry.acme.example:5000"],
      expect: `${containerPath}.image`,
    },
    {
      mistake: "a volume that is an image from elsewhere",
      path: `${podPointer}/volumes/-`,
      value: { name: "weights", image: { reference: `docker.io/somebody/weights@sha256:${"2".repeat(64)}` } },
      expect: `${podPath}.volumes[1].image.reference`,
    },
  ],
});
