import type { Meaning } from "./meanings";

const workloads = /^(Pod|Deployment|ReplicaSet|StatefulSet|DaemonSet|Job|CronJob)$/;

/** The model owner's cluster: the key broker, what it compares with, and whoever could reach into it. */
export const ownerMeanings: readonly Meaning[] = [
  {
    kind: workloads,
    changes: ["foreign"],
    severity: "critical",
    claim: "key-broker-closed",
    means: "a program that nobody released runs beside the key broker and can mount its keys and its signer",
  },
  {
    kind: /^Pod$/,
    changes: ["stale"],
    severity: "high",
    claim: "key-broker-closed",
    means: "this pod is older than files that it mounts: it may have read others, and goes on deciding by them",
  },
  {
    kind: /^Pod$/,
    severity: "critical",
    claim: "key-broker-closed",
    means: "a running pod of the key broker is not what its Deployment says: another program decides who gets keys",
  },
  {
    kind: /^ConfigMap$/,
    name: /^resource-policy/,
    severity: "critical",
    claim: "keys-for-release-only",
    means: "the policy that says which guest gets which key is another: keys may go to guests that nobody released",
  },
  {
    kind: /^ConfigMap$/,
    name: /^reference-values/,
    severity: "critical",
    claim: "guest-booted-as-released",
    means: "evidence is compared with other values: a guest that nobody released may count as the released one",
  },
  {
    kind: /^ConfigMap$/,
    name: /^attestation-policies/,
    severity: "critical",
    claim: "cpu-genuine",
    means: "evidence is judged by another policy: what is no TEE, or one open to debuggers, may be affirmed",
  },
  {
    kind: /^(ConfigMap|Secret)$/,
    name: /^(kbs|as|rvps)-configuration/,
    severity: "critical",
    claim: "key-broker-closed",
    means:
      "a service of the key broker is configured otherwise: its admin API, its stores or its token signer may be open",
  },
  {
    kind: /^Secret$/,
    name: /^signer/,
    changes: ["changed", "added", "removed", "deleted"],
    severity: "critical",
    claim: "key-broker-closed",
    means: "tokens are signed by another key: whoever has it makes tokens that open every key",
  },
  {
    kind: /^Secret$/,
    name: /^tls/,
    changes: ["changed", "added", "removed", "deleted"],
    severity: "critical",
    claim: "key-broker-reachable-by-guests",
    means: "the key broker answers by another certificate: guests turn away from it, or somebody holds its key",
  },
  {
    kind: /^(Secret|ExternalSecret|SecretStore)$/,
    changes: ["changed", "added", "removed", "deleted"],
    severity: "critical",
    claim: "keys-never-in-clear",
    means: "a secret of the key broker holds another value: guests get wrong keys, or keys that somebody else knows",
  },
  {
    kind: /^Deployment$/,
    path: /image$|command|args|\.env/,
    severity: "critical",
    claim: "key-broker-closed",
    means: "another program, or the same told otherwise, decides who gets keys",
  },
  {
    kind: /^Deployment$/,
    path: /volumes|volumeMounts|containers\[[^\]]*\]$|serviceAccountName|^spec\.selector/,
    severity: "critical",
    claim: "key-broker-closed",
    means: "the key broker's pods read other files or have company: policies, values or keys may be somebody else's",
  },
  {
    kind: /^Deployment$/,
    path: /^spec\.replicas$/,
    severity: "medium",
    claim: "key-broker-reachable-by-guests",
    means: "another number of replicas answers: guests that start may find nobody",
  },
  {
    kind: /^Deployment$/,
    severity: "high",
    claim: "key-broker-closed",
    means: "the key broker's pods run otherwise than they were judged: a bound on them may be gone",
  },
  {
    kind: /^(Role|RoleBinding|ClusterRoleBinding)$/,
    severity: "critical",
    claim: "key-broker-closed",
    means:
      "somebody has rights in the key broker's namespace: whoever reads its Secrets or changes its pods has the keys",
  },
  {
    kind: /^(MutatingWebhookConfiguration|MutatingAdmissionPolicyBinding|MutatingAdmissionPolicy)$/,
    severity: "critical",
    claim: "key-broker-closed",
    means: "whoever runs this rewrites every pod and policy of the key broker on its way into the cluster",
  },
  {
    kind: /^ValidatingAdmissionPolicy/,
    severity: "high",
    claim: "key-broker-closed",
    means: "the API server no longer refuses what this rule names: the next mistake in the key broker's cluster passes",
  },
  {
    kind: /^NetworkPolicy$/,
    severity: "high",
    claim: "key-broker-reachable-by-guests",
    means: "other networks reach the key broker's services, or the attestation service, which trusts its callers",
  },
  {
    kind: /^(Service|Ingress)$/,
    severity: "high",
    claim: "key-broker-reachable-by-guests",
    means: "the key broker is reached by another way: exposed to others, or somebody else answers in its place",
  },
  {
    kind: /^Namespace$/,
    path: /pod-security/,
    severity: "high",
    claim: "key-broker-closed",
    means: "pods of any kind are let into the key broker's namespace",
  },
  {
    kind: /^ServiceAccount$/,
    severity: "medium",
    claim: "key-broker-closed",
    means: "the key broker's pods have credentials for the API server, or others act under their name",
  },
  {
    kind: /^(ConfigMap|Secret)$/,
    changes: ["foreign"],
    severity: "low",
    claim: "key-broker-closed",
    means: "somebody keeps something beside the key broker's files; no pod of ours mounts it",
  },
  {
    kind: /^PodDisruptionBudget$/,
    severity: "low",
    claim: "key-broker-reachable-by-guests",
    means: "maintenance may take all replicas at once: guests that start meanwhile find nobody",
  },
];
