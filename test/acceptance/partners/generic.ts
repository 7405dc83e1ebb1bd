import { kubeletPlace } from "../../../components/cluster/kubeletPlace";
import { platformSets } from "../../../components/platform";
import type { Distribution } from "../../../components/runtime/kataValues";
import { distributionWarning } from "../../../components/runtime/kataValues";
import { plainNode } from "../../../tooling/controlplane/simulatedNodes";
import { offline, ownerOffline } from "./overlays";
import type { PartnerCase, PartnerStack } from "./partnerCase";

const set = "ra-1.1.0";
const known = platformSets[set].warnings;

/** What differs by distribution: Kata's values, where kubelet's settings go, and what is warned of. */
function under(distribution: Distribution): PartnerStack {
  const warning = distributionWarning(distribution, set);
  return {
    title: `sample-infrastructure under ${distribution}`,
    sample: "infrastructure",
    overlay: (material) => ({
      sections: { ...offline(material).sections, "providers[0].distribution": distribution },
    }),
    warnings: [...known, "demands nothing of the tenant's workloads", ...(warning ? [warning] : [])],
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
    under("k8s"),
    under("k3s"),
    under("rke2"),
    {
      sample: "trust",
      overlay: ownerOffline,
      nodes: () => [plainNode("owner-a", 16, 64), plainNode("owner-b", 16, 64)],
      warnings: known,
    },
  ],
};
