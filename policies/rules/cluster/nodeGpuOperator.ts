import { onboardingScripts } from "../../cloudSources";
import { nodeClusterPolicy, nodeGpuOperator as release } from "../../examples/nodes";
import { gpuOperatorSettings } from "../../gpuOperator";
import type { Place } from "../../place";
import { clouds, resourceRule } from "../../rule";

/** A branch with a kernel (`580-6.8.0-1041-azure-fde`) names a signed image as well, and so do Canonical's own. */
const signed = /^\d+(\.\d+)*-(\d+\.\d+|signed)/;

export const nodeGpuOperator = resourceRule({
  id: "node-gpu-operator",
  title: "On nodes that are TEEs themselves, the GPU Operator loads a signed driver and leaves GPU modes to the cloud",
  pillar: "cluster",
  severity: "high",
  threat:
    "An unsigned driver makes somebody switch Secure Boot off, and a CC manager on the node resets a GPU whose mode the cloud has set.",
  remediation:
    "Write sandboxWorkloads: {enabled: false}, ccManager: {enabled: false} and driver: {usePrecompiled: true, version: <branch>}.",
  source: onboardingScripts,
  platforms: clouds,
  isolationUnit: "node",
  claims: ["cloud-node-confidential", "gpu-confidential"],
  boundary: { by: "keyBroker", how: "GPU evidence must be affirming, and the node's tells its kernel" },
  looksAt: gpuOperatorSettings,
  *check({ settings, ccManagerByDefault, partial }) {
    const sandbox = settings.at("sandboxWorkloads", "enabled");
    if (sandbox.value === true) yield sandbox.finding("binds GPUs for guests, which a cloud's node cannot start");
    const ccManager = settings.at("ccManager", "enabled");
    if ((ccManager.value ?? (ccManagerByDefault && !partial)) !== false)
      yield ccManager.finding("sets modes of GPUs that the cloud has set; the chart's default is true");
    const driver = settings.at("driver");
    if (driver.at("enabled").value !== false && !isSigned(driver) && !(partial && !driver.present))
      yield driver
        .at("usePrecompiled")
        .finding("is not true: the driver is built on the node, and nobody has signed it");
  },
  compliant: [release, nodeClusterPolicy],
  breakages: [
    {
      mistake: "Kata's mode on nodes of a cloud",
      path: "/values/sandboxWorkloads/enabled",
      value: true,
      expect: "values.sandboxWorkloads.enabled",
    },
    {
      mistake: "the chart's CC manager left on",
      path: "/values/ccManager",
      remove: true,
      expect: "values.ccManager.enabled",
    },
    {
      mistake: "a driver that is built on the node",
      path: "/values/driver/usePrecompiled",
      value: false,
      expect: "values.driver.usePrecompiled",
    },
    {
      mistake: "the CC manager switched on in the operator's own resource",
      resource: 1,
      path: "/spec/ccManager/enabled",
      value: true,
      expect: "spec.ccManager.enabled",
    },
  ],
});

function isSigned(driver: Place): boolean {
  return driver.at("usePrecompiled").value === true || signed.test(driver.at("version").text ?? "");
}
