import type { HostProfile } from "../../../components/host/profile";
import type { SignerPolicy } from "../../../components/workload/release/signers";
import type { TrusteeSecrets } from "../../../components/attestation/trusteeSecrets";

/** One component as a program in any language asks for it: plain data, handed to programs as JSON. */
export interface Wanted {
  readonly token: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Arguments that are other components, by their names. */
  readonly references?: Readonly<Record<string, string>>;
  /** Arguments that are outputs of other components, `<name>.<output>`. */
  readonly from?: Readonly<Record<string, string>>;
  /** Arguments that are marked as secrets. */
  readonly secrets?: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly outputs: readonly string[];
}

export interface Scene {
  readonly hosts: readonly HostProfile[];
  /** Signed document of a SIMULATED release. */
  readonly release: string;
  readonly signers: SignerPolicy;
  readonly caCertificate: string;
  readonly secrets: TrusteeSecrets;
  /** Folder of the stand-in charts, relative to the project. */
  readonly charts: string;
}

export const names = {
  factory: "acme-rehearsal",
  modelOwner: "acme-models",
  registries: ["nvcr.io/nim"],
  keyBrokerCidrs: ["203.0.113.0/28"],
  registryCidrs: ["198.51.100.0/24"],
  quota: { gpus: 16, nvSwitches: 0, cpus: 400, memoryGib: 3000, pods: 16 },
} as const;

/** Every component of the package once: a provider's whole cluster, with the model owner's key broker beside it. */
export function wantedComponents(scene: Scene): Wanted[] {
  const placed = { platform: { charts: { kind: "directory", path: scene.charts } }, simulated: true };
  const after = { nodeFeatures: "node-features", nodeMode: "node-mode" };
  const { factory, modelOwner, keyBrokerCidrs, registryCidrs, registries, quota } = names;
  const trusted = { factory, modelOwner, signers: scene.signers, simulated: true };
  return [
    {
      token: "trustfoundry:cluster:NodeMode",
      name: "node-mode",
      inputs: { hosts: scene.hosts, dedicatedTo: modelOwner },
      outputs: ["hostNames"],
    },
    {
      token: "trustfoundry:cluster:NodeFeatures",
      name: "node-features",
      inputs: placed,
      outputs: ["namespace", "status"],
    },
    {
      token: "trustfoundry:runtime:Kata",
      name: "kata",
      inputs: placed,
      references: after,
      outputs: ["namespace", "runtimeClassNames", "status"],
    },
    {
      token: "trustfoundry:cluster:GpuOperator",
      name: "gpu-operator",
      inputs: { ...placed, hosts: scene.hosts },
      references: after,
      outputs: ["namespace", "status"],
    },
    {
      token: "trustfoundry:cluster:KubeletSettings",
      name: "kubelet-settings",
      inputs: { kubernetesVersion: "1.36" },
      outputs: ["digest", "configMap", "systemNamespace"],
    },
    {
      token: "trustfoundry:cluster:TenantNamespace",
      name: "tenant",
      inputs: {
        namespace: modelOwner,
        deployer: "trustfoundry-deployer",
        keyBrokerCidrs,
        registryCidrs,
        quota,
        kubernetesVersion: "1.36",
      },
      outputs: ["namespaceName"],
    },
    {
      token: "trustfoundry:cluster:TenantAcceptance",
      name: "tenant-acceptance",
      inputs: { tenants: [{ name: modelOwner, keyBrokerCidrs, registryCidrs, registries, images: [] }] },
      outputs: ["tenantNames"],
    },
    {
      token: "trustfoundry:cluster:AdmissionPolicies",
      name: "admission",
      inputs: { party: "owner" },
      dependsOn: ["tenant-acceptance"],
      outputs: ["policyNames"],
    },
    {
      token: "trustfoundry:workload:ConfidentialWorkload",
      name: "llama-8b",
      inputs: {
        release: scene.release,
        ...trusted,
        storageClassName: "trustfoundry-local-block",
        dedicatedTo: modelOwner,
      },
      from: { namespace: "tenant.namespaceName" },
      dependsOn: ["kata", "gpu-operator"],
      outputs: ["serviceName", "workloadName"],
    },
    {
      token: "trustfoundry:attestation:Trustee",
      name: "trustee",
      inputs: {
        ...trusted,
        releases: [{ document: scene.release }],
        attestation: {
          keyBroker: {
            dnsName: "kbs.acme-models.example",
            caCertificate: scene.caCertificate,
            clientCidrs: ["192.0.2.0/24"],
          },
          referenceValueExpiry: "2028-01-01T00:00:00Z",
        },
        secrets: scene.secrets,
      },
      secrets: ["secrets"],
      dependsOn: ["admission"],
      outputs: ["namespaceName", "keyBrokerHost"],
    },
  ];
}
