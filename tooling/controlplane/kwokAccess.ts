import type { KubeObject } from "./api";
import { kwokUser } from "./material";

/** Roles with this label are added to kwok's: a chart whose stages touch other kinds brings its own. */
export const aggregateLabel = "trustfoundry.dev/aggregate-to-kwok";

const rbac = "rbac.authorization.k8s.io";
const read = ["get", "list", "watch"];

/** What kwok may do: play kubelet and volume provisioner, and what charts add for their stages. */
export function kwokAccess(): (KubeObject & Record<string, unknown>)[] {
  const role = (name: string, body: Record<string, unknown>) => ({
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: { name },
    ...body,
  });
  const binding = (name: string) => ({
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
    subjects: [{ apiGroup: rbac, kind: "User", name: kwokUser }],
  });
  return [
    role("trustfoundry:kwok", {
      rules: [
        { apiGroups: [""], resources: ["nodes"], verbs: [...read, "patch"] },
        { apiGroups: [""], resources: ["nodes/status", "pods/status"], verbs: ["patch"] },
        { apiGroups: [""], resources: ["pods"], verbs: [...read, "patch", "delete"] },
        { apiGroups: [""], resources: ["persistentvolumes"], verbs: [...read, "patch"] },
        { apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "update"] },
        { apiGroups: ["kwok.x-k8s.io"], resources: ["stages"], verbs: read },
      ],
    }),
    role("trustfoundry:kwok-charts", {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregateLabel]: "true" } }] },
    }),
    binding("trustfoundry:kwok"),
    binding("trustfoundry:kwok-charts"),
  ];
}
