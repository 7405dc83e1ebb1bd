import { azureUbuntuImages } from "../../../components/host/offerings";
import { azureConfidentialMachines } from "../../azure";
import { azureMachine } from "../../examples/azure";
import { resourceRule } from "../../rule";
import { issue } from "../../sources";

export const azureImageConfidential = resourceRule({
  id: "azure-image-confidential",
  title: "Ubuntu on a confidential Azure machine is the image that Canonical makes for such machines",
  pillar: "hardware",
  severity: "high",
  threat:
    "An ordinary image has no bootloader for an encrypted disk: the node never boots, and looks like a lack of capacity.",
  remediation: `Write offer and sku as in ${azureUbuntuImages.map(({ offer, sku }) => `${offer}/${sku}`).join(" or ")}.`,
  source: issue("kubernetes-sigs/cluster-api-provider-azure", 3264),
  platforms: ["azure"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: azureConfidentialMachines,
  *check({ storage }) {
    const image = storage.at("imageReference");
    const [publisher, offer, sku] = ["publisher", "offer", "sku"].map((key) => image.at(key));
    // What others publish, and what lies in galleries, says nothing about itself here.
    if (publisher?.text?.toLowerCase() !== "canonical" || !offer || !sku) return;
    const ofOffer = azureUbuntuImages.filter((row) => row.offer === offer.text);
    if (ofOffer.length === 0) yield offer.finding("has no images for confidential machines");
    else if (!ofOffer.some((row) => row.sku === sku.text))
      yield sku.finding(`is not made for confidential machines; that is ${ofOffer.map((row) => row.sku).join(", ")}`);
  },
  compliant: [azureMachine],
  breakages: [
    {
      mistake: "the server image",
      path: "/storageProfile/imageReference/sku",
      value: "server",
      expect: "storageProfile.imageReference.sku",
    },
    {
      mistake: "the offer of ordinary machines",
      path: "/storageProfile/imageReference/offer",
      value: "0001-com-ubuntu-server-jammy",
      expect: "storageProfile.imageReference.offer",
    },
  ],
});
