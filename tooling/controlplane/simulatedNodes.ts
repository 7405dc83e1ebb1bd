import { sha256 } from "../../components/names";
import type { CpuTee } from "../../components/host/hardware";
import { gpuModels } from "../../components/host/hardware";
import type { HostProfile } from "../../components/host/profile";
import { hostTee } from "../../components/host/profile";
import type { KubeObject } from "./api";
import { simulatedLabel } from "./commands";

/** A machine that kwok pretends to be. */
export interface SimulatedNode {
  readonly name: string;
  readonly cpus: number;
  readonly memoryGib: number;
  /** What the machine is made of: the truth that simulated operators find out, never what they conclude from it. */
  readonly hardware: Readonly<Record<HardwareKey, string>>;
}

export const hardwareKeys = [
  "tee",
  "cpu-model",
  "gpu-model",
  "gpus",
  "nvswitches",
  "tee-keys",
  "fault",
  "cpus",
  "memory-gib",
] as const;
export type HardwareKey = (typeof hardwareKeys)[number];

export const hardwarePrefix = "simulated.trustfoundry.dev/";
/** Set anew whenever kwok starts: a node is up when it has answered with this value. */
export const bootAnnotation = `${hardwarePrefix}boot`;
/** Names the node in objects that go when it goes. */
export const simulatedNodeLabel = "trustfoundry.dev/simulated-node";

/** Keys for encrypted memory that a simulated host has: the largest ASID space of Genoa, and TDX's usual 5 key bits. */
const simulatedTeeKeys: Readonly<Record<CpuTee, number>> = { snp: 509, tdx: 31 };

/** The node that a declared GPU host becomes. */
export function gpuNode(host: HostProfile): SimulatedNode {
  const tee = hostTee(host);
  return {
    name: host.name,
    cpus: host.cpus,
    memoryGib: host.memoryGib,
    hardware: {
      tee: tee ?? "none",
      "cpu-model": host.cpu,
      "gpu-model": host.gpu.model,
      gpus: String(host.gpu.count),
      nvswitches: String(gpuModels[host.gpu.model].nvSwitchesInTcb),
      "tee-keys": tee ? String(simulatedTeeKeys[tee]) : "0",
      fault: host.simulatedFault === "ccModeFailed" ? "cc-mode-failed" : "",
      cpus: String(host.cpus),
      "memory-gib": String(host.memoryGib),
    },
  };
}

/** A node without GPU or TEE, as the model owner's own cluster has. */
export function plainNode(name: string, cpus: number, memoryGib: number): SimulatedNode {
  return {
    name,
    cpus,
    memoryGib,
    hardware: {
      tee: "none",
      "cpu-model": "",
      "gpu-model": "",
      gpus: "0",
      nvswitches: "0",
      "tee-keys": "0",
      fault: "",
      cpus: String(cpus),
      "memory-gib": String(memoryGib),
    },
  };
}

/** What a kubelet registers: who it is, and what the machine is made of. Conclusions are the stages' to draw. */
export function nodeObject(node: SimulatedNode, boot: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      labels: {
        [simulatedLabel]: "true",
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
      },
      annotations: {
        ...Object.fromEntries(hardwareKeys.map((key) => [`${hardwarePrefix}${key}`, node.hardware[key]])),
        [bootAnnotation]: boot,
      },
    },
  };
}

/** What a kubelet reports before any operator is there: no GPU, no TEE key. */
export function nodeStatus(node: SimulatedNode, kubernetesVersion: string) {
  const resources = { cpu: String(node.cpus), memory: `${node.memoryGib}Gi`, pods: "110" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: node.name },
    status: {
      capacity: resources,
      allocatable: resources,
      addresses: [
        { type: "Hostname", address: node.name },
        { type: "InternalIP", address: simulatedAddress(node.name) },
      ],
      nodeInfo: {
        architecture: "amd64",
        operatingSystem: "linux",
        osImage: "SIMULATED",
        kernelVersion: "6.17.0-simulated",
        containerRuntimeVersion: "containerd://2.3.0-simulated",
        kubeletVersion: kubernetesVersion,
        kubeProxyVersion: "",
        machineID: sha256(node.name).slice(0, 32),
        systemUUID: sha256(node.name).slice(32),
      },
    },
  };
}

/** A stable address in 198.18.0.0/15, which is set aside for tests and leads nowhere (RFC 2544). */
export function simulatedAddress(name: string): string {
  const bits = Number.parseInt(sha256(name).slice(0, 5), 16) % 2 ** 17;
  return `198.${18 + (bits >> 16)}.${(bits >> 8) & 255}.${bits & 255}`;
}
