import type { RuleAttack } from "../attack";
import { append, container, dependOn, drop, pod, remove, set } from "../change";

const model = "Deployment/llama-8b";
const namespace = "Namespace/acme-models";
const operator = "Release/gpu-operator";

/** The cluster: what a provider and its operators do for a tenant, or fail to. */
export const cluster: readonly RuleAttack[] = [
  {
    id: "weights-on-a-host-path",
    threat: "A model loads its weights from a directory of the host, where the provider reads and replaces them.",
    attacker: "carelessEngineer",
    rule: "no-host-access",
    where: "both",
    base: "tenant",
    change: [append(model, pod("volumes"), { name: "weights", hostPath: { path: "/srv/models" } })],
  },
  {
    id: "traffic-on-the-host-network",
    threat: "On the host's network each prompt passes interfaces that the host captures.",
    attacker: "providerInsider",
    rule: "no-host-access",
    where: "both",
    base: "tenant",
    change: [set(model, pod("hostNetwork"), true)],
  },
  {
    id: "privileged-model",
    threat:
      "A privileged container undoes the guest's own walls, and an exploit in the server owns the guest's kernel.",
    attacker: "brokenApplication",
    rule: "no-host-access",
    where: "preview",
    base: "tenant",
    change: [set(model, container("securityContext", "privileged"), true)],
  },
  {
    id: "cluster-token-in-the-guest",
    threat: "A taken-over model server uses the mounted token to look around in the provider's cluster.",
    attacker: "brokenApplication",
    rule: "no-service-account-token",
    where: "both",
    base: "tenant",
    change: [remove(model, pod("automountServiceAccountToken"))],
  },
  {
    id: "cluster-token-by-hand",
    threat: "A projected volume brings the token back in, past the switch that leaves it out.",
    attacker: "maliciousTenant",
    rule: "no-service-account-token",
    where: "both",
    base: "tenant",
    change: [
      append(model, pod("volumes"), {
        name: "token",
        projected: { sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 3600 } }] },
      }),
    ],
  },
  {
    id: "open-network",
    threat: "The policy that denies all is deleted, and any pod of the cluster queries the model.",
    attacker: "providerInsider",
    rule: "default-deny-network",
    where: "preview",
    base: "tenant",
    change: [drop("NetworkPolicy/deny-all")],
  },
  {
    id: "way-out-left-open",
    threat: "Only the way in is denied, so a broken server carries prompts out wherever it likes.",
    attacker: "brokenApplication",
    rule: "default-deny-network",
    where: "preview",
    base: "tenant",
    change: [set("NetworkPolicy/deny-all", "spec.policyTypes", ["Ingress"])],
  },
  {
    id: "exfiltration-to-anywhere",
    threat: "A tenant opens its own way out to the whole internet and sends what it stole there.",
    attacker: "maliciousTenant",
    rule: "tenant-egress-named",
    where: "both",
    base: "tenant",
    change: [set("NetworkPolicy/allow-key-broker", "spec.egress.0.to.0.ipBlock.cidr".split("."), "0.0.0.0/0")],
  },
  {
    id: "exfiltration-by-half-internets",
    threat: "Two halves of the internet, each a range of its own, look less like everything than they are.",
    attacker: "maliciousTenant",
    rule: "tenant-egress-named",
    where: "both",
    base: "tenant",
    change: [
      set("NetworkPolicy/allow-key-broker", "spec.egress.0.to".split("."), [
        { ipBlock: { cidr: "0.0.0.0/1" } },
        { ipBlock: { cidr: "128.0.0.0/1" } },
      ]),
    ],
  },
  {
    id: "namespace-without-standard",
    threat: "Nothing is enforced in a tenant's namespace, and a privileged pod there takes over the host.",
    attacker: "maliciousTenant",
    rule: "namespace-pod-security",
    where: "both",
    base: "tenant",
    change: [set(namespace, ["metadata", "labels", "pod-security.kubernetes.io/enforce"], "privileged")],
  },
  {
    id: "operator-moves-by-itself",
    threat: "An unpinned chart brings a new operator to all hosts on the night that its registry is broken into.",
    attacker: "supplyChain",
    rule: "charts-pinned",
    where: "preview",
    base: "operators",
    change: [remove(operator, "version")],
  },
  {
    id: "guest-of-a-version-range",
    threat: "A version range installs another guest image, whose measurement no release knows.",
    attacker: "carelessEngineer",
    rule: "charts-pinned",
    where: "preview",
    base: "operators",
    change: [set("Release/kata-deploy", "version", ">=4.0.0")],
  },
  {
    id: "gpus-for-kubevirt",
    threat:
      "The operator's default mode offers GPUs to KubeVirt alone, and somebody runs the model without a TEE to meet a date.",
    attacker: "carelessEngineer",
    rule: "gpu-operator-kata-mode",
    where: "preview",
    base: "operators",
    change: [remove(operator, "values.sandboxWorkloads.mode")],
  },
  {
    id: "sandboxes-switched-off",
    threat: "An edited ClusterPolicy gives all hosts to containers, with a driver of the host's own.",
    attacker: "providerInsider",
    rule: "gpu-operator-kata-mode",
    where: "both",
    base: "hosts",
    change: [set("ClusterPolicy/cluster-policy", "spec.sandboxWorkloads.enabled", false)],
  },
  {
    id: "kata-before-node-features",
    threat:
      "Installed too early, kata-deploy writes no rules for its labels, and no host counts as confidential ever again.",
    attacker: "carelessEngineer",
    rule: "kata-after-node-features",
    where: "preview",
    base: "operators",
    change: [dependOn("Release/kata-deploy")],
  },
  {
    id: "two-node-feature-discoveries",
    threat: "Two copies of Node Feature Discovery overwrite each other's labels, and hosts come and go at random.",
    attacker: "carelessEngineer",
    rule: "kata-after-node-features",
    where: "preview",
    base: "operators",
    change: [remove(operator, "values.nfd")],
  },
];
