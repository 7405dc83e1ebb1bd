import { join } from "node:path";
import { expect, inject } from "vitest";
import { platformSets } from "../../../components/platform";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { plainNode } from "../../../tooling/controlplane/simulatedNodes";
import { packedChart } from "../../support/partnerCharts";
import { offline, ownerOffline } from "./overlays";
import type { Overlay, PartnerCase, StackMaterial } from "./partnerCase";

const known = platformSets["ra-1.1.0"].warnings;
const helm = () => join(inject("toolchain").binDir, "helm");

interface WithChart {
  readonly chart: object;
}

/** The sample's chart in the form that an air-gapped customer has it: an archive in the project. Its content is a stand-in. */
function runtimeAtHand(material: StackMaterial): Overlay {
  const chart = packedChart(helm(), material.project, "runtime", "1.5.0");
  const [provider] = material.sections.providers as [{ readonly anjuna: WithChart }];
  const anjuna = { ...provider.anjuna, chart: { ...provider.anjuna.chart, ...chart } };
  return { sections: { ...offline(material).sections, providers: [{ ...provider, anjuna }] } };
}

async function policyManagerAtHand(material: StackMaterial): Promise<Overlay> {
  const chart = packedChart(helm(), material.project, "policy-manager", "2.3.0");
  const attestation = material.sections.attestation as { readonly policyManager: WithChart };
  const policyManager = { ...attestation.policyManager, chart: { ...attestation.policyManager.chart, ...chart } };
  return ownerOffline({
    ...material,
    sections: { ...material.sections, attestation: { ...attestation, policyManager } },
  });
}

export const anjuna: PartnerCase = {
  partner: "anjuna",
  stacks: [
    {
      sample: "infrastructure",
      overlay: runtimeAtHand,
      warnings: [
        ...known,
        "demands nothing of the tenant's workloads",
        /anjuna: pods of the RuntimeClass acme-vm .* no release, launch measurement/,
        "confidential GPUs are documented nowhere in public",
      ],
      async afterUp({ api }, { outputs }) {
        expect(outputs.anjuna).toEqual({ namespace: "anjuna-system", runtimeClassName: "acme-vm" });
        // What the chart makes, and Kata's beside it.
        const classes = await api.list<KubeObject>("/apis/node.k8s.io/v1/runtimeclasses");
        const names = classes.map(({ metadata }) => metadata.name);
        expect(names).toEqual(expect.arrayContaining(["acme-vm", "kata-qemu-nvidia-gpu-snp"]));
      },
    },
    {
      sample: "trust",
      overlay: policyManagerAtHand,
      nodes: () => [plainNode("owner-a", 16, 64), plainNode("owner-b", 16, 64)],
      warnings: [...known, /policyManager: Anjuna's Policy Manager is graded lower/],
      async afterUp({ api }, { outputs }) {
        expect(outputs.policyManager).toMatchObject({
          namespace: "anjuna-policy-manager",
          keyAuthority: { who: "cloud", grade: "asserted by Anjuna and Microsoft" },
        });
        expect(outputs.keyAuthority).toMatchObject({ who: "owner", grade: "verified by the owner" });
        const settings = await api.get<{ data: Record<string, string> }>(
          "/api/v1/namespaces/anjuna-policy-manager/configmaps/policy-manager",
        );
        expect(settings.data.account).toBe("acmeapm");
      },
    },
  ],
};
