import { labels } from "../../../components/host/hardware";
import { protectedPcieNode, switchBindingGpuOperator } from "../../examples/cluster";
import { someKnown } from "../../evaluate";
import { gpuOperatorSettings } from "../../gpuOperator";
import { ccModesAsked } from "../../hosts";
import { bareMetal, stackRule } from "../../rule";
import { issue, repositories } from "../../sources";

const variable = "BIND_NVSWITCHES";

export const nvswitchesBound = stackRule({
  id: "nvswitches-bound",
  title: "Where hosts are in protected PCIe mode, NVSwitches are bound for passthrough like GPUs",
  pillar: "hardware",
  severity: "high",
  threat:
    "The switches stay with the host, in front of NVLink traffic that Hopper does not encrypt, and guests with eight GPUs fail.",
  remediation: `Write vfioManager.env: [{name: ${variable}, value: "true"}] for the GPU Operator.`,
  source: issue(repositories.kata, 13433),
  platforms: bareMetal,
  claims: ["gpu-genuine"],
  boundary: { by: "keyBroker", how: "the release's policy wants four switches in the evidence" },
  kinds: gpuOperatorSettings.kinds,
  select: (resource) => gpuOperatorSettings.select(resource),
  *check({ settings, partial }, all) {
    const env = settings.at("vfioManager", "env");
    if (partial && !env.present) return;
    const binds = env.items().some((each) => each.at("name").text === variable && each.at("value").text === "true");
    if (!binds && someKnown(ccModesAsked(all), (mode) => mode.text === "ppcie"))
      yield env.finding(`does not set ${variable}, and a host of this stack has ${labels.ccMode}: ppcie`);
  },
  compliant: [switchBindingGpuOperator, protectedPcieNode],
  breakages: [
    {
      mistake: "NVSwitches left to the host",
      path: "/values/vfioManager",
      remove: true,
      expect: "values.vfioManager.env",
    },
    {
      mistake: "NVSwitches bound in another spelling",
      path: "/values/vfioManager/env/0/value",
      value: "yes",
      expect: "values.vfioManager.env",
    },
  ],
});
