import { labels, pgpuResource } from "../../../components/host/hardware";
import { clusterPolicy, confidentialNode, gpuOperator } from "../../examples/cluster";
import { devicePluginConfig } from "../../examples/hosts";
import { gpuOperatorSettings } from "../../gpuOperator";
import { pluginSharing, sharedIn, sharingLabels } from "../../gpuSharing";
import { nodes } from "../../hosts";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { bareMetal, resourceRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

const plugins = pluginSharing(pgpuResource);

/** What can share a GPU: the operator's settings, a host's labels, the device plugin's own configuration. */
const places: Selector<() => Iterable<Finding>> = {
  kinds: [...gpuOperatorSettings.kinds, ...nodes.kinds, ...plugins.kinds],
  *select(resource) {
    for (const { settings } of gpuOperatorSettings.select(resource)) yield () => ofOperator(settings);
    for (const { body } of nodes.select(resource)) yield () => ofNode(body.at("metadata", "labels"));
    for (const entry of plugins.select(resource))
      yield () => sharedIn(entry, pgpuResource, "is one physical GPU, passed to one guest");
  },
};

export const gpuNotShared = resourceRule({
  id: "gpu-not-shared",
  title: "A confidential host's GPUs are handed out whole: no time slices, MPS, MIG or vGPU",
  pillar: "hardware",
  severity: "high",
  threat:
    "Two tenants are told that they have the same GPU: one of them never starts, or both run where no mode of the GPU keeps them apart.",
  remediation: `Share GPUs on hosts with ${labels.workloadConfig}: container alone, and leave MIG and device plugin profiles off confidential ones.`,
  source: nvidiaDocs("overview"),
  platforms: bareMetal,
  claims: ["gpu-confidential"],
  boundary: { by: "keyBroker", how: "evidence is of a whole GPU in confidential mode; a slice has none" },
  looksAt: places,
  check: (findings) => findings(),
  compliant: [gpuOperator, clusterPolicy, confidentialNode, devicePluginConfig],
  breakages: [
    {
      mistake: "time slices for hosts that are confidential by default",
      path: "/values/devicePlugin",
      value: { config: { name: "time-slicing", default: "any" } },
      expect: "values.devicePlugin.config.default",
    },
    { mistake: "MIG profiles mixed", path: "/values/mig", value: { strategy: "mixed" }, expect: "values.mig.strategy" },
    {
      mistake: "the host's vGPU manager",
      resource: 1,
      path: "/spec/vgpuManager",
      value: { enabled: true },
      expect: "spec.vgpuManager.enabled",
    },
    {
      mistake: "a MIG profile on a confidential host",
      resource: 2,
      path: "/metadata/labels/nvidia.com~1mig.config",
      value: "all-1g.10gb",
      expect: 'metadata.labels["nvidia.com/mig.config"]',
    },
    {
      mistake: "passed-through GPUs counted four times",
      resource: 3,
      path: "/data/any",
      replace: ["nvidia.com/gpu", pgpuResource],
      expect: "data.any#sharing.timeSlicing.resources[0].name",
    },
  ],
});

function* ofOperator(settings: Place): Iterable<Finding> {
  const manager = settings.at("vgpuManager", "enabled");
  if ((manager.value ?? false) !== false) yield manager.finding("slices GPUs by a driver of the host");
  // With containers as the default, hosts that share their GPUs may well be ordinary ones.
  if (settings.at("sandboxWorkloads", "defaultWorkload").text !== "vm-passthrough") return;
  const slices = settings.at("devicePlugin", "config", "default");
  if ((slices.text ?? "") !== "") yield slices.finding("shares the GPUs of hosts that are confidential by default");
  const strategy = settings.at("mig", "strategy");
  if (strategy.text === "mixed") yield strategy.finding("splits the GPUs of hosts that are confidential by default");
}

function* ofNode(all: Place): Iterable<Finding> {
  if (!["on", "ppcie"].includes(all.at(labels.ccMode).text ?? "")) return;
  for (const key of sharingLabels) {
    const label = all.at(key);
    if (label.present && label.text !== "all-disabled") yield label.finding("shares the GPUs of a confidential host");
  }
}
