import { gpuResource } from "../../components/host/hardware";
import type { Resource } from "../rule";
import { confidentialDeployment } from "./confidentialDeployment";

/** The GPU Operator on nodes that are TEEs themselves: an ordinary, signed driver, and nothing passed through. */
export const nodeGpuOperator: Resource = {
  type: "kubernetes:helm.sh/v3:Release",
  name: "gpu-operator-nodes",
  props: {
    chart: "gpu-operator",
    version: "v26.3.1",
    namespace: "gpu-operator",
    repositoryOpts: { repo: "https://helm.ngc.nvidia.com/nvidia" },
    values: {
      nfd: { enabled: false },
      sandboxWorkloads: { enabled: false },
      ccManager: { enabled: false },
      driver: { enabled: true, usePrecompiled: true, version: "580" },
      migManager: { enabled: false },
      devicePlugin: { enabled: true },
    },
  },
};

/** The same, as the operator's own resource says it. */
export const nodeClusterPolicy: Resource = {
  type: "kubernetes:nvidia.com/v1:ClusterPolicy",
  name: "cluster-policy-nodes",
  props: {
    apiVersion: "nvidia.com/v1",
    kind: "ClusterPolicy",
    metadata: { name: "cluster-policy-nodes" },
    spec: {
      sandboxWorkloads: { enabled: false },
      ccManager: { enabled: false },
      driver: { enabled: true, usePrecompiled: true, version: "580" },
    },
  },
};

/** A node of a cloud, with a label of somebody's. */
export const cloudNode: Resource = {
  type: "kubernetes:core/v1:NodePatch",
  name: "aks-h100-0",
  props: {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "aks-h100-0", labels: { "trustfoundry.dev/tenant": "acme" } },
  },
};

/** A model on a node that is the TEE: no runtime class, no init-data, and the node's GPU. */
export const nodeDeployment: Resource = onNode("llama-on-node", (pod, resources) => {
  delete pod.spec.runtimeClassName;
  resources.limits = { cpu: "16", memory: "48Gi", [gpuResource]: "1" };
});

/** A model as a peer pod: a virtual machine of the cloud beside its node. */
export const peerPodDeployment: Resource = onNode("llama-peer", (pod, resources) => {
  pod.spec.runtimeClassName = "kata-remote";
  resources.limits = { cpu: "16", memory: "48Gi" };
});

/** The runtime class of peer pods, as their chart makes it. */
export const peerPodClass: Resource = {
  type: "kubernetes:node.k8s.io/v1:RuntimeClass",
  name: "kata-remote",
  props: {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name: "kata-remote" },
    handler: "kata-remote",
  },
};

interface Template {
  metadata: { annotations?: Record<string, string> };
  spec: { runtimeClassName?: string; nodeSelector?: object; containers: [{ resources: { limits: object } }] };
}

function onNode(name: string, change: (template: Template, resources: { limits: object }) => void): Resource {
  const copy = structuredClone(confidentialDeployment);
  const { template } = (copy.props as { spec: { template: Template } }).spec;
  if (name !== "llama-peer") delete template.metadata.annotations;
  delete template.spec.nodeSelector;
  change(template, template.spec.containers[0].resources);
  return { ...copy, name };
}

/** Peer pods as Trustfoundry places them. */
export const peerPodsRelease: Resource = {
  type: "kubernetes:helm.sh/v3:Release",
  name: "peer-pods",
  props: {
    chart: "oci://ghcr.io/confidential-containers/cloud-api-adaptor/charts/peerpods",
    version: "0.4.0",
    namespace: "confidential-containers-system",
    values: {
      provider: "azure",
      secrets: { mode: "reference", existingSecretName: "" },
      image: {
        name: "quay.io/confidential-containers/cloud-api-adaptor",
        tag: "61b1aba91df646a663e60ab6b55c6a7dc93cd167",
      },
      providerConfigs: {
        azure: { AZURE_INSTANCE_SIZE: "Standard_DC2as_v5", DISABLECVM: "false", TLS_SKIP_VERIFY: "false" },
      },
      "kata-deploy": { shims: { disableAll: true, remote: { enabled: true } } },
    },
  },
};

/** What the chart makes of them, as somebody may edit it. */
export const adaptorConfigMap: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "peer-pods-cm",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "peer-pods-cm", namespace: "confidential-containers-system" },
    data: { CLOUD_PROVIDER: "azure", DISABLECVM: "false" },
  },
};
