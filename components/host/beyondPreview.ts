import type { Fact, Grade } from "./fact";
import type { Cloud } from "./offerings";

/** What decides about confidential nodes at a cloud, and that no preview can know: it shows at `up`, or later. */
export interface BeyondPreview {
  readonly cloud: Cloud | "both";
  /** What may come, as a sentence. */
  readonly what: string;
  /** How to look beforehand, or what the components do about it. */
  readonly instead: string;
  readonly fact: Fact;
}

const read = (source: string, grade: Grade): Fact => ({ asOf: "2026-11-24", source, grade });

export const beyondPreview: readonly BeyondPreview[] = [
  {
    cloud: "azure",
    what: "The quota of the size's family is 0 until Azure has granted some, which can take two days.",
    instead: "`az vm list-usage --location <region>`, family Standard NCCads2023 Family vCPUs",
    fact: read("Azure/az-cgpu-onboarding, docs/CGPU-Quota.md and #54; azure-quickstart-templates #13243", "repository"),
  },
  {
    cloud: "gcp",
    what: "Quota of H100s is counted for preemptible capacity apart, per region and zone, and is 0 on demand as a rule.",
    instead: "`gcloud compute regions describe <region>`, metric PREEMPTIBLE_NVIDIA_H100_GPUS",
    fact: read("meta-dstack-cloud #15", "issue"),
  },
  {
    cloud: "both",
    what: "Whether there is capacity at the moment, Spot above all.",
    instead: "try it; a pool that scales from zero waits, a machine fails",
    fact: read("every cloud's capacity changes by the hour", "general"),
  },
  {
    cloud: "azure",
    what: "Azure's resource manager makes a key of a vault once: an update or a deletion that a preview shows is an error at `up`.",
    instead: "components name a key by what it is, so that a changed policy is a new key, and retain the old one",
    fact: read("hashicorp/terraform-provider-azurerm #25054, pulumi-azure-native #2722", "issue"),
  },
  {
    cloud: "azure",
    what: "The name of a deleted vault with purge protection stays taken, for ninety days.",
    instead: "components leave a vault's name to Pulumi, which adds an ending of its own",
    fact: read("hashicorp/terraform-provider-azurerm #24863", "issue"),
  },
  {
    cloud: "gcp",
    what: "A changed TEE, or confidential storage, of a GKE pool makes all its nodes anew at once, whatever its maintenance windows.",
    instead: "read replacements in the preview; make a pool beside the old one and drain that",
    fact: read("Google Cloud, Confidential GKE Nodes (2026-04-10); terraform-google-kubernetes-engine #2051", "docs"),
  },
  {
    cloud: "gcp",
    what: "Whether Google's image of the day carries STABLE, which a key of Confidential Space asks for: a program in public says that images for GPUs did not.",
    instead:
      "look at a token of the machine, `submods.confidential_space.support_attributes`, before weights are sealed to a key",
    fact: read("comment in a public program that releases keys to Confidential Space with a GPU", "secondary"),
  },
  {
    cloud: "azure",
    what: "Azure Batch is made by no component here, and other tools cannot say that its pools are confidential.",
    instead: "rules look at azure-native's batch pools as at machines; nothing of Batch was tried",
    fact: read("hashicorp/terraform-provider-azurerm #31422", "issue"),
  },
];
