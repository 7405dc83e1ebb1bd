import type { Resource } from "../rule";

const labels = { "trustfoundry.dev/confidential": "true" };
const look = () => ({ apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] });

/** Who may see that a tenant's pods run, and no more. */
export const observer: Resource = {
  type: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  name: "acme-observer",
  props: {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "observer", namespace: "acme", labels },
    rules: [look()],
  },
};

/** The same for pods of the whole cluster. */
export const clusterObserver: Resource = {
  type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
  name: "observer",
  props: {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "observer" },
    rules: [look()],
  },
};

/** Bound in a tenant's namespace. */
export const observerBinding: Resource = {
  type: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  name: "acme-observer",
  props: {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "observer", namespace: "acme", labels },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "observer" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "helpdesk" }],
  },
};
