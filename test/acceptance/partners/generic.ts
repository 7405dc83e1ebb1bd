import { kubeletPlace } from "../../../components/cluster/kubeletPlace";
import type { PlatformSetName } from "../../../components/platform";
import { platformSets } from "../../../components/platform";
import type { Distribution } from "../../../components/runtime/kataValues";
import { plainNode } from "../../../tooling/controlplane/simulatedNodes";
import { offline, ownerOffline } from "./overlays";
import type { PartnerCase, PartnerStack } from "./partnerCase";

const known = platformSets["ra-1.1.0"].warnings;

/** What differs by distribution: Kata's values, where kubelet's settings go, and the versions that the pack lets pass. */
function under(distribution: Distribution, set: PlatformSetName): PartnerStack {
  return {
    title: `sample-infrastructure under ${distribution}`,
    sample: "infrastructure",
    overlay: (material) => {
      const { platform, ...sections } = offline(material).sections;
      return {
        sections: {
          ...sections,
          platform: { ...(platform as object), set },
          "providers[0].distribution": distribution,
        },
      };
    },
    warnings: [...platformSets[set].warnings, "demands nothing of the tenant's workloads"],
    afterUp: (_, { outputs }) => {
      const { kubeletSettings } = outputs as { kubeletSettings: { file?: string } };
      if (kubeletSettings.file !== kubeletPlace(distribution)?.file)
        throw new Error(`kubelet's settings go to ${kubeletSettings.file} under ${distribution}`);
      return Promise.resolve();
    },
  };
}

export const generic: PartnerCase = {
  partner: "generic",
  stacks: [
    under("k8s", "ra-1.1.0"),
    under("k3s", "newest"),
    under("rke2", "newest"),
    {
      sample: "trust",
      overlay: ownerOffline,
      nodes: () => [plainNode("owner-a", 16, 64), plainNode("owner-b", 16, 64)],
      warnings: known,
    },
  ],
};
