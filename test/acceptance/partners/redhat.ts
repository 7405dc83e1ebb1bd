import { expect } from "vitest";
import { openshiftRuntimeClassName } from "../../../components/runtime/runtimeClasses";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { initialPools, platformDefinitions, providerOpenshift } from "../../support/openshift";
import type { PartnerCase } from "./partnerCase";
import { redhatTrust } from "./redhatTrust";

export const redhat: PartnerCase = {
  partner: "redhat",
  stacks: [
    {
      sample: "infrastructure",
      // Nothing of it is simulated but the cluster: operators come by OLM, and no chart or image is named.
      overlay: { sections: {} },
      definitions: platformDefinitions,
      objects: initialPools,
      actors: (cluster) => providerOpenshift(cluster),
      warnings: ["demands nothing of the tenant's workloads"],
      afterUp: async ({ api }, { outputs }) => {
        expect(outputs.runtimeClasses).toEqual([openshiftRuntimeClassName]);
        const { metadata } = await api.get<KubeObject>("/api/v1/nodes/gpu-a");
        expect(metadata.labels).toMatchObject({
          "nvidia.com/gpu.workload.config": "vm-passthrough",
          "nvidia.com/cc.mode": "on",
          "intel.feature.node.kubernetes.io/tdx": "true",
        });
      },
    },
    redhatTrust,
  ],
};
