import { labels } from "../../../components/host/hardware";
import { openAzurePool, openGooglePool } from "../../examples/hosts";
import { cloudNodeLabels } from "../../hosts";
import { resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

export const passthroughOnBareMetal = resourceRule({
  id: "passthrough-on-bare-metal",
  title: "GPUs are passed to Kata guests on bare metal, never on a cloud's virtual machines",
  pillar: "hardware",
  severity: "high",
  threat:
    "A node that is a virtual machine itself has no IOMMU to bind GPUs by: the VFIO manager fails for ever, and the pool costs money.",
  remediation: `Leave ${labels.workloadConfig}: vm-passthrough and ${labels.ccMode} off node pools of clouds; there the node is the confidential machine (isolation unit node).`,
  source: issue(repositories.kata, 10753),
  platforms: ["azure", "gcp"],
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "pods do not start; availability is outside the architecture's promise" },
  looksAt: cloudNodeLabels,
  *check(all) {
    const workload = all.at(labels.workloadConfig);
    if (workload.present && workload.text !== "container")
      yield workload.finding("needs an IOMMU, which a cloud's virtual machine does not have");
    const mode = all.at(labels.ccMode);
    if (mode.present && mode.text !== "off") yield mode.finding("is for the CC manager of a host on bare metal");
  },
  compliant: [openAzurePool, openGooglePool],
  breakages: [
    {
      mistake: "passthrough on nodes of AKS",
      path: "/nodeLabels",
      value: { [labels.workloadConfig]: "vm-passthrough" },
      expect: `nodeLabels["${labels.workloadConfig}"]`,
    },
    {
      mistake: "a host's GPU mode on nodes of GKE",
      resource: 1,
      path: "/nodeConfig/labels",
      value: { [labels.ccMode]: "on" },
      expect: `nodeConfig.labels["${labels.ccMode}"]`,
    },
  ],
});
