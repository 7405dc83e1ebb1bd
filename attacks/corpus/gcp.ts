import type { RuleAttack } from "../attack";
import { append, remove, replace, set } from "../change";

const machine = "Instance/model";
const template = "InstanceTemplate/models";
const pool = "NodePool/confidential-pool";
const cluster = "Cluster/factory";
const gate = "WorkloadIdentityPoolProvider/attested";
const grant = "CryptoKeyIAMMember/model-key-release";

/** Google Cloud: the machine is the TEE, and a pool of identities decides who may use the key. */
export const gcp: readonly RuleAttack[] = [
  {
    id: "gcp-machine-outside-a-tee",
    threat: "One flag switches the machine's TEE off, and everything else goes on looking the same.",
    attacker: "providerInsider",
    rule: "gcp-gpu-confidential",
    where: "preview",
    base: "gcp",
    change: [set(machine, "confidentialInstanceConfig.enableConfidentialCompute", false)],
  },
  {
    id: "gcp-tee-by-default",
    threat: "A pool that names no TEE is given the oldest, in which memory is encrypted and nothing is vouched for.",
    attacker: "carelessEngineer",
    rule: "gcp-confidential-type-named",
    where: "preview",
    base: "gcp",
    change: [remove(pool, "nodeConfig.confidentialNodes.confidentialInstanceType")],
  },
  {
    id: "gcp-machine-without-that-tee",
    threat:
      "A machine type that has no TEE at all is asked to be confidential, and the setting is taken back to get nodes.",
    attacker: "carelessEngineer",
    rule: "gcp-machine-confidential",
    where: "preview",
    base: "gcp",
    change: [set(cluster, ["nodePools", 0, "nodeConfig", "machineType"], "e2-standard-8")],
  },
  {
    id: "gcp-moved-while-running",
    threat: "A machine that is to be moved for maintenance cannot be, gets stuck, and loses the model's sessions.",
    attacker: "carelessEngineer",
    rule: "gcp-maintenance-terminate",
    where: "preview",
    base: "gcp",
    change: [set(machine, "scheduling.onHostMaintenance", "MIGRATE")],
  },
  {
    id: "gcp-image-of-another-tee",
    threat: "An image of one's own without support for the TEE boots nowhere but on a machine without one.",
    attacker: "carelessEngineer",
    rule: "gcp-image-tdx-capable",
    where: "preview",
    base: "gcp",
    change: [remove("Image/node-image", ["guestOsFeatures", 1])],
  },
  {
    id: "gcp-disk-without-own-key",
    threat: "A disk called confidential is encrypted by Google's key alone, which Google's staff can use.",
    attacker: "providerInsider",
    rule: "gcp-confidential-disk",
    where: "preview",
    base: "gcp",
    change: [remove(machine, "bootDisk.kmsKeySelfLink")],
  },
  {
    id: "gcp-storage-nobody-documented",
    threat:
      "Confidential storage is asked for where it is not documented, and an upgrade replaces the pool without it.",
    attacker: "carelessEngineer",
    rule: "gcp-confidential-storage",
    where: "preview",
    base: "gcp",
    change: [
      set(pool, "nodeConfig.enableConfidentialStorage", true),
      set(pool, "nodeConfig.bootDiskKmsKey", "projects/provider/locations/us-central1/keyRings/disks/cryptoKeys/boot"),
    ],
  },
  {
    id: "gcp-h100-on-demand",
    threat: "An H100 on demand is never offered, and the order is filled with a machine that is not confidential.",
    attacker: "carelessEngineer",
    rule: "gcp-capacity-offered",
    where: "preview",
    base: "gcp",
    change: [set(pool, "nodeConfig.spot", false)],
  },
  {
    id: "gcp-flex-start-without-end",
    threat: "A flex-start order without an end is refused at once, and the night's run is moved to plain machines.",
    attacker: "carelessEngineer",
    rule: "gcp-provisioning-companions",
    where: "preview",
    base: "gcp",
    change: [remove(template, "scheduling.maxRunDuration")],
  },
  {
    id: "gcp-zone-next-door",
    threat: "A pool that spans the neighbouring zone gets nodes there which have no confidential GPU.",
    attacker: "carelessEngineer",
    rule: "gcp-zone-offered",
    where: "preview",
    base: "gcp",
    change: [append(pool, "nodeLocations", "us-central1-c")],
  },
  {
    id: "gcp-driver-whenever",
    threat:
      "Google installs the newest driver with each upgrade, and one of them fails attestation on all nodes at once.",
    attacker: "supplyChain",
    rule: "gcp-driver-install-planned",
    where: "preview",
    base: "gcp",
    change: [
      set(pool, ["nodeConfig", "guestAccelerators", 0, "gpuDriverInstallationConfig", "gpuDriverVersion"], "LATEST"),
    ],
  },
  {
    id: "gcp-gke-of-last-year",
    threat: "A version that does not know TDX makes a pool of ordinary nodes of what it was told.",
    attacker: "carelessEngineer",
    rule: "gcp-gke-version",
    where: "preview",
    base: "gcp",
    change: [set(pool, "version", "1.31.5-gke.1169000")],
  },
  {
    id: "gcp-cluster-for-ever",
    threat:
      "A whole cluster is made confidential in the wrong TEE, once and for all, and is rebuilt in a hurry without any.",
    attacker: "carelessEngineer",
    rule: "gcp-pool-confidential",
    where: "preview",
    base: "gcp",
    change: [set(cluster, "confidentialNodes.enabled", true)],
  },
  {
    id: "gcp-raw-local-disks",
    threat: "Local disks are handed to pods raw, and what a model writes there outlives it in plain text.",
    attacker: "maliciousTenant",
    rule: "gcp-pool-plain",
    where: "preview",
    base: "gcp",
    change: [set(pool, "nodeConfig.localNvmeSsdBlockConfig", { localSsdCount: 2 })],
  },
  {
    id: "gcp-debug-image-boots",
    threat: "The machine boots the debug image of Confidential Space, into which its operator logs on.",
    attacker: "providerInsider",
    rule: "gcp-confidential-space-production",
    where: "preview",
    base: "gcp",
    change: [
      replace(
        machine,
        "bootDisk.initializeParams.image",
        "family/confidential-space",
        "family/confidential-space-debug",
      ),
    ],
  },
  {
    id: "gcp-debug-image-gets-the-key",
    threat: "The gate lets in the debug image of Confidential Space, on which the provider has a shell.",
    attacker: "providerInsider",
    rule: "gcp-attestation-condition",
    where: "preview",
    base: "gcp",
    change: [replace(gate, "attributeCondition", "assertion.dbgstat == 'disabled-since-boot'", "true")],
  },
  {
    id: "gcp-gpu-in-devtools-gets-the-key",
    threat: "The gate takes a GPU in devtools mode for a confidential one, and the weights are loaded into it.",
    attacker: "providerInsider",
    rule: "gcp-attestation-gpu",
    where: "preview",
    base: "gcp",
    change: [replace(gate, "attributeCondition", "cc_mode == 'ON'", "cc_mode != 'OFF'")],
  },
  {
    id: "gcp-key-for-the-internet",
    threat: "The model's key is granted to everybody with a Google account.",
    attacker: "networkAttacker",
    rule: "gcp-keys-not-public",
    where: "preview",
    base: "gcp",
    change: [append("CryptoKeyIAMBinding/model-key-releases", "members", "allAuthenticatedUsers")],
  },
  {
    id: "gcp-key-for-the-whole-pool",
    threat: "The key is granted to every identity of the pool, whatever image it attested with.",
    attacker: "maliciousTenant",
    rule: "gcp-principal-set",
    where: "preview",
    base: "gcp",
    change: [replace(grant, "member", /attribute\.image_digest\/.*$/, "*")],
  },
  {
    id: "gcp-program-by-tag",
    threat: "The machine runs whatever its program's tag points to by the time it boots.",
    attacker: "supplyChain",
    rule: "gcp-workload-by-digest",
    where: "preview",
    base: "gcp",
    change: [replace(machine, "metadata.tee-image-reference", /@sha256:.*$/, ":1.4")],
  },
];
