import type { Resource } from "../rule";

/** What lets a tenant's pods run as the user that their release names, under OpenShift. */
export const tenantConstraintBinding: Resource = {
  type: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  name: "tenant-non-root",
  props: {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "non-root", namespace: "acme", labels: { "trustfoundry.dev/confidential": "true" } },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:openshift:scc:nonroot-v2" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:serviceaccounts:acme" }],
  },
};

/** A constraint for a driver of hosts, whose account is no tenant's. */
export const driverConstraint: Resource = {
  type: "kubernetes:security.openshift.io/v1:SecurityContextConstraints",
  name: "host-driver",
  props: {
    apiVersion: "security.openshift.io/v1",
    kind: "SecurityContextConstraints",
    metadata: { name: "host-driver" },
    allowPrivilegedContainer: true,
    users: ["system:serviceaccount:nvidia-gpu-operator:nvidia-driver"],
  },
};

/** RuntimeClass of confidential guests with GPUs, as OpenShift's operator makes it on SEV-SNP hosts. */
export const openshiftRuntimeClass: Resource = {
  type: "kubernetes:node.k8s.io/v1:RuntimeClass",
  name: "kata-cc-nvidia-gpu",
  props: {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name: "kata-cc-nvidia-gpu" },
    handler: "kata-snp-nvidia-gpu",
    overhead: { podFixed: { cpu: "250m", memory: "350Mi", "sev-snp.amd.com/esids": "1" } },
    scheduling: {
      nodeSelector: {
        "nvidia.com/cc.mode.state": "on",
        "nvidia.com/cc.ready.state": "true",
        "amd.feature.node.kubernetes.io/snp": "true",
      },
    },
  },
};
