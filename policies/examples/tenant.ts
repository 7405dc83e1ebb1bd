import { admissionNamespace, parameterData } from "../../components/cluster/acceptanceParameters";
import { limitsEqualRequests, quotaLimits } from "../../components/cluster/tenantRules";
import { tenantNodeLabel, tenantToleration } from "../../components/host/hardware";
import type { Resource } from "../rule";
import { confidentialDeployment } from "./confidentialDeployment";

const tenant = "globex";
const labels = { "trustfoundry.dev/confidential": "true" };

interface DeploymentProps {
  metadata: { name: string; namespace: string };
  spec: {
    template: {
      spec: {
        nodeSelector: Record<string, string>;
        tolerations: object[];
        containers: [
          { image: string; resources: { limits: Record<string, string>; requests?: Record<string, string> } },
        ];
      };
    };
  };
}

/** Digest of the one image that is accepted of the tenant. */
export const acceptedDigest = (
  confidentialDeployment.props as unknown as DeploymentProps
).spec.template.spec.containers[0].image.replace(/^.*@/, "");

/** A tenant's model on hosts of the tenant's own. */
export const tenantDeployment: Resource = ofTenant((props) => {
  const { spec } = props.spec.template;
  spec.nodeSelector[tenantNodeLabel] = tenant;
  spec.tolerations = [tenantToleration(tenant)];
  const [{ resources }] = spec.containers;
  resources.requests = { cpu: "16", memory: "48Gi" };
});

/** What the provider accepts of the tenant, as its API server reads it. */
export const tenantParameters: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "acceptance-globex",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: tenant, namespace: admissionNamespace },
    data: parameterData({
      tenant,
      registries: ["registry.acme.example"],
      images: [acceptedDigest],
      egressRanges: ["203.0.113.0/28", "198.51.100.0/24"],
      dedicatedNodes: true,
      priorityClasses: ["globex-batch"],
    }),
  },
};

export const tenantNamespace: Resource = {
  type: "kubernetes:core/v1:Namespace",
  name: "globex",
  props: {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: tenant, labels: { ...labels, "pod-security.kubernetes.io/enforce": "restricted" } },
  },
};

export const tenantQuota: Resource = {
  type: "kubernetes:core/v1:ResourceQuota",
  name: "globex-quota",
  props: {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "tenant", namespace: tenant, labels },
    spec: { hard: quotaLimits({ gpus: 8, nvSwitches: 0, cpus: 64, memoryGib: 512, pods: 8 }) },
  },
};

export const tenantLimits: Resource = {
  type: "kubernetes:core/v1:LimitRange",
  name: "globex-limits",
  props: {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "tenant", namespace: tenant, labels },
    spec: { limits: [limitsEqualRequests] },
  },
};

/** The ways out of a tenant's namespace: names, and the key broker on 443. */
export const tenantWaysOut: Resource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "globex-ways-out",
  props: {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "ways-out", namespace: tenant, labels },
    spec: {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        { to: [{ ipBlock: { cidr: "203.0.113.0/28" } }], ports: [{ port: 443, protocol: "TCP" }] },
        {
          to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
          ports: [{ port: 53, protocol: "UDP" }],
        },
      ],
    },
  },
};

export const tenantService: Resource = {
  type: "kubernetes:core/v1:Service",
  name: "globex-llama",
  props: {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "llama", namespace: tenant, labels },
    spec: {
      type: "ClusterIP",
      selector: { "app.kubernetes.io/name": "llama" },
      ports: [{ name: "serve", port: 8000, targetPort: 8000 }],
    },
  },
};

/** Who may place releases of the tenant. */
export const tenantDeployer: Resource = {
  type: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  name: "globex-deployer",
  props: {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "deployer", namespace: tenant, labels },
    rules: [
      { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch", "create", "update", "patch"] },
      { apiGroups: [""], resources: ["resourcequotas"], verbs: ["get", "list", "watch"] },
    ],
  },
};

function ofTenant(change: (props: DeploymentProps) => void): Resource {
  const copy = structuredClone(confidentialDeployment);
  const props = copy.props as unknown as DeploymentProps;
  props.metadata.namespace = tenant;
  change(props);
  return { ...copy, name: "globex-llama" };
}
