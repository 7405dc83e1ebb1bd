import type { Snapshot } from "../../../tooling/doctor/snapshot";
import type { Seen } from "../../../tooling/doctor/seen";
import { seen } from "../../../tooling/doctor/seen";
import { certificates, digestWith, host, namespace, podName, release, releaseName } from "./healthy";

export interface TableFault {
  readonly link: string;
  readonly what: string;
  /** Parts of what has to be said. */
  readonly found: string;
  readonly wanted: string;
  readonly apply: (snapshot: Any) => void;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Any = any;

const valueOf = (part: Seen<unknown>): Any => (part as { value: Any }).value;
const node = (s: Snapshot) => valueOf(s.cluster.nodes)[0];
const label = (key: string, value: string | undefined) => (s: Snapshot) => {
  if (value === undefined) delete node(s).metadata.labels[key];
  else node(s).metadata.labels[key] = value;
};
const daemonSet = (s: Snapshot, name: string) =>
  valueOf(s.cluster.daemonSets).find((each: Any) => each.metadata.name === name);
const clusterPolicy = (s: Snapshot) => valueOf(s.cluster.clusterPolicies)[0];
const tenant = (s: Snapshot) => s.cluster.namespaces[namespace] as Any;
const pod = (s: Snapshot) => tenant(s).pods.value[0];
const container = (s: Snapshot) => pod(s).spec.containers[0];
const status = (s: Snapshot) => pod(s).status.containerStatuses[0];
const trust = (s: Snapshot) => s.trust as Any;
const service = (s: Snapshot, name: string) =>
  trust(s).deployments.value.find((each: Any) => each.metadata.name === `trustee-${name}`);
const block = (s: Snapshot) => trust(s).blocks.value[releaseName];
const presented = (s: Snapshot) => s.presented[0] as Any;
const snp = (s: Snapshot) => presented(s).parts.cpu0.claims.snp;
const gpu = (s: Snapshot) => presented(s).parts.gpu0.claims.nvidia;
const event = (reason: string, message: string) => (s: Snapshot) => {
  tenant(s).events.value.push({
    metadata: { name: "e" },
    type: "Warning",
    reason,
    message,
    involvedObject: { kind: "Pod", name: podName },
  });
  status(s).state = { waiting: { reason: "ContainerCreating" } };
  pod(s).status.conditions[1].status = "False";
};
const without = (list: Any[], test: (each: Any) => boolean) => list.splice(list.findIndex(test), 1);

export const hostTable: readonly TableFault[] = [
  {
    link: "node-ready",
    what: "kubelet is down",
    found: "Ready is Unknown",
    wanted: "Ready is True",
    apply: (s) => Object.assign(node(s).status.conditions[0], { status: "Unknown", reason: "NodeStatusUnknown" }),
  },
  {
    link: "node-schedulable",
    what: "cordoned",
    found: "cordoned",
    wanted: "takes pods",
    apply: (s) => (node(s).spec.unschedulable = true),
  },
  {
    link: "node-schedulable",
    what: "tainted",
    found: "taint a=b:NoExecute",
    wanted: "no taint but",
    apply: (s) => node(s).spec.taints.push({ key: "a", value: "b", effect: "NoExecute" }),
  },
  {
    link: "node-software",
    what: "an old kernel",
    found: "kernel 6.8.0",
    wanted: "kernel 6.17.0 or later",
    apply: (s) => (node(s).status.nodeInfo.kernelVersion = "6.8.0-31-generic"),
  },
  {
    link: "node-software",
    what: "another container runtime",
    found: "cri-o://1.34.0",
    wanted: "containerd 2.2.2 or later",
    apply: (s) => (node(s).status.nodeInfo.containerRuntimeVersion = "cri-o://1.34.0"),
  },
  {
    link: "node-software",
    what: "an old Kubernetes",
    found: "kubelet v1.31.2",
    wanted: "kubelet 1.32.0 or later",
    apply: (s) => (node(s).status.nodeInfo.kubeletVersion = "v1.31.2"),
  },
  {
    link: "node-meant",
    what: "kept for containers",
    found: "=container",
    wanted: "vm-passthrough",
    apply: label("nvidia.com/gpu.workload.config", "container"),
  },
  {
    link: "nfd-definitions",
    what: "no NFD",
    found: "no CustomResourceDefinition",
    wanted: "before kata-deploy",
    apply: (s) => (s.cluster.definitions["nodefeaturerules.nfd.k8s-sigs.io"] = seen(null)),
  },
  {
    link: "nfd-running",
    what: "no worker",
    found: "no DaemonSet of its workers",
    wanted: "one Node Feature Discovery",
    apply: (s) =>
      without(valueOf(s.cluster.daemonSets), ({ metadata }) => metadata.name === "node-feature-discovery-worker"),
  },
  {
    link: "kata-deployed",
    what: "kata-deploy hangs",
    found: "0 of 1 ready",
    wanted: "ready on every host",
    apply: (s) => (daemonSet(s, "kata-deploy").status.numberReady = 0),
  },
  {
    link: "tee-rule",
    what: "no rule",
    found: "no NodeFeatureRule",
    wanted: "amd64-tee-keys",
    apply: (s) => (s.cluster.nodeFeatureRules = seen([])),
  },
  {
    link: "tee-label",
    what: "firmware without SNP",
    found: "snp=nothing",
    wanted: "=true",
    apply: label("amd.feature.node.kubernetes.io/snp", undefined),
  },
  {
    link: "tee-keys",
    what: "no ASIDs",
    found: "esids: 0",
    wanted: "1 or more",
    apply: (s) => (node(s).status.allocatable["sev-snp.amd.com/esids"] = "0"),
  },
  {
    link: "gpu-present",
    what: "no GPU found",
    found: "present=nothing",
    wanted: "true",
    apply: label("feature.node.kubernetes.io/pci-10de.present", undefined),
  },
  {
    link: "cluster-policy",
    what: "two of them",
    found: "ClusterPolicies cluster-policy, other",
    wanted: "one ClusterPolicy",
    apply: (s) => valueOf(s.cluster.clusterPolicies).push({ ...clusterPolicy(s), metadata: { name: "other" } }),
  },
  {
    link: "gpu-operator-settings",
    what: "sandboxes off",
    found: "sandboxWorkloads.enabled: false",
    wanted: "sandboxWorkloads.enabled: true",
    apply: (s) => (clusterPolicy(s).spec.sandboxWorkloads.enabled = false),
  },
  {
    link: "gpu-operator-settings",
    what: "the obsolete kata manager",
    found: "kataManager.enabled: true",
    wanted: "kataManager.enabled: false",
    apply: (s) => (clusterPolicy(s).spec.kataManager = { enabled: true }),
  },
  {
    link: "gpu-operator-running",
    what: "a CC manager that crashes",
    found: "nvidia-cc-manager: 0 of 1 ready",
    wanted: "ready on every host",
    apply: (s) => (daemonSet(s, "nvidia-cc-manager").status.numberReady = 0),
  },
  {
    link: "cc-mode-wanted",
    what: "confidential mode off",
    found: "cc.mode=off",
    wanted: "on or ppcie",
    apply: label("nvidia.com/cc.mode", "off"),
  },
  {
    link: "cc-mode-wanted",
    what: "on, where a release takes the switches",
    found: "cc.mode=on",
    wanted: "ppcie",
    apply: (s) => (s.releases = [{ ...release, name: "big", gpu: { model: "H100", count: 8, nvSwitches: 4 } }]),
  },
  {
    link: "cc-mode-state",
    what: "a change under way",
    found: "cc.mode.state=off",
    wanted: "on",
    apply: label("nvidia.com/cc.mode.state", "off"),
  },
  {
    link: "cc-ready",
    what: "state without readiness",
    found: 'cc.ready.state=""',
    wanted: "true",
    apply: label("nvidia.com/cc.ready.state", ""),
  },
  {
    link: "gpu-resources",
    what: "one GPU unhealthy",
    found: "7 allocatable",
    wanted: "8",
    apply: (s) => (node(s).status.allocatable["nvidia.com/pgpu"] = "7"),
  },
  {
    link: "nvswitch-resources",
    what: "no switches in ppcie",
    found: "nvidia.com/nvswitch: nothing",
    wanted: "4",
    apply: (s) =>
      Object.assign(node(s).metadata.labels, { "nvidia.com/cc.mode": "ppcie", "nvidia.com/cc.mode.state": "ppcie" }),
  },
  {
    link: "gpu-operator-state",
    what: "not ready",
    found: "notReady",
    wanted: "ready",
    apply: (s) => (clusterPolicy(s).status.state = "notReady"),
  },
  {
    link: "kata-installed",
    what: "still at work",
    found: "kata-runtime=false",
    wanted: "true",
    apply: label("katacontainers.io/kata-runtime", "false"),
  },
  {
    link: "runtime-class",
    what: "another handler",
    found: "handler kata-qemu",
    wanted: "kata-qemu-nvidia-gpu-snp",
    apply: (s) => (valueOf(s.cluster.runtimeClasses)[0].handler = "kata-qemu"),
  },
  {
    link: "runtime-class",
    what: "no selector",
    found: "=nothing",
    wanted: "true for both",
    apply: (s) => (valueOf(s.cluster.runtimeClasses)[0].scheduling = {}),
  },
  {
    link: "runtime-class-matches",
    what: "a selector of another installation",
    found: "default=nothing",
    wanted: "default=true",
    apply: (s) =>
      (valueOf(s.cluster.runtimeClasses)[0].scheduling.nodeSelector["kata-deploy.katacontainers.io/default"] = "true"),
  },
  {
    link: "kubelet-drop-in",
    what: "two minutes",
    found: "runtimeRequestTimeout 2m0s",
    wanted: "1200s or more",
    apply: (s) => (valueOf(s.cluster.kubeletSettings).data["90-trustfoundry.conf"] = "runtimeRequestTimeout: 2m0s\n"),
  },
  {
    link: "kubelet-in-force",
    what: "the drop-in is not on the host",
    found: "runtimeRequestTimeout 2m0s",
    wanted: "1200s or more",
    apply: (s) => (s.cluster.kubelets[host] = seen({ runtimeRequestTimeout: "2m0s", featureGates: {} })),
  },
  {
    link: "kubelet-in-force",
    what: "less than a shim that was given longer",
    found: "runtimeRequestTimeout 20m0s",
    wanted: "2400s or more",
    apply: (s) => {
      s.cluster.kataDropIns = seen({
        metadata: { name: "x" },
        data: { "dropin-qemu-nvidia-gpu-snp.toml": "[runtime]\ncreate_container_timeout = 2400\n" },
      });
      valueOf(s.cluster.kubeletSettings).data["90-trustfoundry.conf"] =
        "runtimeRequestTimeout: 2400s\nfeatureGates: {RuntimeClassInImageCriApi: true}\n";
    },
  },
  {
    link: "kubelet-in-force",
    what: "an old kubelet without the gate",
    found: "KubeletPodResourcesGet nothing",
    wanted: "true, which is the default since 1.34",
    apply: (s) => {
      node(s).status.nodeInfo.kubeletVersion = "v1.33.4";
      valueOf(s.cluster.kubeletSettings).data["90-trustfoundry.conf"] =
        "runtimeRequestTimeout: 1200s\nfeatureGates: {RuntimeClassInImageCriApi: true, KubeletPodResourcesGet: true}\n";
    },
  },
];

export const podTable: readonly TableFault[] = [
  {
    link: "pod-admitted",
    what: "a quota is used up",
    found: "refused by the quota tenant",
    wanted: "1 pods",
    apply: (s) =>
      refuse(s, 'pods "x" is forbidden: exceeded quota: tenant, requested: pods=1, used: pods=1, limited: pods=1'),
  },
  {
    link: "pod-admitted",
    what: "a policy refuses",
    found: "the admission policy trustfoundry-x",
    wanted: "1 pods",
    apply: (s) =>
      refuse(
        s,
        "pods \"x\" is forbidden: ValidatingAdmissionPolicy 'trustfoundry-x' with binding 'trustfoundry-x' denied request: no",
      ),
  },
  {
    link: "pod-admitted",
    what: "pod security refuses",
    found: "pod security restricted",
    wanted: "1 pods",
    apply: (s) => refuse(s, 'pods "x" is forbidden: violates PodSecurity "restricted:v1.36": allowPrivilegeEscalation'),
  },
  {
    link: "pod-init-data",
    what: "another's init-data",
    found: "init-data",
    wanted: "of llama-8b#1",
    apply: (s) =>
      (pod(s).metadata.annotations["io.katacontainers.config.hypervisor.cc_init_data"] =
        "H4sIAAAAAAAAAwMAAAAAAAAAAAA="),
  },
  {
    link: "pod-init-data",
    what: "no init-data",
    found: "no annotation",
    wanted: "of llama-8b#1",
    apply: (s) => delete pod(s).metadata.annotations["io.katacontainers.config.hypervisor.cc_init_data"],
  },
  {
    link: "pod-runtime-class",
    what: "a class for debugging",
    found: "kata-qemu-nvidia-gpu-snp-debug",
    wanted: "kata-qemu-nvidia-gpu-snp",
    apply: (s) => (pod(s).spec.runtimeClassName = "kata-qemu-nvidia-gpu-snp-debug"),
  },
  {
    link: "pod-shape",
    what: "a CPU limit more",
    found: "CPU limits of 17, so 18 vCPUs",
    wanted: "17 vCPUs",
    apply: (s) => (container(s).resources.limits.cpu = "17"),
  },
  {
    link: "pod-shape",
    what: "less memory",
    found: "memory limits of 32 GiB",
    wanted: "48 GiB",
    apply: (s) => (container(s).resources.limits.memory = "32Gi"),
  },
  {
    link: "pod-gpus",
    what: "no GPU",
    found: "nvidia.com/pgpu 0",
    wanted: "nvidia.com/pgpu 1",
    apply: (s) => delete container(s).resources.limits["nvidia.com/pgpu"],
  },
  {
    link: "pod-volume-class",
    what: "no StorageClass",
    found: "no StorageClass",
    wanted: "local-block",
    apply: (s) => (s.cluster.storageClasses = seen([])),
  },
  {
    link: "pod-scheduled",
    what: "all GPUs are taken",
    found: "taken by other pods",
    wanted: "nvidia.com/pgpu 1 free",
    apply: (s) => {
      delete pod(s).spec.nodeName;
      pod(s).status = {
        phase: "Pending",
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            message: "0/1 nodes are available: 1 Insufficient nvidia.com/pgpu.",
          },
        ],
      };
    },
  },
  {
    link: "pod-egress",
    what: "closed",
    found: "443 to the key broker",
    wanted: "allow-key-broker",
    apply: (s) => without(tenant(s).networkPolicies.value, ({ metadata }) => metadata.name === "allow-key-broker"),
  },
  {
    link: "pod-egress",
    what: "no DNS",
    found: "none opens DNS",
    wanted: "a way out to DNS",
    apply: (s) => without(tenant(s).networkPolicies.value, ({ metadata }) => metadata.name === "allow-dns"),
  },
  {
    link: "pod-sandbox",
    what: "the handler is not configured",
    found: "no runtime for",
    wanted: "a sandbox",
    apply: event("FailedCreatePodSandBox", 'rpc error: no runtime for "kata-qemu-nvidia-gpu-snp" is configured'),
  },
  {
    link: "pod-sandbox",
    what: "the gate is off",
    found: "PodResources API Get method disabled",
    wanted: "a sandbox",
    apply: event("FailedCreatePodSandBox", "cold-plug failed: PodResources API Get method disabled"),
  },
  {
    link: "pod-image",
    what: "an image that cannot be pulled",
    found: "ImagePullBackOff",
    wanted: "pulled inside the guest",
    apply: (s) => {
      status(s).state = { waiting: { reason: "ImagePullBackOff", message: "not found" } };
      pod(s).status.conditions[1].status = "False";
    },
  },
  {
    link: "pod-containers",
    what: "creation takes too long",
    found: "context deadline exceeded",
    wanted: "1200 s",
    apply: event("Failed", "Error: context deadline exceeded"),
  },
  {
    link: "pod-containers",
    what: "a crash loop",
    found: "CrashLoopBackOff, exit code 1, 5 restarts",
    wanted: "containers that run",
    apply: (s) => {
      Object.assign(status(s), {
        ready: false,
        restartCount: 5,
        state: { waiting: { reason: "CrashLoopBackOff" } },
        lastState: { terminated: { exitCode: 1, reason: "Error" } },
      });
      pod(s).status.conditions[1].status = "False";
    },
  },
  {
    link: "pod-ready",
    what: "it does not serve",
    found: "Ready False",
    wanted: "Ready is True",
    apply: (s) => (pod(s).status.conditions[1].status = "False"),
  },
];

function refuse(s: Snapshot, message: string): void {
  const [, set] = tenant(s).workloads.value;
  set.status = {
    replicas: 0,
    conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }],
  };
  tenant(s).pods = seen([]);
}

export const keyTable: readonly TableFault[] = [
  {
    link: "broker-there",
    what: "no key broker",
    found: "trustee-as, trustee-rvps",
    wanted: "trustee-kbs",
    apply: (s) => without(trust(s).deployments.value, ({ metadata }) => metadata.name === "trustee-kbs"),
  },
  {
    link: "broker-stores",
    what: "a ConfigMap is gone",
    found: "ConfigMap reference-values-1: gone",
    wanted: "every ConfigMap",
    apply: (s) => without(trust(s).configMaps.value, ({ metadata }) => metadata.name === "reference-values-1"),
  },
  {
    link: "broker-available",
    what: "no replica",
    found: "trustee-kbs: 0 of 2",
    wanted: "every replica",
    apply: (s) => (service(s, "kbs").status.availableReplicas = 0),
  },
  {
    link: "broker-services",
    what: "no attestation service",
    found: "trustee-as: 0 of 2",
    wanted: "every replica",
    apply: (s) => (service(s, "as").status.availableReplicas = 0),
  },
  {
    link: "broker-service",
    what: "no endpoint",
    found: "leads to no pod",
    wanted: "ready pods",
    apply: (s) => (trust(s).endpointSlices.value[0].endpoints = []),
  },
  {
    link: "broker-network",
    what: "guests are kept out",
    found: "guests to the key broker",
    wanted: "8443",
    apply: (s) => without(trust(s).networkPolicies.value, ({ metadata }) => metadata.name === "kbs"),
  },
  {
    link: "broker-certificate",
    what: "another CA's certificate",
    found: "was not issued by",
    wanted: "a certificate for kbs.acme-models.example",
    apply: (s) => (trust(s).certificate.value.chain = [certificates.stranger]),
  },
  {
    link: "broker-certificate",
    what: "expired",
    found: "is not valid on",
    wanted: "a certificate for",
    apply: (s) => {
      s.now = new Date(s.now.getTime() + 400 * 86_400_000);
      const seconds = s.now.getTime() / 1000;
      block(s).until = seconds + 1000;
      Object.assign(presented(s).token, { issuedAt: seconds - 10, expires: seconds + 10 });
    },
  },
  {
    link: "broker-versions",
    what: "another protocol",
    found: "v0.18.0",
    wanted: "Trustee v0.21.0",
    apply: (s) => (service(s, "kbs").spec.template.spec.containers[0].image = "ghcr.io/x/kbs:v0.18.0@sha256:aa"),
  },
  {
    link: "release-known",
    what: "not known",
    found: "no block of any release",
    wanted: "a block llama-8b#1",
    apply: (s) => (trust(s).blocks = seen({})),
  },
  {
    link: "release-in-time",
    what: "over",
    found: "until 2020-01-01T00:00:00Z",
    wanted: "a time",
    apply: (s) => (block(s).until = 1577836800),
  },
  {
    link: "release-block",
    what: "another shape was measured",
    found: `cpu.measurement ${digestWith(33)}`,
    wanted: digestWith(17),
    apply: (s) => (block(s).cpu.measurement = digestWith(33)),
  },
  {
    link: "release-block",
    what: "other drivers",
    found: 'drivers ["1.0"]',
    wanted: "drivers",
    apply: (s) => (block(s).drivers = ["1.0"]),
  },
  {
    link: "release-values",
    what: "no measurement",
    found: "snp_launch_measurement [",
    wanted: `snp_launch_measurement with ${digestWith(17)}`,
    apply: (s) => (trust(s).referenceValues.value.snp_launch_measurement = ["00"]),
  },
  {
    link: "release-values",
    what: "a scalar in place of a list",
    found: "snp_bootloader 10",
    wanted: "snp_bootloader with 10 or less",
    apply: (s) => (trust(s).referenceValues.value.snp_bootloader = 10),
  },
  {
    link: "stores-as-checked",
    what: "edited",
    found: "resource-policy.rego of trustee-kbs is another",
    wanted: "store-check",
    apply: (s) =>
      (trust(s).configMaps.value.find(({ metadata }: Any) => metadata.name === "resource-policy-1").data[
        "resource-policy.rego"
      ] = "package policy\nallow := true\n"),
  },
  {
    link: "stores-as-checked",
    what: "nobody checks",
    found: "starts without store-check",
    wanted: "store-check",
    apply: (s) => (service(s, "rvps").spec.template.spec.initContainers = []),
  },
  {
    link: "replicas-alike",
    what: "an old replica",
    found: "trustee-kbs-1 with another configuration digest",
    wanted: "every pod",
    apply: (s) => (trust(s).pods.value[0].metadata.annotations = {}),
  },
  {
    link: "resource-there",
    what: "no key",
    found: "has no key acme.model-key.llama-8b",
    wanted: "acme/model-key/llama-8b",
    apply: (s) => (trust(s).secrets.value[0].keys = ["other"]),
  },
  {
    link: "resource-there",
    what: "not mounted",
    found: "is not mounted",
    wanted: "acme/model-key/llama-8b",
    apply: (s) => (service(s, "kbs").spec.template.spec.volumes.at(-1).secret.items = []),
  },
  {
    link: "evidence-verified",
    what: "evidence that does not hold",
    found: "verification: the VCEK",
    wanted: "evidence whose layouts",
    apply: (s) =>
      Object.assign(presented(s), {
        refused: "verification: the VCEK did not sign the report",
        parts: {},
        token: undefined,
        answer: undefined,
      }),
  },
  {
    link: "token-signer",
    what: "another signer",
    found: "stranger",
    wanted: "signer",
    apply: (s) => (presented(s).token.signer = seen({ trusted: false, found: "stranger", wanted: "signer" })),
  },
  {
    link: "token-intact",
    what: "edited",
    found: "does not hold",
    wanted: "ES256",
    apply: (s) => (presented(s).token.intact = seen(false)),
  },
  {
    link: "token-in-time",
    what: "old",
    found: "until 1970-01-01T00:16:40Z",
    wanted: "good at",
    apply: (s) => (presented(s).token.expires = 1000),
  },
  {
    link: "guest-parts",
    what: "a GPU too few",
    found: "1 cpu, 0 gpu",
    wanted: "1 cpu, 1 gpu",
    apply: (s) => delete presented(s).parts.gpu0,
  },
  {
    link: "guest-init-data",
    what: "other init-data",
    found: "init_data 00",
    wanted: "of llama-8b#1",
    apply: (s) => (presented(s).parts.cpu0.claims.init_data = "00"),
  },
  {
    link: "guest-measurement",
    what: "more vCPUs",
    found: digestWith(33),
    wanted: digestWith(17),
    apply: (s) => (snp(s).measurement = digestWith(33)),
  },
  {
    link: "guest-firmware",
    what: "old microcode",
    found: "microcode 72, 12 too low",
    wanted: "microcode 84 or more",
    apply: (s) => (snp(s).reported_tcb_microcode = 72),
  },
  {
    link: "guest-closed",
    what: "debugging",
    found: "policy_debug_allowed true",
    wanted: "false",
    apply: (s) => (snp(s).policy_debug_allowed = true),
  },
  {
    link: "gpu-firmware",
    what: "an old driver",
    found: "gpu0: driver 590.48.01",
    wanted: "driver 595.58.03",
    apply: (s) => (gpu(s)["x-nvidia-gpu-driver-version"] = "590.48.01"),
  },
  {
    link: "gpu-verdict",
    what: "devtools",
    found: "gpu0: dbgstat enabled",
    wanted: "dbgstat disabled",
    apply: (s) => (gpu(s).dbgstat = "enabled"),
  },
  {
    link: "token-tiers",
    what: "a warning",
    found: "cpu0 is warning (executables 33: x)",
    wanted: "affirming",
    apply: (s) => Object.assign(presented(s).parts.cpu0, { status: "warning", reasons: ["executables 33: x"] }),
  },
  {
    link: "policy-answer",
    what: "refused",
    found: "acme/model-key/llama-8b is refused: count(x)",
    wanted: "allow",
    apply: (s) =>
      (presented(s).answer = seen({ path: "acme/model-key/llama-8b", allowed: false, condition: "count(x)" })),
  },
];
