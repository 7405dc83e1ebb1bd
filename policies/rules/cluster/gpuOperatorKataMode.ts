import { clusterPolicy, gpuOperator } from "../../examples/cluster";
import { literals } from "../../admission/cel";
import { clusterPolicyScope, clusterPolicySetting, gpuOperatorSettings } from "../../gpuOperator";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

/** Modes of hosts without a label; with vm-vgpu the host's driver would stay between model and GPU. */
const workloads = ["container", "vm-passthrough"];
const values = "values.sandboxWorkloads";
const setting = (key: string, otherwise: string) => clusterPolicySetting(["sandboxWorkloads", key], otherwise);

export const gpuOperatorKataMode = resourceRule({
  id: "gpu-operator-kata-mode",
  title: "The GPU Operator hands whole GPUs to Kata guests",
  pillar: "cluster",
  severity: "high",
  threat:
    "Node labels are ignored and hosts get a driver of their own, or GPUs are offered to KubeVirt: confidential pods find none.",
  remediation:
    "Write sandboxWorkloads: {enabled: true, mode: kata, defaultWorkload: vm-passthrough}, and no kataManager.",
  source: issue(repositories.gpuOperator, 1871),
  platforms: bareMetal,
  claims: ["gpu-confidential"],
  admission: {
    scope: clusterPolicyScope,
    judges: ["spec.sandboxWorkloads", "spec.kataManager"],
    validations: [
      {
        expression: `${setting("enabled", "false")} && ${setting("mode", '"kubevirt"')} == "kata"`,
        message: "spec.sandboxWorkloads does not say enabled: true and mode: kata",
      },
      {
        expression: `${setting("defaultWorkload", '"container"')} in ${literals(workloads)}`,
        message: `spec.sandboxWorkloads.defaultWorkload is none of ${workloads.join(", ")}`,
      },
      {
        expression: `!${clusterPolicySetting(["kataManager", "enabled"], "false")}`,
        message: "spec.kataManager belongs to an obsolete flow",
      },
    ],
  },
  boundary: { by: "measurement", how: "only a GPU inside the confidential virtual machine is part of its evidence" },
  looksAt: gpuOperatorSettings,
  *check({ settings, partial }) {
    const enabled = settings.at("sandboxWorkloads", "enabled");
    if (enabled.value !== true && !(partial && !enabled.present))
      yield enabled.finding("leaves all hosts to containers; left out it is false");
    const mode = settings.at("sandboxWorkloads", "mode");
    if (mode.text !== "kata" && !(partial && !mode.present))
      yield mode.finding("is not kata; left out it is kubevirt, and there is no CC manager");
    const workload = settings.at("sandboxWorkloads", "defaultWorkload");
    if (workload.present && !workloads.includes(workload.text ?? ""))
      yield workload.finding(`is none of ${workloads.join(", ")}`);
    const manager = settings.at("kataManager", "enabled");
    if ((manager.value ?? false) !== false)
      yield manager.finding("belongs to an obsolete flow; its runtime classes are deleted by v26.7");
  },
  compliant: [gpuOperator, clusterPolicy],
  breakages: [
    {
      mistake: "sandboxes left off",
      path: "/values/sandboxWorkloads/enabled",
      value: false,
      expect: `${values}.enabled`,
    },
    {
      mistake: "the chart's default mode",
      path: "/values/sandboxWorkloads/mode",
      remove: true,
      expect: `${values}.mode`,
    },
    {
      mistake: "KubeVirt's mode in the operator's own resource",
      resource: 1,
      path: "/spec/sandboxWorkloads/mode",
      value: "kubevirt",
      expect: "spec.sandboxWorkloads.mode",
    },
    {
      mistake: "vGPU for new hosts",
      path: "/values/sandboxWorkloads/defaultWorkload",
      value: "vm-vgpu",
      expect: `${values}.defaultWorkload`,
    },
    {
      mistake: "the Kata manager of old guides",
      path: "/values/kataManager",
      value: { enabled: true },
      expect: "values.kataManager.enabled",
    },
  ],
});
