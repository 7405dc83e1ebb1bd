import type { Meaning } from "./meanings";

const workloads = /^(Pod|Deployment|ReplicaSet|StatefulSet|DaemonSet|Job|CronJob)$/;
const held = "keys stay closed to a guest that is not the released one";

/** A provider's cluster. Nobody trusts it: what is edited there costs availability, or a guard rail against mistakes. */
export const providerMeanings: readonly Meaning[] = [
  {
    kind: /^(MutatingWebhookConfiguration|MutatingAdmissionPolicyBinding|MutatingAdmissionPolicy)$/,
    severity: "high",
    claim: "cluster-closed",
    means: `whoever runs this rewrites confidential pods on their way into the cluster; ${held}`,
  },
  {
    kind: /^ValidatingAdmissionPolicyBinding$/,
    severity: "high",
    claim: "cluster-closed",
    means: "the API server no longer refuses what this rule names, but at most notes it: the next mistake passes",
  },
  {
    kind: /^ValidatingAdmissionPolicy$/,
    severity: "high",
    claim: "cluster-closed",
    means: "the API server judges by another rule, or by none: the next mistake passes",
  },
  {
    kind: /^ConfigMap$/,
    name: /^kubelet-settings$/,
    severity: "medium",
    claim: "host-prepared",
    means: "kubelets are set otherwise: confidential pods may time out while their images are unpacked",
  },
  {
    kind: /^ClusterPolicy$/,
    path: /ccManager/,
    severity: "high",
    claim: "gpu-confidential",
    means: `GPUs leave confidential mode on hosts that do not say otherwise: guests there get no key; ${held}`,
  },
  {
    kind: /^ClusterPolicy$/,
    changes: ["foreign"],
    severity: "high",
    claim: "operators-as-pinned",
    means: "two ClusterPolicies: the operator follows one of them alone, and which is not ours to say",
  },
  {
    kind: /^ClusterPolicy$/,
    severity: "medium",
    claim: "operators-as-pinned",
    means: "the GPU Operator prepares hosts otherwise than was tested: GPUs may not reach confidential pods",
  },
  {
    kind: /^RuntimeClass$/,
    path: /^handler$/,
    severity: "high",
    claim: "host-prepared",
    means: `pods of this class start under another runtime, perhaps in no TEE at all; ${held}`,
  },
  {
    kind: /^RuntimeClass$/,
    path: /^(overhead|scheduling)/,
    severity: "medium",
    claim: "host-prepared",
    means: "pods of this class land on hosts that cannot run them, or outgrow their host's memory",
  },
  {
    kind: /^RuntimeClass$/,
    severity: "medium",
    claim: "host-prepared",
    means: "a class of pods is not as the runtime's chart made it: confidential pods may not start",
  },
  {
    kind: /^Node$/,
    path: /cc\.mode/,
    severity: "high",
    claim: "gpu-confidential",
    means: `the host's GPUs are switched out of the mode that was asked for, under the pods that run there; ${held}`,
  },
  {
    kind: /^Node$/,
    path: /trustfoundry\.dev\/tenant/,
    severity: "high",
    claim: "tenant-accepted",
    means: "the host is no longer one tenant's own: another's pods share it",
  },
  {
    kind: /^Node$/,
    severity: "medium",
    claim: "host-prepared",
    means: "confidential pods are sent to a host that cannot run them, or kept from one that can",
  },
  {
    kind: /^(Role|RoleBinding|ClusterRoleBinding)$/,
    severity: "high",
    claim: "cluster-closed",
    means:
      "somebody has rights that nobody gave: to place pods, to read, or to reach into them as far as the guest allows",
  },
  {
    kind: /^NetworkPolicy$/,
    severity: "high",
    claim: "cluster-closed",
    means: "pods reach, or are reached by, more than was accepted: encrypted traffic of guests, and plain of all else",
  },
  {
    kind: /^Namespace$/,
    path: /pod-security/,
    severity: "high",
    claim: "cluster-closed",
    means: "pods with reach into the host are let into this namespace",
  },
  {
    kind: /^(ResourceQuota|LimitRange)$/,
    severity: "medium",
    claim: "tenant-accepted",
    means: "the tenant may take more of the hosts than was agreed, or less",
  },
  {
    kind: /^Deployment$/,
    path: /image$|annotations|runtimeClassName|command|args|\.env/,
    severity: "high",
    claim: "guest-rules-bound",
    means: `the pods that are made from it are not the released ones; ${held}`,
  },
  {
    kind: /^Deployment$/,
    path: /^spec\.replicas$/,
    severity: "medium",
    claim: "host-prepared",
    means: "more or fewer guests serve the model than was asked for",
  },
  {
    kind: /^DaemonSet$/,
    severity: "high",
    claim: "operators-as-pinned",
    means: "a program with the rights of root on every GPU host is another, or is told otherwise",
  },
  {
    kind: workloads,
    changes: ["foreign"],
    severity: "medium",
    claim: "tenant-accepted",
    means: `somebody's program runs in a namespace of the factory, on its hosts and under its quota; ${held}`,
  },
  {
    kind: workloads,
    severity: "high",
    claim: "guest-rules-bound",
    means: `what runs is not what was applied; ${held}`,
  },
  {
    kind: /^(Service|Ingress)$/,
    severity: "medium",
    claim: "cluster-closed",
    means: "clients are led elsewhere; whoever verifies the answering guest notices",
  },
  {
    kind: /^ConfigMap$/,
    changes: ["changed", "added", "removed", "deleted"],
    severity: "high",
    claim: "tenant-accepted",
    means: "what the provider accepts of its tenant, or how an operator works on the hosts, is another",
  },
  {
    kind: /^ServiceAccount$/,
    severity: "medium",
    claim: "cluster-closed",
    means: "pods have credentials for the API server, or others act under their name",
  },
  {
    kind: /^(ConfigMap|Secret)$/,
    changes: ["foreign"],
    severity: "low",
    claim: "cluster-closed",
    means: "somebody keeps something in a namespace of the factory",
  },
  {
    kind: /^PodDisruptionBudget$/,
    severity: "low",
    claim: "host-prepared",
    means: "maintenance may take all guests of a model at once",
  },
];
