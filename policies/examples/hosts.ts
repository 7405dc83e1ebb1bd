import { eightGpuDeployment } from "./confidentialDeployment";
import type { Resource } from "../rule";

/** A drop-in for kubelets of hosts with confidential guests, where configuration management takes it from. */
export const kubeletSettings: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "kubelet-settings",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: "kubelet-settings",
      namespace: "trustfoundry-system",
      annotations: { "trustfoundry.dev/kubernetes-version": "1.33" },
    },
    data: {
      "90-trustfoundry.conf": `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
featureGates:
  KubeletPodResourcesGet: true
  RuntimeClassInImageCriApi: true
runtimeRequestTimeout: 1200s
`,
    },
  },
};

/** The same on OpenShift. */
export const kubeletConfig: Resource = {
  type: "kubernetes:machineconfiguration.openshift.io/v1:KubeletConfig",
  name: "kata-hosts",
  props: {
    apiVersion: "machineconfiguration.openshift.io/v1",
    kind: "KubeletConfig",
    metadata: { name: "kata-hosts" },
    spec: {
      machineConfigPoolSelector: {
        matchLabels: { "pools.operator.machineconfiguration.openshift.io/worker": "" },
      },
      kubeletConfig: {
        authentication: { anonymous: { enabled: false } },
        runtimeRequestTimeout: "20m",
      },
    },
  },
};

/** Kernel arguments of confidential hosts: DMA stays behind the IOMMU, TDX is on. */
export const hostKernel: Resource = {
  type: "kubernetes:machineconfiguration.openshift.io/v1:MachineConfig",
  name: "99-confidential-hosts",
  props: {
    apiVersion: "machineconfiguration.openshift.io/v1",
    kind: "MachineConfig",
    metadata: {
      name: "99-confidential-hosts",
      labels: { "machineconfiguration.openshift.io/role": "worker" },
    },
    spec: {
      kernelArguments: [
        "amd_iommu=on",
        "intel_iommu=on",
        "kvm_intel.tdx=1",
        "nohibernate",
        "modprobe.blacklist=nouveau",
      ],
    },
  },
};

/** The same on Ubuntu, as a file that configuration management puts under /etc/default/grub.d. */
export const grubSettings: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "grub-settings",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "grub-settings", namespace: "trustfoundry-system" },
    data: {
      "grub.cfg": 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT amd_iommu=on modprobe.blacklist=nouveau"\n',
    },
  },
};

/** Profiles of NVIDIA's device plugin, for hosts that run containers: there GPUs may be shared. */
export const devicePluginConfig: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "device-plugin-config",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "device-plugin-config", namespace: "gpu-operator" },
    data: {
      any: "version: v1\nsharing:\n  timeSlicing:\n    resources:\n      - name: nvidia.com/gpu\n        replicas: 4\n",
    },
  },
};

/** A kubelet that waits for guests with eight GPUs. */
export const patientKubelet: Resource = {
  ...kubeletSettings,
  props: {
    ...kubeletSettings.props,
    data: {
      "90-trustfoundry.conf": String(
        (kubeletSettings.props.data as Record<string, string>)["90-trustfoundry.conf"],
      ).replace("1200s", "40m"),
    },
  },
};

/** A guest with all GPUs of a host whose CPUs have TDX. */
export const eightGpuTdxDeployment: Resource = {
  ...eightGpuDeployment,
  props: withRuntimeClass(eightGpuDeployment.props, "kata-qemu-nvidia-gpu-tdx"),
};

function withRuntimeClass(props: Resource["props"], name: string): Resource["props"] {
  const copy = structuredClone(props) as { spec: { template: { spec: Record<string, unknown> } } };
  copy.spec.template.spec.runtimeClassName = name;
  return copy as unknown as Resource["props"];
}

/** OpenShift sandboxed containers, installed in one version until somebody approves another. */
export const kataSubscription: Resource = {
  type: "kubernetes:operators.coreos.com/v1alpha1:Subscription",
  name: "sandboxed-containers-operator",
  props: {
    apiVersion: "operators.coreos.com/v1alpha1",
    kind: "Subscription",
    metadata: { name: "sandboxed-containers-operator", namespace: "openshift-sandboxed-containers-operator" },
    spec: {
      name: "sandboxed-containers-operator",
      channel: "stable",
      source: "redhat-operators",
      sourceNamespace: "openshift-marketplace",
      installPlanApproval: "Manual",
      startingCSV: "sandboxed-containers-operator.v1.13.0",
    },
  },
};

/** What it would install, before a person has said yes. */
export const kataInstallPlan: Resource = {
  type: "kubernetes:operators.coreos.com/v1alpha1:InstallPlan",
  name: "install-kata",
  props: {
    apiVersion: "operators.coreos.com/v1alpha1",
    kind: "InstallPlan",
    metadata: { name: "install-kata", namespace: "openshift-sandboxed-containers-operator" },
    spec: {
      approval: "Manual",
      approved: false,
      clusterServiceVersionNames: ["sandboxed-containers-operator.v1.13.0"],
    },
  },
};

/** Its hosts, in a program that opens the gate first. */
export const orderedKataConfig: Resource = {
  type: "kubernetes:kataconfiguration.openshift.io/v1:KataConfig",
  name: "kata",
  dependsOn: ["urn:pulumi:example::openshift::kubernetes:core/v1:ConfigMap::osc-feature-gates"],
  props: {
    apiVersion: "kataconfiguration.openshift.io/v1",
    kind: "KataConfig",
    metadata: { name: "kata" },
    spec: {
      checkNodeEligibility: false,
      enablePeerPods: false,
      logLevel: "info",
      kataConfigPoolSelector: { matchLabels: { "nvidia.com/gpu.workload.config": "vm-passthrough" } },
    },
  },
};

/** A disconnected cluster's registry. */
export const digestMirrors: Resource = {
  type: "kubernetes:config.openshift.io/v1:ImageDigestMirrorSet",
  name: "mirrors",
  props: {
    apiVersion: "config.openshift.io/v1",
    kind: "ImageDigestMirrorSet",
    metadata: { name: "mirrors" },
    spec: {
      imageDigestMirrors: [
        {
          source: "registry.redhat.io",
          mirrors: ["registry.example.com/redhat"],
          mirrorSourcePolicy: "NeverContactSource",
        },
      ],
    },
  },
};

/** Tells that operator to install guests that are confidential. */
export const confidentialFeatureGate: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "osc-feature-gates",
  urn: "urn:pulumi:example::openshift::kubernetes:core/v1:ConfigMap::osc-feature-gates",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "osc-feature-gates", namespace: "openshift-sandboxed-containers-operator" },
    data: { confidential: "true" },
  },
};

/** A pool of ordinary nodes on AKS. */
export const openAzurePool: Resource = {
  type: "azure-native:containerservice:AgentPool",
  name: "system",
  props: {
    resourceName: "cluster",
    agentPoolName: "system",
    mode: "System",
    vmSize: "Standard_D8s_v5",
    enableNodePublicIP: false,
    nodeLabels: { team: "platform" },
  },
};

/** A pool of ordinary nodes on GKE. */
export const openGooglePool: Resource = {
  type: "gcp:container/nodePool:NodePool",
  name: "system",
  props: {
    cluster: "cluster",
    networkConfig: { enablePrivateNodes: true },
    nodeConfig: { machineType: "n2-standard-8", labels: { team: "platform" } },
  },
};

/** Manifests of one commit. */
export const pinnedManifests: Resource = {
  type: "kubernetes:yaml/v2:ConfigFile",
  name: "manifests",
  props: {
    file: "https://raw.githubusercontent.com/example/manifests/0123456789abcdef0123456789abcdef01234567/all.yaml",
  },
};

/** The same by Kustomize. */
export const pinnedOverlay: Resource = {
  type: "kubernetes:kustomize/v2:Directory",
  name: "overlay",
  props: { directory: "https://github.com/example/overlay/release?ref=0123456789abcdef0123456789abcdef01234567" },
};

/** A drop-in for OpenShift's TDX guests, as a file of the host: quotes come by the kernel. */
export const kataHostFiles: Resource = {
  type: "kubernetes:machineconfiguration.openshift.io/v1:MachineConfig",
  name: "99-kata-tdx",
  props: {
    apiVersion: "machineconfiguration.openshift.io/v1",
    kind: "MachineConfig",
    metadata: { name: "99-kata-tdx", labels: { "machineconfiguration.openshift.io/role": "worker" } },
    spec: {
      config: {
        ignition: { version: "3.4.0" },
        storage: {
          files: [
            {
              path: "/etc/kata-containers/kata-tdx/config.d/96-kata-kernel-config",
              mode: 420,
              contents: { source: "data:,%5Bhypervisor.qemu%5D%0Atdx_quote_generation_service_socket_port%3D0%0A" },
            },
          ],
        },
      },
    },
  },
};
