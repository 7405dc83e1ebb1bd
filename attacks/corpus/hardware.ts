import type { RuleAttack } from "../attack";
import { container, pod, set } from "../change";

const node = "Node/genoa-h100-a";
const label = (key: string) => ["metadata", "labels", key];
const limits = (key: string) => container("resources", "limits", key);
const ready = "nvidia.com/cc.ready.state";

/** Hosts and GPUs: what a provider says that it has switched on. */
export const hardware: readonly RuleAttack[] = [
  {
    id: "gpu-debugger-on-host",
    threat: "A technician puts a host's GPUs into devtools mode and reads the model's memory with a debugger.",
    attacker: "providerInsider",
    rule: "node-cc-mode",
    where: "both",
    base: "hosts",
    change: [set(node, label("nvidia.com/cc.mode"), "devtools")],
  },
  {
    id: "cc-mode-by-hearsay",
    threat: "A word that the CC manager does not know leaves the GPUs of a new host in the clear.",
    attacker: "carelessEngineer",
    rule: "node-cc-mode",
    where: "both",
    base: "hosts",
    change: [set(node, label("nvidia.com/cc.mode"), "enabled")],
  },
  {
    id: "host-calls-itself-ready",
    threat: "A host that failed to switch its GPUs is labelled ready by hand, to be paid for confidential pods.",
    attacker: "providerInsider",
    rule: "node-readiness-observed",
    where: "preview",
    base: "hosts",
    change: [set(node, label(ready), "true")],
  },
  {
    id: "host-calls-itself-tdx",
    threat:
      "A host without a TEE is given the label of TDX hosts, and collects pods that will wait there for their keys.",
    attacker: "providerInsider",
    rule: "node-readiness-observed",
    where: "preview",
    base: "hosts",
    change: [set(node, label("intel.feature.node.kubernetes.io/tdx"), "true")],
  },
  {
    id: "cc-manager-sent-away",
    threat: "A label keeps the CC manager off one host, so that nobody switches its GPUs back to confidential mode.",
    attacker: "providerInsider",
    rule: "node-readiness-observed",
    where: "preview",
    base: "hosts",
    change: [set(node, label("nvidia.com/gpu.deploy.cc-manager"), "false")],
  },
  {
    id: "host-driver-in-between",
    threat: "A confidential host is handed to containers, and its own driver sees every tensor that goes to the GPU.",
    attacker: "providerInsider",
    rule: "node-passthrough",
    where: "both",
    base: "hosts",
    change: [set(node, label("nvidia.com/gpu.workload.config"), "container")],
  },
  {
    id: "gpu-shared-by-vgpu",
    threat: "The provider sells slices of a confidential GPU by vGPU, with its own driver holding the memory of both.",
    attacker: "providerInsider",
    rule: "node-passthrough",
    where: "both",
    base: "hosts",
    change: [set(node, label("nvidia.com/gpu.workload.config"), "vm-vgpu")],
  },
  {
    id: "host-mode-of-a-blog-post",
    threat: "A mode out of an old guide sends a host back to plain containers without anybody being told.",
    attacker: "carelessEngineer",
    rule: "node-workload-mode",
    where: "both",
    base: "hosts",
    change: [set(node, label("nvidia.com/gpu.workload.config"), "kata"), set(node, label("nvidia.com/cc.mode"), "off")],
  },
  {
    id: "cc-manager-switched-off",
    threat:
      "With the CC manager off in the operator's own resource, new hosts serve GPUs as they came from the factory.",
    attacker: "carelessEngineer",
    rule: "cc-manager-on",
    where: "both",
    base: "hosts",
    change: [set("ClusterPolicy/cluster-policy", "spec.ccManager.enabled", false)],
  },
  {
    id: "devtools-for-every-host",
    threat: "A default of devtools in the operator's chart opens the GPUs of each host that joins without a label.",
    attacker: "providerInsider",
    rule: "cc-manager-on",
    where: "preview",
    base: "operators",
    change: [set("Release/gpu-operator", "values.ccManager.defaultMode", "devtools")],
  },
  {
    id: "half-a-board",
    threat:
      "A pod takes half of a board's GPUs, so the other half talks to them over NVLink on behalf of somebody else.",
    attacker: "maliciousTenant",
    rule: "gpu-set-complete",
    where: "both",
    base: "eight-gpus",
    change: [
      set("Deployment/llama-70b", limits("nvidia.com/pgpu"), "4"),
      set("Deployment/llama-70b", container("resources", "requests", "nvidia.com/pgpu"), "4"),
    ],
  },
  {
    id: "switch-left-to-host",
    threat: "One of a board's NVSwitches stays with the host, which watches what the GPUs tell each other.",
    attacker: "providerInsider",
    rule: "gpu-set-complete",
    where: "both",
    base: "eight-gpus",
    change: [
      set("Deployment/llama-70b", limits("nvidia.com/nvswitch"), "3"),
      set("Deployment/llama-70b", container("resources", "requests", "nvidia.com/nvswitch"), "3"),
    ],
  },
  {
    id: "hopper-set-on-blackwell",
    threat:
      "A set made for Hopper is moved to Blackwell, whose switches stay outside, and hangs the host until a reboot.",
    attacker: "carelessEngineer",
    rule: "gpu-set-complete",
    where: "both",
    base: "eight-gpus",
    change: [set("Deployment/llama-70b", pod("nodeSelector", "trustfoundry.dev/gpu-model"), "B200")],
  },
];
