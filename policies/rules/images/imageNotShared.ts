import { confidentialDeployment, containerPath, containerPointer } from "../../examples/confidentialDeployment";
import { plainDeployment } from "../../examples/plainDeployment";
import { someKnown } from "../../evaluate";
import { confidentialContainers, containersOf, isConfidential, pods } from "../../kubernetes";
import type { Place } from "../../place";
import type { Resource } from "../../rule";
import { bareMetal, stackRule } from "../../rule";
import { issue } from "../../sources";

const digest = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945";

export const imageNotShared = stackRule({
  id: "image-not-shared",
  title: "No image is used by a plain and by a confidential pod",
  pillar: "images",
  severity: "medium",
  threat:
    "The host has unpacked the image already for the plain pod: the guest's own pull meets a key that exists, and the confidential pod does not start.",
  remediation: "Build another image for plain pods, or keep both kinds on different hosts.",
  source: issue("confidential-containers/confidential-containers", 286),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "availability is the provider's to give; what the guest pulls it verifies itself" },
  kinds: confidentialContainers.kinds,
  select: confidentialContainers.select,
  *check({ place }, all) {
    const image = place.at("image");
    const own = content(image);
    if (own !== undefined && someKnown(plainImages(all), (other) => content(other) === own))
      yield image.finding("is the image of a plain pod, too");
  },
  compliant: [confidentialDeployment, plainDeployment],
  breakages: [
    {
      mistake: "the model's image for a plain pod",
      resource: 1,
      path: `${containerPointer}/image`,
      value: `registry.acme.example/llama@sha256:${digest}`,
      expect: `${containerPath}.image`,
    },
    {
      mistake: "the same image from a mirror",
      resource: 1,
      path: `${containerPointer}/image`,
      value: `mirror.provider.example/llama@sha256:${digest}`,
      expect: `${containerPath}.image`,
    },
  ],
});

/** What containerd knows an image by: its digest, wherever it came from. */
const content = (image: Place) => image.text?.split("@").at(-1);

function* plainImages(all: readonly Resource[]): Iterable<Place> {
  for (const resource of all)
    for (const pod of pods.select(resource))
      if (!isConfidential(pod)) for (const { place } of containersOf(pod)) yield place.at("image");
}
