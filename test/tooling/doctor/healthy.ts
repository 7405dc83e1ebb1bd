import { createHash } from "node:crypto";
import { releaseBlock } from "../../../components/attestation/releaseBlock";
import { configurationDigestAnnotation, trusteeLabels } from "../../../components/attestation/trusteePods";
import {
  configurations,
  keyBrokerPort,
  ports,
  resourceFile,
  resourceSecretKey,
  serviceName,
  stores,
  trusteeServices,
} from "../../../components/attestation/trusteeLayout";
import type { TrusteeService } from "../../../components/attestation/trusteeLayout";
import { kubeletDropInName, renderKubeletDropIn } from "../../../components/cluster/kubeletConfiguration";
import { guestImageDigest } from "../../../components/guest/measurement/guestImage";
import { launchProfileFor } from "../../../components/guest/measurement/launchProfile";
import { measureGuest } from "../../../components/guest/measurement/measureGuest";
import { simulatedGuestImage } from "../../../components/guest/measurement/simulatedGuestImage";
import { initDataAnnotationKey, initDataDigestKey } from "../../../components/guest/initDataAnnotation";
import { boundDigest, initData } from "../../../components/guest/initData";
import { defaultPullTimeouts } from "../../../components/runtime/timeouts";
import type { Release } from "../../../components/workload/release";
import type { NodeObject, PodObject, WorkloadObject } from "../../../tooling/doctor/objects";
import type { Presented } from "../../../tooling/doctor/presented";
import { seen } from "../../../tooling/doctor/seen";
import type { PolicyBlock, Snapshot } from "../../../tooling/doctor/snapshot";
import { sampleRelease } from "../../support/release";
import { sampleFactory } from "../../support/factory";
import { freshOwnerKeys } from "../../support/ownerKeys";

export const now = new Date();
export const host = "genoa-a";
export const namespace = "acme-models";
export const podName = "llama-8b-1-a";
export const releaseName = "llama-8b#1";
/** The key broker's name in its certificate: the sample factory's. */
export const keyBroker = "kbs.acme-models.example";

export let release: Release;
/** By the CA that is in the release's init-data, and by one of its own making. */
export let certificates: { readonly good: string; readonly stranger: string };

/** Makes certificates and the release that names their CA: once, before the first snapshot. */
export async function prepare(): Promise<void> {
  const [keys, others] = await Promise.all([freshOwnerKeys(sampleFactory()), freshOwnerKeys(sampleFactory())]);
  certificates = { good: keys.secrets.tls.certificate, stranger: others.secrets.tls.certificate };
  const { annotation, digest } = initData({
    kbsUrl: `https://${keyBroker}`,
    kbsCaCertificate: keys.caCertificate,
    agentPolicy: "package agent_policy\n\ndefault AllowRequestsFailingPolicy := false\n",
    imageSecurityPolicy: JSON.stringify({ default: [{ type: "reject" }], transports: {} }),
  });
  const day = (days: number) => new Date(now.getTime() + days * 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
  release = sampleRelease({
    replicas: 1,
    initData: { annotation, digest },
    validity: { notBefore: day(-1), notAfter: day(90) },
    shape: { cpus: 16, memoryGib: 48, vcpus: 17 },
    launch: { snp: { measurement: digestWith(17) } },
    guestImage: { name: image.name, digest: guestImageDigest(image), profile: "kata-4.0.0-snp-go" },
  });
}

const image = simulatedGuestImage("4.0.0");

/** SNP launch digest of the made-up guest with that many vCPUs. */
export function digestWith(vcpus: number): string {
  const measured = measureGuest({ image, profile: launchProfileFor({ kata: "4.0.0", tee: "snp", shim: "go" }), vcpus });
  if (measured.tee !== "snp") throw new Error("no SNP measurement");
  return measured.launchDigest;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const simulatedAt = "2026-11-01T00:00:00Z";

/** A factory in which every link holds: one SNP host, one release, its pod, its key broker, its token. */
export function healthySnapshot(): Snapshot {
  const snapshot: Snapshot = {
    now,
    simulated: false,
    hosts: [],
    cluster: {
      version: seen("v1.36.3"),
      nodes: seen([node()]),
      daemonSets: seen([
        daemonSet("node-feature-discovery", "node-feature-discovery-worker"),
        {
          ...daemonSet("kata-system", "kata-deploy"),
          metadata: { name: "kata-deploy", namespace: "kata-system", creationTimestamp: "2026-11-01T00:05:00Z" },
        },
        ...[
          "nvidia-cc-manager",
          "nvidia-vfio-manager",
          "nvidia-kata-sandbox-device-plugin-daemonset",
          "nvidia-sandbox-validator",
        ].map((name) => daemonSet("gpu-operator", name)),
      ]),
      deployments: seen([deployment("gpu-operator"), deployment("node-feature-discovery-master")]),
      runtimeClasses: seen([
        {
          metadata: { name: "kata-qemu-nvidia-gpu-snp" },
          handler: "kata-qemu-nvidia-gpu-snp",
          overhead: { podFixed: { memory: "10240Mi", cpu: "1", "sev-snp.amd.com/esids": "1" } },
          scheduling: {
            nodeSelector: {
              "katacontainers.io/kata-runtime": "true",
              "nvidia.com/cc.ready.state": "true",
              "amd.feature.node.kubernetes.io/snp": "true",
            },
          },
        },
      ]),
      definitions: {
        "nodefeaturerules.nfd.k8s-sigs.io": seen({
          metadata: { name: "nodefeaturerules.nfd.k8s-sigs.io", creationTimestamp: simulatedAt },
        }),
        "clusterpolicies.nvidia.com": seen({
          metadata: { name: "clusterpolicies.nvidia.com", creationTimestamp: simulatedAt },
        }),
      },
      nodeFeatureRules: seen([
        {
          metadata: { name: "amd64-tee-keys" },
          spec: {
            rules: ["amd.feature.node.kubernetes.io/snp", "intel.feature.node.kubernetes.io/tdx"].map((name) => ({
              labels: { [name]: "true" },
            })),
          },
        },
      ]),
      clusterPolicies: seen([
        {
          metadata: { name: "cluster-policy" },
          spec: {
            sandboxWorkloads: { enabled: true, mode: "kata", defaultWorkload: "vm-passthrough" },
            ccManager: { enabled: true, defaultMode: "on" },
            vfioManager: { enabled: true },
            kataSandboxDevicePlugin: { enabled: true },
          },
          status: { state: "ready" },
        },
      ]),
      storageClasses: seen([{ metadata: { name: "local-block" } }]),
      kubeletSettings: seen({
        metadata: { name: "kubelet-settings" },
        data: { [kubeletDropInName]: renderKubeletDropIn("1.36", defaultPullTimeouts) },
      }),
      kataDropIns: seen(null),
      kubelets: { [host]: seen({ runtimeRequestTimeout: "20m0s", featureGates: { RuntimeClassInImageCriApi: true } }) },
      tenants: seen([namespace]),
      namespaces: {
        [namespace]: {
          pods: seen([pod()]),
          workloads: seen([
            { kind: "Deployment", ...workload("llama-8b") },
            {
              kind: "ReplicaSet",
              ...workload("llama-8b-1"),
              metadata: {
                name: "llama-8b-1",
                namespace,
                ownerReferences: [{ kind: "Deployment", name: "llama-8b", controller: true }],
              },
            },
          ]),
          events: seen([]),
          quotas: seen([]),
          networkPolicies: seen([
            policy("deny-all", {}),
            policy("allow-dns", { egress: [{ ports: [{ port: 53, protocol: "UDP" }] }] }),
            policy("allow-key-broker", {
              egress: [{ to: [{ ipBlock: { cidr: "203.0.113.0/28" } }], ports: [{ port: 443, protocol: "TCP" }] }],
            }),
          ]),
        },
      },
    },
    trust: trust(),
    releases: [release],
    presented: [presented()],
    guestImages: [],
  };
  return structuredClone(snapshot);
}

function node(): NodeObject {
  return {
    metadata: {
      name: host,
      labels: {
        "amd.feature.node.kubernetes.io/snp": "true",
        "feature.node.kubernetes.io/pci-10de.present": "true",
        "katacontainers.io/kata-runtime": "true",
        "nvidia.com/cc.mode": "on",
        "nvidia.com/cc.mode.state": "on",
        "nvidia.com/cc.ready.state": "true",
        "nvidia.com/gpu.workload.config": "vm-passthrough",
        "trustfoundry.dev/gpu-model": "H100",
        "trustfoundry.dev/tenant": namespace,
      },
    },
    spec: { taints: [{ key: "nvidia.com/gpu", effect: "NoSchedule" }] },
    status: {
      allocatable: { cpu: "192", memory: "1536Gi", "nvidia.com/pgpu": "8", "sev-snp.amd.com/esids": "509" },
      capacity: { cpu: "192", memory: "1536Gi", "nvidia.com/pgpu": "8", "sev-snp.amd.com/esids": "509" },
      conditions: [{ type: "Ready", status: "True" }],
      nodeInfo: {
        kubeletVersion: "v1.36.3",
        kernelVersion: "6.17.0-5-generic",
        containerRuntimeVersion: "containerd://2.3.2",
      },
    },
  };
}

function daemonSet(at: string, name: string) {
  return {
    metadata: { name, namespace: at },
    spec: { template: { spec: { containers: [] } } },
    status: { desiredNumberScheduled: 1, numberReady: 1 },
  };
}

function deployment(name: string): WorkloadObject {
  return {
    metadata: { name },
    spec: { replicas: 1, template: { spec: { containers: [] } } },
    status: { replicas: 1, availableReplicas: 1 },
  };
}

const template = () => ({
  metadata: {
    labels: { "app.kubernetes.io/name": "llama-8b", "app.kubernetes.io/part-of": "trustfoundry" },
    annotations: { [initDataAnnotationKey]: release.initData.annotation, [initDataDigestKey]: release.initData.digest },
  },
  spec: {
    runtimeClassName: release.runtimeClassName,
    nodeSelector: {
      "trustfoundry.dev/gpu-model": "H100",
      "nvidia.com/cc.ready.state": "true",
      "amd.feature.node.kubernetes.io/snp": "true",
      "katacontainers.io/kata-runtime": "true",
    },
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    containers: [
      {
        name: "model",
        image: "nvcr.io/x@sha256:aa",
        resources: { limits: { cpu: "16", memory: "48Gi", "nvidia.com/pgpu": "1" } },
      },
    ],
    volumes: [
      { name: "trusted-store", ephemeral: { volumeClaimTemplate: { spec: { storageClassName: "local-block" } } } },
    ],
  },
});

function workload(name: string): WorkloadObject {
  return {
    metadata: { name, namespace },
    spec: { replicas: 1, template: template() },
    status: { replicas: 1, availableReplicas: 1 },
  };
}

function pod(): PodObject {
  const { metadata, spec } = template();
  return {
    metadata: {
      ...metadata,
      name: podName,
      namespace,
      ownerReferences: [{ kind: "ReplicaSet", name: "llama-8b-1", controller: true }],
    },
    spec: { ...spec, nodeName: host },
    status: {
      phase: "Running",
      conditions: [
        { type: "PodScheduled", status: "True" },
        { type: "Ready", status: "True" },
      ],
      containerStatuses: [{ name: "model", ready: true, restartCount: 0, state: { running: {} } }],
    },
  };
}

function policy(
  name: string,
  spec: object,
  labels: Record<string, string> = { "app.kubernetes.io/managed-by": "trustfoundry" },
) {
  return {
    metadata: { name, labels },
    spec: { podSelector: {}, policyTypes: name === "deny-all" ? ["Ingress", "Egress"] : ["Egress"], ...spec },
  };
}

const files: Readonly<Record<TrusteeService, readonly { path: string; name: string; text: string; map: string }[]>> = {
  kbs: [
    {
      path: configurations.kbs.directory,
      name: configurations.kbs.file,
      text: '[attestation_service]\ntype = "coco_as_grpc"\n',
      map: "kbs-configuration-1",
    },
    { path: stores.resourcePolicy, name: "resource-policy.rego", text: "package policy\n", map: "resource-policy-1" },
  ],
  as: [
    {
      path: stores.attestationPolicies,
      name: "default_cpu.rego",
      text: "package policy\n",
      map: "attestation-policies-1",
    },
  ],
  rvps: [{ path: stores.referenceValues, name: "snp_launch_measurement", text: "{}", map: "reference-values-1" }],
};

function trust(): NonNullable<Snapshot["trust"]> {
  const resources = release.resources.map((path) => ({ key: resourceSecretKey(path), path: resourceFile(path) }));
  const services = trusteeServices.map((service): WorkloadObject => {
    const own = files[service];
    return {
      metadata: { name: serviceName(service), namespace: "trustee" },
      spec: {
        replicas: 2,
        template: {
          metadata: {
            labels: trusteeLabels(service),
            annotations: { [configurationDigestAnnotation]: `digest of ${service}` },
          },
          spec: {
            containers: [
              {
                name: service,
                image: `ghcr.io/confidential-containers/${service}:v0.21.0@sha256:aa`,
                volumeMounts: [
                  ...own.map(({ map, path }) => ({ name: map, mountPath: path })),
                  ...(service === "kbs" ? [{ name: "resources", mountPath: stores.resources }] : []),
                ],
              },
            ],
            initContainers: [
              {
                name: "store-check",
                env: [
                  {
                    name: "DIGESTS",
                    value: own.map(({ path, name, text }) => `${sha256(text)}  ${path}/${name}`).join("\n"),
                  },
                ],
              },
            ],
            volumes: [
              ...own.map(({ map }) => ({ name: map, configMap: { name: map } })),
              ...(service === "kbs"
                ? [{ name: "resources", secret: { secretName: "resources-1", items: resources } }]
                : []),
            ],
          },
        },
      },
      status: { replicas: 2, availableReplicas: 2, updatedReplicas: 2 },
    };
  });
  const own = (service: TrusteeService) => ({
    podSelector: { matchLabels: trusteeLabels(service) },
    policyTypes: ["Ingress", "Egress"],
  });
  return {
    deployments: seen(services),
    pods: seen(
      services.map(({ metadata, spec }) => ({
        metadata: {
          name: `${metadata.name}-1`,
          labels: spec.template.metadata?.labels,
          annotations: spec.template.metadata?.annotations,
        },
        spec: spec.template.spec,
      })),
    ),
    services: seen(
      trusteeServices.map((service) => ({
        metadata: { name: serviceName(service) },
        spec: { ports: [{ port: service === "kbs" ? keyBrokerPort : ports[service] }] },
      })),
    ),
    endpointSlices: seen(
      trusteeServices.map((service) => ({
        metadata: { name: `${service}-1`, labels: { "kubernetes.io/service-name": serviceName(service) } },
        endpoints: [{ conditions: { ready: true } }],
      })),
    ),
    networkPolicies: seen([
      policy("deny-all", {}),
      {
        metadata: { name: "kbs" },
        spec: { ...own("kbs"), ingress: [{ ports: [{ port: ports.kbs }] }], egress: [{ ports: [{ port: ports.as }] }] },
      },
      {
        metadata: { name: "as" },
        spec: { ...own("as"), ingress: [{ ports: [{ port: ports.as }] }], egress: [{ ports: [{ port: ports.rvps }] }] },
      },
      { metadata: { name: "rvps" }, spec: { ...own("rvps"), ingress: [{ ports: [{ port: ports.rvps }] }] } },
    ]),
    configMaps: seen(
      Object.values(files)
        .flat()
        .map(({ map, name, text }) => ({ metadata: { name: map }, data: { [name]: text } })),
    ),
    secrets: seen([{ name: "resources-1", keys: resources.map(({ key }) => key) }]),
    blocks: seen({ [releaseName]: releaseBlock({ release }, "resource") as unknown as PolicyBlock }),
    referenceValues: seen({
      snp_launch_measurement: [release.launch.snp?.measurement],
      ...{ snp_bootloader: [10], snp_tee_svn: [0], snp_snp_svn: [25], snp_microcode: [84] },
      allowed_driver_versions: release.gpuClaims.drivers,
      allowed_vbios_versions: release.gpuClaims.vbios,
    }),
    certificate: seen({ chain: [certificates.good], at: `${keyBroker}:443` }),
  };
}

/** The guest as released, with a fresh token of the trusted signer. */
function presented(): Presented {
  const seconds = now.getTime() / 1000;
  return {
    source: "token",
    release: releaseName,
    token: {
      signer: seen({ trusted: true, found: "signer", wanted: "signer" }),
      intact: seen(true),
      issuedAt: seconds - 10,
      expires: seconds + 290,
    },
    parts: {
      cpu0: {
        status: "affirming",
        reasons: [],
        claims: {
          init_data: boundDigest("snp", release.initData.digest),
          snp: {
            measurement: release.launch.snp?.measurement,
            policy_debug_allowed: false,
            policy_migrate_ma: false,
            reported_tcb_bootloader: 10,
            reported_tcb_tee: 0,
            reported_tcb_snp: 25,
            reported_tcb_microcode: 84,
          },
        },
      },
      gpu0: {
        status: "affirming",
        reasons: [],
        claims: {
          nvidia: {
            "x-nvidia-overall-att-result": true,
            measres: "success",
            secboot: true,
            dbgstat: "disabled",
            "x-nvidia-gpu-driver-version": "595.58.03",
            "x-nvidia-gpu-vbios-version": "96.00.CF.00.02",
          },
        },
      },
    },
    answer: seen({ path: "acme/model-key/llama-8b", allowed: true }),
  };
}
