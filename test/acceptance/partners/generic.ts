import { platformSets } from "../../../components/platform";
import { plainNode } from "../../../tooling/controlplane/simulatedNodes";
import { offline, ownerOffline } from "./overlays";
import type { PartnerCase } from "./partnerCase";

const known = platformSets["ra-1.1.0"].warnings;

export const generic: PartnerCase = {
  partner: "generic",
  stacks: [
    { sample: "infrastructure", overlay: offline, warnings: [...known, "demands nothing of the tenant's workloads"] },
    {
      sample: "trust",
      overlay: ownerOffline,
      nodes: () => [plainNode("owner-a", 16, 64), plainNode("owner-b", 16, 64)],
      warnings: known,
    },
  ],
};
