import { nvswitchResource, pgpuResource } from "../../../components/host/hardware";
import { clusterPolicy, gpuOperator } from "../../examples/cluster";
import { gpuOperatorSettings } from "../../gpuOperator";
import { bareMetal, resourceRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

const aliases: Readonly<Record<string, string>> = { P_GPU_ALIAS: "pgpu", NVSWITCH_ALIAS: "nvswitch" };

export const gpuNamesKept = resourceRule({
  id: "gpu-names-kept",
  title: `Passed-through GPUs are called ${pgpuResource}, and NVSwitches ${nvswitchResource}`,
  pillar: "hardware",
  severity: "medium",
  threat:
    "Under another name nobody counts them: quotas, the check of whole sets and the shape that a release measures all pass a pod that has GPUs.",
  remediation: `Leave ${Object.keys(aliases).join(" and ")} out of kataSandboxDevicePlugin.env, or write ${Object.values(aliases).join(" and ")}.`,
  source: nvidiaDocs("confidential-containers-deploy"),
  platforms: bareMetal,
  claims: ["gpu-genuine"],
  boundary: { by: "keyBroker", how: "a release's policy counts GPUs in the evidence, whatever they were called" },
  looksAt: gpuOperatorSettings,
  *check({ settings }) {
    for (const variable of settings.at("kataSandboxDevicePlugin", "env").items()) {
      const kept = aliases[variable.at("name").text ?? ""];
      const alias = variable.at("value");
      // Empty, the plugin names them after their model.
      if (kept !== undefined && alias.text !== kept) yield alias.finding(`is not ${kept}`);
    }
  },
  compliant: [clusterPolicy, gpuOperator],
  breakages: [
    {
      mistake: "GPUs named after their model",
      path: "/spec/kataSandboxDevicePlugin/env",
      value: [{ name: "P_GPU_ALIAS", value: "" }],
      expect: "spec.kataSandboxDevicePlugin.env[0].value",
    },
    {
      mistake: "NVSwitches under a name of one's own",
      resource: 1,
      path: "/values/kataSandboxDevicePlugin",
      value: { env: [{ name: "NVSWITCH_ALIAS", value: "switch" }] },
      expect: "values.kataSandboxDevicePlugin.env[0].value",
    },
  ],
});
