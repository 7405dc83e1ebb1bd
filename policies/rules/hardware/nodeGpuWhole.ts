import { gpuResource } from "../../../components/host/hardware";
import { gkeConfidentialGpus } from "../../cloudSources";
import { cloudNode, nodeGpuOperator } from "../../examples/nodes";
import { gpuOperatorSettings } from "../../gpuOperator";
import { pluginSharing, sharedIn, sharingLabels } from "../../gpuSharing";
import { nodes } from "../../hosts";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { clouds, resourceRule } from "../../rule";

const plugins = pluginSharing(gpuResource);

const places: Selector<() => Iterable<Finding>> = {
  kinds: [...gpuOperatorSettings.kinds, ...nodes.kinds, ...plugins.kinds],
  *select(resource) {
    for (const { settings } of gpuOperatorSettings.select(resource)) yield () => ofOperator(settings);
    for (const { body } of nodes.select(resource)) yield () => ofNode(body.at("metadata", "labels"));
    for (const entry of plugins.select(resource))
      yield () => sharedIn(entry, gpuResource, "is one confidential GPU, and would be counted several times");
  },
};

export const nodeGpuWhole = resourceRule({
  id: "node-gpu-whole",
  title: "A confidential node's GPU goes to one pod: no time slices, MPS or MIG inside the node",
  pillar: "hardware",
  severity: "high",
  threat:
    "Two pods are told that they have the node's only GPU: one reads what the other left in its memory, under one and the same evidence.",
  remediation: "Leave devicePlugin.config, mig.strategy: mixed, MIG profiles and sharing out; each pod takes a node.",
  source: gkeConfidentialGpus,
  platforms: clouds,
  isolationUnit: "node",
  claims: ["gpu-confidential"],
  boundary: { by: "nothing", how: "evidence is of the whole GPU, whoever uses it" },
  looksAt: places,
  check: (findings) => findings(),
  compliant: [nodeGpuOperator, cloudNode],
  breakages: [
    {
      mistake: "time slices of the only GPU",
      path: "/values/devicePlugin/config",
      value: { name: "time-slicing", default: "any" },
      expect: "values.devicePlugin.config.default",
    },
    {
      mistake: "MIG instances as devices of their own",
      path: "/values/mig",
      value: { strategy: "mixed" },
      expect: "values.mig.strategy",
    },
    {
      mistake: "a MIG profile for all nodes",
      path: "/values/migManager",
      value: { config: { default: "all-1g.10gb" } },
      expect: "values.migManager.config.default",
    },
    {
      mistake: "a profile of the device plugin on one node",
      resource: 1,
      path: "/metadata/labels/nvidia.com~1device-plugin.config",
      value: "any",
      expect: 'metadata.labels["nvidia.com/device-plugin.config"]',
    },
  ],
});

function* ofOperator(settings: Place): Iterable<Finding> {
  const slices = settings.at("devicePlugin", "config", "default");
  if ((slices.text ?? "") !== "") yield slices.finding("shares the node's only GPU");
  const strategy = settings.at("mig", "strategy");
  if (strategy.text === "mixed") yield strategy.finding("offers parts of the node's only GPU");
  const profile = settings.at("migManager", "config", "default");
  if (!["", "all-disabled"].includes(profile.text ?? "")) yield profile.finding("cuts the node's only GPU into parts");
}

function* ofNode(all: Place): Iterable<Finding> {
  for (const key of sharingLabels) {
    const label = all.at(key);
    if (label.present && label.text !== "all-disabled") yield label.finding("shares the node's only GPU");
  }
}
