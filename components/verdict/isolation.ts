import type { Fact, Grade } from "../host/fact";

/*
 * What a TEE isolates where, and from whom: the one source of docs/clouds.md, of reports and of verdicts.
 */

/** Where a model can run. On the clouds the unit is a whole machine; a pod is one on bare metal, and with peer pods. */
export const places = ["pod", "azureNode", "gcpNode", "gcpSpace", "peerPod", "anjunaPod"] as const;
export type Place = (typeof places)[number];

/** Whoever would read weights and prompts, or change what computes on them. */
export const adversaries = {
  hostOs: "whoever commands the physical host's operating system",
  hypervisor: "the hypervisor, and the devices that it offers",
  cloudOperator: "whoever runs the cloud, its control planes and its firmware",
  clusterAdmin: "whoever administers the Kubernetes cluster",
  nodeAdmin: "whoever can log in to the Kubernetes node, or to the machine",
  otherPods: "other pods on the same node",
  network: "whoever reads and changes what the network carries",
} as const;
export type Adversary = keyof typeof adversaries;

export interface Defence {
  /** `partly`: stopped from one side, let in from another. `absent`: there is no such party here. */
  readonly stopped: "yes" | "partly" | "no" | "absent";
  /** By what, or why not. */
  readonly how: string;
}

export interface IsolationUnit {
  readonly title: string;
  /** What one TEE holds; pods and nodes are never called by each other's name. */
  readonly unit: "pod" | "node" | "machine";
  /** `experimental`: no vendor has validated it with a GPU. */
  readonly stage: "supported" | "experimental";
  /** Everything that can read the weights. */
  readonly inside: readonly string[];
  readonly against: Readonly<Record<Adversary, Defence>>;
  /** What somebody who comes from pods on bare metal does without. */
  readonly givesUp: readonly string[];
  readonly facts: readonly Fact[];
}

const read = (source: string, grade: Grade, asOf = "2026-11-24"): Fact => ({ asOf, source, grade });

const referenceArchitecture = read(
  "NVIDIA cloud-native-docs, confidential-containers: overview and supported platforms (1.1.0)",
  "docs",
  "2026-08-31",
);
const nccSeries = read("Microsoft Learn, NCCads_H100_v5 size series: nested virtualization is not supported", "docs");
const aksConfidentialVms = read("Microsoft Learn, AKS use-cvm (2026-06-24)", "docs");
const paravisor = read("Azure/az-cgpu-onboarding, FAQ: attestation goes through the vTPM of a paravisor", "repository");
const gkeNodes = read(
  "Google Cloud, Confidential GKE Nodes (2026-04-10): the control plane's security does not change",
  "docs",
);
const spaceDocs = read("Google Cloud, Confidential Space: overview, images, token claims", "docs");
const peerPodsAzure = read("confidential-containers/cloud-api-adaptor, azure/provider.go (2026-08)", "repository");
const peerPodsGcp = read("confidential-containers/cloud-api-adaptor, gcp/provider.go (2026-08)", "repository");
const anjunaPods = read("docs.anjuna.io, k8s-sev v1.5: launching a pod", "docs", "2026-11-26");
const noNesting = read("a TEE does not nest in a confidential machine of Google's", "general");

const yes = (how: string): Defence => ({ stopped: "yes", how });
const partly = (how: string): Defence => ({ stopped: "partly", how });
const no = (how: string): Defence => ({ stopped: "no", how });

const encryptedMemory = yes("the processor encrypts memory, and the GPU what crosses the bus");
const networkByTls = yes("TLS ends inside the boundary; who talks to whom stays visible");

/** What both clouds' nodes have in common. */
const nodeAgainst = {
  hostOs: encryptedMemory,
  hypervisor: encryptedMemory,
  clusterAdmin: no("kubelet obeys the API server: exec, debug containers and privileged pods reach every process"),
  nodeAdmin: no("root of the node reads every pod's memory and holds the GPU"),
  otherPods: no("containers share the node's kernel; one way out of a container is a way in everywhere"),
  network: networkByTls,
} as const;

const nodeGivesUp = [
  "the cluster's administrators stay outside: here they, kubelet and every pod of the node are inside the boundary",
  "the image is measured: here evidence is about the node, and whatever the cluster starts on it looks the same",
  "policies of the guest's agent and init-data, which bind to the evidence what a pod may do",
  "a launch measurement that is computed from published parts: here it is the cloud's firmware, compared with what was seen before",
  "several GPUs in one TEE: a node has exactly one",
];

export const isolationUnits: Readonly<Record<Place, IsolationUnit>> = {
  pod: {
    title: "Pod on bare metal (Kata)",
    unit: "pod",
    stage: "supported",
    inside: ["the pod's containers", "kernel and agent of its guest", "its GPUs"],
    against: {
      hostOs: encryptedMemory,
      hypervisor: encryptedMemory,
      cloudOperator: yes("whoever runs host and cluster is outside; keys come from the model owner's own broker"),
      clusterAdmin: yes(
        "the guest's agent refuses exec, other images and other mounts by a policy that evidence binds",
      ),
      nodeAdmin: yes("root of the host is outside the guest, as is kubelet"),
      otherPods: yes("each pod is a virtual machine with a key of its own"),
      network: networkByTls,
    },
    givesUp: [],
    facts: [referenceArchitecture],
  },
  azureNode: {
    title: "Node on Azure (AKS, or a machine outside of a cluster)",
    unit: "node",
    stage: "supported",
    inside: [
      "every pod of the node",
      "kubelet, container runtime, kernel and whatever the image of the node brings",
      "the cluster's control plane and its administrators, as far as kubelet obeys them",
      "Azure's firmware and paravisor",
      "the GPU",
    ],
    against: {
      ...nodeAgainst,
      cloudOperator: partly(
        "memory is encrypted, yet Azure runs AKS's control plane, brings the node's image, firmware and paravisor, and with key authority cloud the attestation and the vault",
      ),
    },
    givesUp: nodeGivesUp,
    facts: [nccSeries, aksConfidentialVms, paravisor],
  },
  gcpNode: {
    title: "Node on Google Cloud (GKE, or a machine outside of a cluster)",
    unit: "node",
    stage: "supported",
    inside: [
      "every pod of the node",
      "kubelet, container runtime, kernel and whatever the image of the node brings",
      "the cluster's control plane and its administrators, as far as kubelet obeys them",
      "Google's firmware",
      "the GPU",
    ],
    against: {
      ...nodeAgainst,
      cloudOperator: partly(
        "memory is encrypted, yet Google runs GKE's control plane and brings the node's image and firmware",
      ),
    },
    givesUp: nodeGivesUp,
    facts: [gkeNodes, noNesting],
  },
  gcpSpace: {
    title: "Confidential Space machine on Google Cloud",
    unit: "machine",
    stage: "supported",
    inside: ["one container, named by its digest", "Google's Confidential Space image and firmware", "the GPU"],
    against: {
      hostOs: encryptedMemory,
      hypervisor: encryptedMemory,
      cloudOperator: partly(
        "memory is encrypted, yet Google builds the image, signs the token and runs the key service: its word is what opens the key",
      ),
      clusterAdmin: { stopped: "absent", how: "there is no cluster" },
      nodeAdmin: yes(
        "the production image has no login; commands and variables of the container change only where the image's own labels allow it",
      ),
      otherPods: { stopped: "absent", how: "one machine has one container" },
      network: networkByTls,
    },
    givesUp: [
      "Kubernetes: no pods, services or rolling updates",
      "an attestation that somebody other than the cloud's operator verifies",
      "a choice of the guest: image, kernel and GPU driver are Google's, and change monthly",
      "several GPUs in one TEE: a machine has exactly one",
    ],
    facts: [spaceDocs],
  },
  peerPod: {
    title: "Peer pod (a confidential machine of a cloud for each pod)",
    unit: "pod",
    stage: "experimental",
    inside: [
      "the pod's containers",
      "kernel and agent of the machine's image",
      "the cloud's firmware",
      "the GPU, if any",
    ],
    against: {
      hostOs: encryptedMemory,
      hypervisor: encryptedMemory,
      cloudOperator: partly("memory is encrypted, yet firmware, and on Azure the paravisor, are the cloud's"),
      clusterAdmin: partly(
        "kubelet is outside and the guest's agent has a policy, yet the credentials that make machines lie in the cluster",
      ),
      nodeAdmin: yes("the worker node is an ordinary machine and outside of the pod's"),
      otherPods: yes("each pod is a machine of its own"),
      network: networkByTls,
    },
    givesUp: [
      "a path with a GPU that any vendor has validated: the machine's image with a signed NVIDIA driver is one's own to build",
      "confidential H100 on Google Cloud: the adaptor asks for no Spot or Flex-start capacity",
      "credentials of the cloud stay out of the cluster: the adaptor needs some that make and delete machines",
      "several GPUs in one TEE: a machine has exactly one",
    ],
    facts: [peerPodsAzure, peerPodsGcp],
  },
  anjunaPod: {
    title: "Anjuna's confidential pod (a machine of its own beside its node)",
    unit: "pod",
    stage: "experimental",
    inside: [
      "the pod's containers",
      "kernel and agents of Anjuna's image of the machine",
      "the firmware of whoever runs the machine",
    ],
    against: {
      hostOs: encryptedMemory,
      hypervisor: encryptedMemory,
      cloudOperator: partly(
        "memory is encrypted, yet firmware is the operator's, and on Azure the Policy Manager's master key is released on Microsoft's word",
      ),
      clusterAdmin: partly(
        "kubelet is outside of the machine; what its agents refuse the cluster is Anjuna's policy, which nothing here reads",
      ),
      nodeAdmin: yes("the node is an ordinary machine and outside of the pod's"),
      otherPods: yes("each pod is a machine of its own"),
      network: networkByTls,
    },
    givesUp: [
      "releases: no image, shape, init-data or agent policy that the model owner signed is bound to the evidence",
      "a launch measurement computed from published parts: what is measured is Anjuna's to say",
      "Trustee: it is sent no evidence by such pods, and gives them no keys",
      "confidential GPUs: none is documented in public for such pods",
    ],
    facts: [anjunaPods],
  },
};
