import { kubeletConfig } from "../../examples/hosts";
import { kubeletConfigurations } from "../../kubelet";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

const pointer = "/spec/kubeletConfig";
const path = "spec.kubeletConfig";

export const kubeletClosed = resourceRule({
  id: "kubelet-closed",
  title: "Kubelets answer nobody who has not proved who they are",
  pillar: "cluster",
  severity: "high",
  threat:
    "Whoever reaches a host's port 10250 runs commands in its pods and reads their logs, past the API server and all of its policies.",
  remediation:
    "Leave authentication.anonymous.enabled false, authorization.mode Webhook and readOnlyPort 0, or leave them out.",
  source: page(
    "Kubernetes, Kubelet authentication/authorization",
    "https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/",
  ),
  platforms,
  claims: ["cluster-closed"],
  boundary: { by: "agentPolicy", how: "the agent in a confidential guest refuses exec and logs, whoever asks kubelet" },
  looksAt: kubeletConfigurations,
  *check({ settings }) {
    const anonymous = settings.at("authentication", "anonymous", "enabled");
    if ((anonymous.value ?? false) !== false) yield anonymous.finding("lets everybody in");
    const mode = settings.at("authorization", "mode");
    if (mode.present && mode.text !== "Webhook") yield mode.finding("allows everything to whoever is let in");
    const port = settings.at("readOnlyPort");
    if ((port.value ?? 0) !== 0) yield port.finding("shows pods and their variables to whoever asks");
  },
  compliant: [kubeletConfig],
  breakages: [
    {
      mistake: "anonymous requests to kubelet",
      path: `${pointer}/authentication/anonymous/enabled`,
      value: true,
      expect: `${path}.authentication.anonymous.enabled`,
    },
    {
      mistake: "a kubelet that allows everything",
      path: `${pointer}/authorization`,
      value: { mode: "AlwaysAllow" },
      expect: `${path}.authorization.mode`,
    },
    {
      mistake: "kubelet's read-only port",
      path: `${pointer}/readOnlyPort`,
      value: 10255,
      expect: `${path}.readOnlyPort`,
    },
  ],
});
