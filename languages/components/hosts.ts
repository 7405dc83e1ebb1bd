import { z } from "zod";
import { KubeletSettings } from "../../components/cluster/kubelet";
import { NodeMode } from "../../components/cluster/nodeMode";
import { tokens } from "../../components/tokens";
import { defaultPullTimeouts } from "../../components/runtime/timeouts";
import { nameSchema } from "../../stacks/config/common";
import { hostSchema, providerSchema } from "../../stacks/config/providers";
import { remoteComponent } from "../remoteComponent";

export const hostsArgument = z.array(hostSchema).min(1).describe("the provider's GPU hosts on bare metal");

const seconds = (of: keyof typeof defaultPullTimeouts, whose: string) =>
  z.int().min(1).default(defaultPullTimeouts[of]).describe(`seconds that ${whose} waits`);

export const timeoutsArgument = z
  .strictObject({
    kubeletSeconds: seconds("kubeletSeconds", "kubelet"),
    shimSeconds: seconds("shimSeconds", "Kata's shim"),
    agentSeconds: seconds("agentSeconds", "the guest's agent, which is measured,"),
  })
  .optional()
  .describe("image pull timeouts, the same for Kata and KubeletSettings; each must outlast the next");

export const kubernetesVersionArgument = providerSchema.shape.kubernetesVersion;

export const nodeMode = remoteComponent({
  token: tokens.nodeMode,
  description:
    "What each GPU host is for, as labels on its Node: GPUs passed through or not, and the confidential mode asked of them.",
  settings: z.strictObject({
    hosts: hostsArgument,
    dedicatedTo: nameSchema.optional().describe("namespace of the tenant whose own the confidential hosts are"),
  }),
  outputs: { hostNames: { type: "texts", description: "Names of the hosts that were labelled." } },
  construct: ({ name, settings: { hosts, dedicatedTo }, opts }) => new NodeMode(name, { hosts, dedicatedTo }, opts),
});

export const kubeletSettings = remoteComponent({
  token: tokens.kubeletSettings,
  description: "The kubelet drop-in that GPU hosts need, in a ConfigMap where the hosts' own management takes it from.",
  settings: z.strictObject({ kubernetesVersion: kubernetesVersionArgument, timeouts: timeoutsArgument }),
  outputs: {
    digest: {
      type: "text",
      description: "SHA-256 of the drop-in, hex: what `sha256sum` of the file on a host must say.",
    },
    configMap: { type: "text", description: "Where the drop-in lies: `<namespace>/<ConfigMap>`." },
    systemNamespace: { type: "text", description: "Where Trustfoundry's other objects of this cluster lie, too." },
  },
  construct: ({ name, settings, opts }) => new KubeletSettings(name, settings, opts),
});
