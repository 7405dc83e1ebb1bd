import { z } from "zod";
import { GpuOperator } from "../../components/cluster/gpuOperator";
import { NodeFeatures } from "../../components/cluster/nodeFeatures";
import { NodeMode } from "../../components/cluster/nodeMode";
import { platformSets } from "../../components/platform";
import { Kata } from "../../components/runtime/kata";
import { distributions, distributionWarning } from "../../components/runtime/kataValues";
import { tokens } from "../../components/tokens";
import { checkHosts } from "../../stacks/config/factory";
import { placed, placementOf } from "../placement";
import { remoteComponent } from "../remoteComponent";
import { hostsArgument, timeoutsArgument } from "./hosts";

const release = {
  namespace: { type: "text", description: "Namespace of the operator." },
  status: { type: "text", description: "State of the Helm release: `deployed`." },
} as const;

/** Both operators find hosts by NFD's labels and by what NodeMode asks of each. */
const after = {
  nodeFeatures: {
    token: tokens.nodeFeatures,
    of: NodeFeatures,
    description: "the NodeFeatures of the cluster, which has to be installed first",
  },
  nodeMode: {
    token: tokens.nodeMode,
    of: NodeMode,
    description: "the NodeMode of the cluster, which has to be in place first",
  },
};

export const nodeFeatures = remoteComponent({
  token: tokens.nodeFeatures,
  description:
    "Node Feature Discovery, installed once and by nobody else: Kata and GpuOperator take it as an argument.",
  settings: z.strictObject(placed),
  outputs: release,
  construct: ({ name, settings, opts, surroundings }) =>
    new NodeFeatures(name, { placement: placementOf(settings, surroundings.projectDirectory) }, opts),
});

export const kata = remoteComponent({
  token: tokens.kata,
  description: "Kata Containers on the provider's GPU hosts: shims, guest images and the three NVIDIA runtime classes.",
  settings: z.strictObject({
    ...placed,
    distribution: z.enum(distributions).default("k8s").describe("Kubernetes distribution of the hosts"),
    timeouts: timeoutsArgument,
  }),
  references: after,
  outputs: {
    ...release,
    runtimeClassNames: { type: "texts", description: "RuntimeClasses that the release brings." },
  },
  construct: async ({ name, settings, references, opts, surroundings: { projectDirectory, warn } }) => {
    const placement = placementOf(settings, projectDirectory);
    const { distribution, timeouts } = settings;
    const warnings = [
      ...platformSets[placement.platformSet].warnings,
      distributionWarning(distribution, placement.platformSet),
    ];
    for (const warning of warnings) if (warning) await warn(warning);
    return new Kata(name, { placement, distribution, timeouts, ...references }, opts);
  },
});

export const gpuOperator = remoteComponent({
  token: tokens.gpuOperator,
  description:
    "NVIDIA's GPU Operator in sandbox mode for Kata, with the CC manager that puts GPUs into confidential mode.",
  settings: z
    .strictObject({ ...placed, hosts: hostsArgument })
    .superRefine(({ hosts, platform, simulated }, ctx) => checkHosts(hosts, platform, simulated, ctx)),
  references: after,
  outputs: release,
  construct: ({ name, settings, references, opts, surroundings }) =>
    new GpuOperator(
      name,
      { placement: placementOf(settings, surroundings.projectDirectory), hosts: settings.hosts, ...references },
      opts,
    ),
});
