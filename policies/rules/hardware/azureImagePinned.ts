import { azureConfidentialMachines } from "../../azure";
import { onboardingScripts } from "../../cloudSources";
import { azureMachine, azureScaleSet } from "../../examples/azure";
import { resourceRule } from "../../rule";

const image = "storageProfile.imageReference";
const exact = /^\d+\.\d+\.\d+$/;

export const azureImagePinned = resourceRule({
  id: "azure-image-pinned",
  title: "The image of a confidential Azure machine is one exact version",
  pillar: "hardware",
  severity: "medium",
  threat:
    "The next machine of the set boots a kernel and a GPU driver that nobody has tried together, and fails attestation beside its neighbours.",
  remediation: "Write the image's version in digits, in version or at the end of the gallery's path, not latest.",
  source: onboardingScripts,
  platforms: ["azure"],
  claims: ["cloud-node-confidential", "operators-as-pinned"],
  boundary: { by: "keyBroker", how: "a policy that names measurements of the boot refuses another image" },
  looksAt: azureConfidentialMachines,
  *check({ storage }) {
    const reference = storage.at("imageReference");
    if (reference.at("publisher").present) {
      const version = reference.at("version");
      if (!exact.test(version.text ?? "")) yield version.finding("is no exact version");
    }
    // `id` may be an image of one's own, which has no versions.
    for (const key of ["communityGalleryImageId", "sharedGalleryImageId", "id"]) {
      const path = reference.at(key);
      const [, images, version] = /\/images\/([^/]+)(?:\/versions\/([^/]+))?\/?$/i.exec(path.text ?? "") ?? [];
      const ofGallery = key !== "id" || /\/galleries\//i.test(path.text ?? "");
      if (ofGallery && images !== undefined && !exact.test(version ?? ""))
        yield path.finding("ends in no exact version");
    }
  },
  compliant: [azureMachine, azureScaleSet],
  breakages: [
    {
      mistake: "the latest image of a publisher",
      path: "/storageProfile/imageReference/version",
      value: "latest",
      expect: `${image}.version`,
    },
    {
      mistake: "no version of an image at all",
      path: "/storageProfile/imageReference/version",
      remove: true,
      expect: `${image}.version`,
    },
    {
      mistake: "the latest image of a gallery, as in Microsoft's guide",
      resource: 1,
      path: "/virtualMachineProfile/storageProfile/imageReference/communityGalleryImageId",
      replace: ["versions/1.0.3", "versions/latest"],
      expect: `virtualMachineProfile.${image}.communityGalleryImageId`,
    },
  ],
});
