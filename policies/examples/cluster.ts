import type { Resource } from "../rule";

/** The GPU Operator in Kata mode with confidential computing on by default. */
export const gpuOperator: Resource = {
  type: "kubernetes:helm.sh/v3:Release",
  name: "gpu-operator",
  props: {
    chart: "gpu-operator",
    version: "v26.3.1",
    namespace: "gpu-operator",
    repositoryOpts: { repo: "https://helm.ngc.nvidia.com/nvidia" },
    values: {
      sandboxWorkloads: { enabled: true, mode: "kata", defaultWorkload: "vm-passthrough" },
      ccManager: { defaultMode: "on" },
      nfd: { enabled: false },
    },
  },
};

const required = [
  "daemonsets",
  "dcgm",
  "dcgmExporter",
  "devicePlugin",
  "driver",
  "gfd",
  "nodeStatusExporter",
  "toolkit",
];

/** The operator's own resource, as the chart makes it or as somebody edits it. */
export const clusterPolicy: Resource = {
  type: "kubernetes:nvidia.com/v1:ClusterPolicy",
  name: "cluster-policy",
  props: {
    apiVersion: "nvidia.com/v1",
    kind: "ClusterPolicy",
    metadata: { name: "cluster-policy" },
    spec: {
      sandboxWorkloads: { enabled: true, mode: "kata" },
      ccManager: { enabled: true, defaultMode: "on" },
      vfioManager: { enabled: true },
      kataSandboxDevicePlugin: { enabled: true },
      // What the API asks for besides, of hosts that run containers.
      ...Object.fromEntries(required.map((operand) => [operand, {}])),
      operator: { defaultRuntime: "containerd" },
    },
  },
};

/** What Kata 4.0.0 has to be told, and 4.1.0 does by itself. */
const unpinnedCpus = `[hypervisor.qemu]
enable_numa = false

[runtime]
enable_vcpus_pinning = false
`;

/** kata-deploy with NVIDIA's values, their mistakes corrected. */
export const kataDeploy: Resource = {
  type: "kubernetes:helm.sh/v3:Release",
  name: "kata-deploy",
  props: {
    chart: "oci://ghcr.io/kata-containers/kata-deploy-charts/kata-deploy",
    version: "4.0.0",
    namespace: "kata-system",
    values: {
      debug: false,
      snapshotter: { setup: ["nydus"] },
      defaultShim: { amd64: "qemu-nvidia-gpu" },
      shims: {
        disableAll: true,
        "qemu-nvidia-gpu": {
          enabled: true,
          allowedHypervisorAnnotations: [],
          dropIn: unpinnedCpus,
          containerd: { snapshotter: "" },
          runtimeClass: { nodeSelector: { "nvidia.com/cc.ready.state": "false" } },
        },
        "qemu-nvidia-gpu-snp": {
          enabled: true,
          allowedHypervisorAnnotations: [],
          dropIn: unpinnedCpus,
          containerd: { snapshotter: "nydus", forceGuestPull: false },
          runtimeClass: {
            nodeSelector: {
              "nvidia.com/cc.ready.state": "true",
              "amd.feature.node.kubernetes.io/snp": "true",
            },
          },
        },
        "qemu-nvidia-gpu-tdx": {
          enabled: true,
          allowedHypervisorAnnotations: [],
          dropIn: unpinnedCpus,
          containerd: { snapshotter: "nydus", forceGuestPull: false },
          runtimeClass: {
            nodeSelector: {
              "nvidia.com/cc.ready.state": "true",
              "intel.feature.node.kubernetes.io/tdx": "true",
            },
          },
        },
      },
      "node-feature-discovery": { enabled: false },
    },
  },
};

/** kata-deploy 4.1.0, whose chart brings the rules by which hosts are found to have a TEE. */
export const newestKataDeploy: Resource = {
  ...kataDeploy,
  name: "kata-deploy-newest",
  props: {
    ...kataDeploy.props,
    version: "4.1.0",
    values: { ...(kataDeploy.props.values as object), nodeFeatureRules: { create: true } },
  },
};

/** The same on hosts with RKE2. */
export const rke2KataDeploy: Resource = {
  ...newestKataDeploy,
  name: "kata-deploy-rke2",
  props: {
    ...newestKataDeploy.props,
    values: { ...(newestKataDeploy.props.values as object), k8sDistribution: "rke2" },
  },
};

/** A host with its GPUs in confidential mode, labelled as an administrator labels it. */
export const confidentialNode: Resource = {
  type: "kubernetes:core/v1:NodePatch",
  name: "host-1",
  props: {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: "host-1",
      labels: { "nvidia.com/gpu.workload.config": "vm-passthrough", "nvidia.com/cc.mode": "on" },
    },
  },
};

/** A host that nobody has given a mode: it gets the one that the CC manager turns on by default. */
export const hostWithoutMode: Resource = {
  type: "kubernetes:core/v1:NodePatch",
  name: "host-2",
  props: {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "host-2", labels: { "nvidia.com/gpu.workload.config": "vm-passthrough" } },
  },
};

/** A runtime class as kata-deploy creates it. */
export const confidentialRuntimeClass: Resource = {
  type: "kubernetes:node.k8s.io/v1:RuntimeClass",
  name: "kata-qemu-nvidia-gpu-snp",
  props: {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name: "kata-qemu-nvidia-gpu-snp" },
    handler: "kata-qemu-nvidia-gpu-snp",
    overhead: { podFixed: { memory: "10240Mi", cpu: "1" } },
    scheduling: {
      nodeSelector: {
        "katacontainers.io/kata-runtime": "true",
        "nvidia.com/cc.ready.state": "true",
        "amd.feature.node.kubernetes.io/snp": "true",
      },
    },
  },
};

/** A tenant's namespace. */
export const confidentialNamespace: Resource = {
  type: "kubernetes:core/v1:Namespace",
  name: "acme",
  props: {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: "acme",
      labels: { "trustfoundry.dev/confidential": "true", "pod-security.kubernetes.io/enforce": "baseline" },
    },
  },
};

/** Node Feature Discovery, installed once and before everything that brings rules for it. */
export const nodeFeatureDiscovery: Resource = {
  type: "kubernetes:helm.sh/v3:Release",
  name: "node-feature-discovery",
  urn: "urn:pulumi:example::trustfoundry::kubernetes:helm.sh/v3:Release::node-feature-discovery",
  props: {
    chart: "node-feature-discovery",
    version: "0.18.3",
    namespace: "node-feature-discovery",
    repositoryOpts: { repo: "https://kubernetes-sigs.github.io/node-feature-discovery/charts" },
  },
};

/** kata-deploy, told to wait for it. */
export const orderedKataDeploy: Resource = { ...kataDeploy, dependsOn: [nodeFeatureDiscovery.urn ?? ""] };

/** A Secret of a tenant: opened inside the guest alone. */
export const sealedSecret: Resource = {
  type: "kubernetes:core/v1:Secret",
  name: "llama-sealed",
  props: {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "llama-sealed", namespace: "acme", labels: { "trustfoundry.dev/confidential": "true" } },
    stringData: { NGC_API_KEY: "sealed.eyJiNjQiOnRydWV9.eyJ0eXBlIjoidmF1bHQifQ.c2lnbmF0dXJl" },
  },
};

/** What a tenant's namespace starts from: nothing in, nothing out. */
export const defaultDeny: Resource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "acme-default-deny",
  props: {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "default-deny", namespace: "acme", labels: { "trustfoundry.dev/confidential": "true" } },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  },
};

/** What a tenant's pods may reach: the key broker. */
export const tenantEgress: Resource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "acme-allow-key-broker",
  props: {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "allow-key-broker", namespace: "acme", labels: { "trustfoundry.dev/confidential": "true" } },
    spec: {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "203.0.113.0/28" } }], ports: [{ port: 443, protocol: "TCP" }] }],
    },
  },
};

/** An HGX Hopper host: all GPUs and NVSwitches go to one guest. */
export const protectedPcieNode: Resource = {
  type: "kubernetes:core/v1:NodePatch",
  name: "host-8",
  props: {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: "host-8",
      labels: { "nvidia.com/gpu.workload.config": "vm-passthrough", "nvidia.com/cc.mode": "ppcie" },
    },
  },
};

/** The GPU Operator where such hosts are: it binds their NVSwitches, too. */
export const switchBindingGpuOperator: Resource = {
  ...gpuOperator,
  props: {
    ...gpuOperator.props,
    values: {
      ...(gpuOperator.props.values as object),
      vfioManager: { env: [{ name: "BIND_NVSWITCHES", value: "true" }] },
    },
  },
};

/** kata-deploy whose TDX shim waits for guests with eight GPUs. */
export const patientKataDeploy: Resource = withTdxDropIn(`${unpinnedCpus}create_container_timeout = 2400
`);

function withTdxDropIn(dropIn: string): Resource {
  const props = structuredClone(kataDeploy.props) as { values: { shims: Record<string, object> } };
  const { shims } = props.values;
  shims["qemu-nvidia-gpu-tdx"] = { ...shims["qemu-nvidia-gpu-tdx"], dropIn };
  return { ...kataDeploy, props };
}

/** What a tenant's deployer may do: place releases. */
export const tenantRole: Resource = {
  type: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  name: "acme-deployer-role",
  props: {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "deployer", namespace: "acme", labels: { "trustfoundry.dev/confidential": "true" } },
    rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch", "create", "update"] }],
  },
};

/** Who the deployer is. */
export const tenantBinding: Resource = {
  type: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  name: "acme-deployer",
  props: {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "deployer", namespace: "acme", labels: { "trustfoundry.dev/confidential": "true" } },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "deployer" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "acme-ci" }],
  },
};
