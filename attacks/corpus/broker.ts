import type { RuleAttack } from "../attack";
import { add, append, container, pod, remove, replace, set } from "../change";

const broker = "ConfigMap/kbs-configuration";
const file = ["data", "kbs-config.toml"];
const intel = "Secret/kbs-intel-configuration";
const intelFile = ["stringData", "kbs-config.toml"];
const service = "ConfigMap/as-configuration";
const serviceFile = ["data", "as-config.json"];
const release = "ConfigMap/resource-policy";
const releaseFile = ["data", "resource-policy.rego"];
const appraisal = "ConfigMap/attestation-policies";
const cpu = ["data", "default_cpu.rego"];
const gpu = ["data", "default_gpu.rego"];
const values = "ConfigMap/reference-values";
const pods = "Deployment/trustee-kbs";

/** The model owner's key broker in detail: its policies line by line, its pods, its doors. */
export const brokerDetails: readonly RuleAttack[] = [
  {
    id: "guest-open-to-its-host",
    threat: "The released guest is launched with debugging allowed; its evidence is genuine and its memory the host's.",
    attacker: "providerInsider",
    rule: "debug-guests-refused",
    where: "preview",
    base: "trust",
    change: [replace(appraisal, cpu, /\tinput\.snp\.policy_debug_allowed == false\n/, "")],
  },
  {
    id: "gpu-in-development-mode",
    threat: "A GPU in development mode passes, whose memory the host reads while it computes.",
    attacker: "providerInsider",
    rule: "debug-guests-refused",
    where: "preview",
    base: "trust",
    change: [replace(appraisal, gpu, /\tinput\.nvidia\.dbgstat == "disabled"\n/, "")],
  },
  {
    id: "as-many-gpus-as-happen-to-attest",
    threat: "One of two GPUs keeps silent, and half of the model is loaded into it all the same.",
    attacker: "providerInsider",
    rule: "gpus-counted",
    where: "preview",
    base: "trust",
    change: [
      replace(release, releaseFile, /\tcount\(\[name \| some name, _ in input\.submods[^\n]*\n/, ""),
      replace(release, releaseFile, /\t\{name \| some name, _ in input\.submods\} == [^\n]*\n/, ""),
    ],
  },
  {
    id: "init-data-of-the-hosts-choice",
    threat: "The host starts the measured guest with an agent policy of its own, and the key is released to it.",
    attacker: "providerInsider",
    rule: "init-data-pinned",
    where: "preview",
    base: "trust",
    change: [replace(release, releaseFile, ".init_data == release.init_data", '.init_data != ""')],
  },
  {
    id: "old-guest-with-a-hole",
    threat: "Any guest that some release once named opens this release's key, the one with the known hole too.",
    attacker: "providerInsider",
    rule: "measurement-pinned",
    where: "preview",
    base: "trust",
    change: [replace(release, releaseFile, /\tsnp\.measurement == cpu\.measurement\n/, "")],
  },
  {
    id: "measurement-nobody-releases",
    threat: "A measurement stays in the reference values after its release is gone, for whoever still has that guest.",
    attacker: "supplyChain",
    rule: "measurements-agree",
    where: "preview",
    base: "trust",
    change: [replace(values, "data.snp_launch_measurement", /\]\}$/, `,"${"cd".repeat(48)}"]}`)],
  },
  {
    id: "key-of-the-neighbour",
    threat: "The guest of a small model asks for the large model's key by its path, and nothing compares it.",
    attacker: "maliciousTenant",
    rule: "resource-paths-named",
    where: "preview",
    base: "trust",
    change: [replace(release, releaseFile, /\tdata\["resource-path"\] in release\.paths\n/, "")],
  },
  {
    id: "made-up-evidence-accepted",
    threat: "A line left over from a test takes a sample for evidence, and any laptop attests.",
    attacker: "maliciousTenant",
    rule: "sample-evidence-refused",
    where: "preview",
    base: "trust",
    change: [
      replace(
        appraisal,
        cpu,
        /$/,
        '\n\nexecutables := 3 if {\n\tinput.sample.svn in query_reference_value("svn")\n}\n',
      ),
    ],
  },
  {
    id: "firmware-of-any-age",
    threat: "A host keeps firmware whose holes are published, and reads its guests through them.",
    attacker: "providerInsider",
    rule: "tcb-floor-set",
    where: "preview",
    base: "trust",
    change: [replace(values, "data.snp_microcode", "[84]", "[0]")],
  },
  {
    id: "any-kernel-under-good-firmware",
    threat: "A TDX guest is known by its firmware alone, and the host boots a kernel of its own above it.",
    attacker: "providerInsider",
    rule: "tdx-kernel-pinned",
    where: "preview",
    base: "trust",
    change: [replace(appraisal, cpu, /\tinput\.tdx\.quote\.body\.rtmr_2 in [^\n]*\n/, "")],
  },
  {
    id: "gpu-evidence-judged-locally",
    threat: "The attestation service judges GPUs by itself, and a revoked certificate is never noticed.",
    attacker: "supplyChain",
    rule: "gpu-verifier-judges",
    where: "preview",
    base: "trust",
    change: [replace(service, serviceFile, /"type": "Remote", "verifier_url": "[^"]*"/, '"type": "Local"')],
  },
  {
    id: "tokens-for-a-day",
    threat: "A token that was earned in the morning opens keys at night, when the guest is another one.",
    attacker: "maliciousTenant",
    rule: "attestation-short-lived",
    where: "preview",
    base: "trust",
    change: [replace(service, serviceFile, '"duration_min": 5', '"duration_min": 1440')],
  },
  {
    id: "evidence-in-every-token",
    threat: "Tokens carry the devices' raw evidence, with serial numbers, to everybody who is shown one.",
    attacker: "networkAttacker",
    rule: "token-not-verbose",
    where: "preview",
    base: "trust",
    change: [replace(service, serviceFile, '"verbose_token": false', '"verbose_token": true')],
  },
  {
    id: "intel-affirms-without-a-policy",
    threat: "Intel's service is asked without a policy of one's own that has to match, and affirms any TD.",
    attacker: "maliciousTenant",
    rule: "intel-trust-authority-strict",
    where: "preview",
    base: "trust",
    change: [replace(intel, intelFile, "allow_unmatched_policy = false", "allow_unmatched_policy = true")],
  },
  {
    id: "outdated-tls",
    threat: "TLS 1.2 is allowed again for one old client, and downgrades work for all.",
    attacker: "networkAttacker",
    rule: "key-broker-tls-modern",
    where: "both",
    base: "trust",
    change: [set("TrusteeConfig/trustee", "spec.tlsConfig.profile", "old")],
  },
  {
    id: "hsm-pin-for-all-to-read",
    threat: "The PIN of the HSM stands in a ConfigMap, which backups and dashboards copy around.",
    attacker: "brokenApplication",
    rule: "trustee-credentials-secret",
    where: "preview",
    base: "trust",
    change: [
      replace(
        broker,
        file,
        "[[plugins]]",
        '[[plugins]]\nname = "pkcs11"\nmodule = "/usr/lib/softhsm/libsofthsm2.so"\npin = "1234"\n\n[[plugins]]',
      ),
    ],
  },
  {
    id: "evidence-in-the-logs",
    threat: "Debug logs of the key broker hold tokens, and the log store is everybody's.",
    attacker: "brokenApplication",
    rule: "trustee-logs-quiet",
    where: "both",
    base: "trust",
    change: [set(pods, container("env", 0, "value"), "debug")],
  },
  {
    id: "key-broker-as-root",
    threat: "A hole in the key broker's parser makes the attacker root of the pod that mounts all keys.",
    attacker: "networkAttacker",
    rule: "trustee-pods-hardened",
    where: "both",
    base: "trust",
    change: [set(pods, pod("securityContext", "runAsNonRoot"), false)],
  },
  {
    id: "key-broker-with-cluster-token",
    threat:
      "The key broker carries a token of the owner's cluster, which a taken-over key broker uses to read Secrets.",
    attacker: "brokenApplication",
    rule: "trustee-pods-hardened",
    where: "both",
    base: "trust",
    change: [set(pods, pod("automountServiceAccountToken"), true)],
  },
  {
    id: "sessions-that-wander",
    threat:
      "Guests meet another replica at each request, none of which knows them, and a single replica is left to overload.",
    attacker: "carelessEngineer",
    rule: "trustee-replicas-share",
    where: "preview",
    base: "trust",
    change: [set("Service/trustee-kbs", "spec.sessionAffinity", "None")],
  },
  {
    id: "policies-that-a-restart-forgets",
    threat: "Policies in memory are gone after a restart, and the service starts with its open default.",
    attacker: "carelessEngineer",
    rule: "trustee-storage-kept",
    where: "both",
    base: "trust",
    change: [set(pods, pod("volumes", 1), { name: "resource-policy", emptyDir: {} })],
  },
  {
    id: "policy-the-broker-can-write",
    threat: "A taken-over key broker writes itself a policy that releases everything, and it survives the restart.",
    attacker: "networkAttacker",
    rule: "trustee-storage-read-only",
    where: "both",
    base: "trust",
    change: [
      set(pods, pod("volumes", 1), { name: "resource-policy", persistentVolumeClaim: { claimName: "kbs-policies" } }),
      set(pods, container("volumeMounts", 1, "readOnly"), false),
    ],
  },
  {
    id: "everybody-sets-reference-values",
    threat: "Any pod of the owner's cluster submits reference values, since neither service asks who is calling.",
    attacker: "brokenApplication",
    rule: "attestation-callers-known",
    where: "preview",
    base: "trust",
    change: [set("NetworkPolicy/as", ["spec", "ingress", 0, "from"], [{ namespaceSelector: {} }])],
  },
  {
    id: "load-balancer-for-everybody",
    threat: "The key broker's load balancer takes packets from anywhere, and a flood stops every guest from starting.",
    attacker: "networkAttacker",
    rule: "key-broker-service-bounded",
    where: "both",
    base: "entrances",
    change: [remove("Service/trustee-kbs", "spec.loadBalancerSourceRanges")],
  },
  {
    id: "ingress-reads-along",
    threat: "The ingress ends TLS in front of the key broker, and whoever runs it answers in its place.",
    attacker: "networkAttacker",
    rule: "key-broker-tls-passthrough",
    where: "both",
    base: "entrances",
    change: [
      set("Ingress/trustee-kbs", ["metadata", "annotations", "nginx.ingress.kubernetes.io/ssl-passthrough"], "false"),
    ],
  },
  {
    id: "route-speaks-for-the-broker",
    threat: "A route re-encrypts what guests send, and OpenShift's router holds their requests in the clear.",
    attacker: "providerInsider",
    rule: "key-broker-tls-passthrough",
    where: "both",
    base: "entrances",
    change: [set("Route/trustee-kbs", "spec.tls.termination", "reencrypt")],
  },
  {
    id: "chart-judges-gpus-itself",
    threat: "A value taken out of the chart puts its own GPU verifier in charge, which looks up no revocation.",
    attacker: "carelessEngineer",
    rule: "gpu-verifier-judges",
    where: "preview",
    base: "entrances",
    change: [remove("Release/trustee", "values.as.verifier.nvidia.type")],
  },
  {
    id: "key-broker-beside-the-model",
    threat:
      "To save a cluster the key broker runs where the model runs, and the provider that it guards against owns both.",
    attacker: "carelessEngineer",
    rule: "parties-apart",
    where: "preview",
    base: "trust",
    change: [
      add({
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
      }),
    ],
  },
  {
    id: "second-hsm-endpoint-in-a-url",
    threat: "A database's password inside a URL of the configuration is shown by every tool that prints ConfigMaps.",
    attacker: "carelessEngineer",
    rule: "trustee-credentials-secret",
    where: "preview",
    base: "trust",
    change: [
      append("Deployment/trustee-kbs", container("env"), { name: "TZ", value: "UTC" }),
      replace(
        broker,
        file,
        "[storage_backend.backends.local_fs]",
        '[storage_backend.backends.redis]\nurl = "redis://:trustee@redis:6379"\n\n[storage_backend.backends.local_fs]',
      ),
    ],
  },
];
