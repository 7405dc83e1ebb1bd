import type { RuleAttack } from "../attack";
import { add, drop, pod, remove, set } from "../change";

const operator = "Release/gpu-operator";
const peerPods = "Release/peer-pods";
const guest = "Deployment/mistral";
const peer = "Deployment/embedder";
const annotation = (key: string) => [
  "spec",
  "template",
  "metadata",
  "annotations",
  `io.katacontainers.config.hypervisor.${key}`,
];

/** Nodes of a cloud that are TEEs themselves, and peer pods beside them. */
export const nodes: readonly RuleAttack[] = [
  {
    id: "nodes-that-are-none",
    threat:
      "The confidential pool is taken out to save money, and its cluster of ordinary machines still calls itself a TEE.",
    attacker: "providerInsider",
    rule: "node-unit-on-clouds",
    where: "preview",
    base: "nodes",
    change: [drop("AgentPool/confidential-pool")],
  },
  {
    id: "nodes-as-a-cover",
    threat:
      "The isolation unit is set to node in a stack on bare metal, so that nobody asks how the guests of its pods are started.",
    attacker: "providerInsider",
    rule: "no-guests-on-nodes",
    where: "preview",
    base: "nodes",
    change: [set(guest, pod("runtimeClassName"), "kata-qemu-nvidia-gpu-tdx")],
  },
  {
    id: "nodes-labelled-for-guests",
    threat: "A node is labelled for passthrough, and the model's driver disappears from it in the middle of a request.",
    attacker: "carelessEngineer",
    rule: "no-guests-on-nodes",
    where: "preview",
    base: "nodes",
    change: [
      add({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: "aks-h100-0", labels: { "nvidia.com/gpu.workload.config": "vm-passthrough" } },
      }),
    ],
  },
  {
    id: "nodes-driver-built-there",
    threat:
      "Somebody's compiler on the node builds a kernel module that no certificate of the node's Secure Boot knows.",
    attacker: "supplyChain",
    rule: "node-gpu-operator",
    where: "preview",
    base: "nodes",
    change: [remove(operator, "values.driver.usePrecompiled")],
  },
  {
    id: "nodes-gpu-mode-by-hand",
    threat: "A CC manager on the cloud's node switches the GPU to its debugging mode at a label's word.",
    attacker: "providerInsider",
    rule: "node-gpu-operator",
    where: "preview",
    base: "nodes",
    change: [set(operator, "values.ccManager", { enabled: true })],
  },
  {
    id: "nodes-gpu-for-four",
    threat: "Four tenants' pods are given the node's one GPU by turns, since that looks cheaper on the invoice.",
    attacker: "maliciousTenant",
    rule: "node-gpu-whole",
    where: "preview",
    base: "nodes",
    change: [set(operator, "values.devicePlugin", { config: { name: "slices", default: "any" } })],
  },
  {
    id: "nodes-gpu-slices-later",
    threat:
      "The plugin's ConfigMap is edited when nobody looks, and the scheduler counts one confidential GPU as four.",
    attacker: "providerInsider",
    rule: "node-gpu-whole",
    where: "preview",
    base: "nodes",
    change: [
      add({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "slices", namespace: "gpu-operator" },
        data: {
          any: "version: v1\nsharing:\n  mps:\n    resources:\n      - name: nvidia.com/gpu\n        replicas: 4\n",
        },
      }),
    ],
  },
  {
    id: "nodes-gpu-of-another",
    threat:
      "The tenant's deployer asks for no GPU, names the operator's own runtime class, and reads along on the GPU of the pod beside.",
    attacker: "maliciousTenant",
    rule: "node-gpu-requested",
    where: "preview",
    base: "nodes",
    change: [set(guest, pod("runtimeClassName"), "nvidia")],
  },
  {
    id: "nodes-as-a-cover-by-name",
    threat: "On bare metal under the word node, Kata's guests run under the runtime class that peer pods would have.",
    attacker: "providerInsider",
    rule: "no-guests-on-nodes",
    where: "preview",
    base: "nodes",
    change: [
      add({
        apiVersion: "node.k8s.io/v1",
        kind: "RuntimeClass",
        metadata: { name: "kata-remote" },
        handler: "kata-qemu-nvidia-gpu",
      }),
    ],
  },
  {
    id: "peer-pods-outside-a-tee",
    threat:
      "Confidential sizes are sold out this week, and every new peer pod is a machine whose memory the cloud can read.",
    attacker: "carelessEngineer",
    rule: "peer-pods-confidential",
    where: "preview",
    base: "nodes",
    change: [set(peerPods, "values.providerConfigs.azure.DISABLECVM", "true")],
  },
  {
    id: "peer-pods-answered-by-another",
    threat:
      "Somebody in the pods' network answers as the peer pod's agent, since nobody looks at its certificate any more.",
    attacker: "networkAttacker",
    rule: "peer-pods-confidential",
    where: "preview",
    base: "nodes",
    change: [set(peerPods, "values.providerConfigs.azure.TLS_SKIP_VERIFY", "true")],
  },
  {
    id: "peer-pods-credentials-in-history",
    threat: "Whoever may list releases reads the service principal that makes machines, and makes some of his own.",
    attacker: "maliciousTenant",
    rule: "peer-pods-credentials",
    where: "preview",
    base: "nodes",
    change: [set(peerPods, "values.secrets", { mode: "create" })],
  },
  {
    id: "peer-pods-adaptor-moves",
    threat: "The adaptor's tag moves, and a program with the cloud's credentials is whatever was pushed last night.",
    attacker: "supplyChain",
    rule: "operator-images-pinned",
    where: "preview",
    base: "nodes",
    change: [set(peerPods, "values.image.tag", "latest")],
  },
  {
    id: "peer-pod-without-rules",
    threat:
      "The pod's machine is given no rules of its owner's, and the provider opens a shell in it as in any container.",
    attacker: "providerInsider",
    rule: "peer-pod-init-data",
    where: "preview",
    base: "nodes",
    change: [remove(peer, "spec.template.metadata.annotations")],
  },
  {
    id: "peer-pod-with-another-image",
    threat: "The tenant's deployer starts the guest from an image of his own, which knows the way to the weights.",
    attacker: "maliciousTenant",
    rule: "peer-pod-annotations",
    where: "preview",
    base: "nodes",
    change: [set(peer, annotation("image"), "/subscriptions/x/images/mine")],
  },
];
