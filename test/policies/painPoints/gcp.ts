import { attestationCondition } from "../../../components/attestation/gcpAttestationCondition";
import { plannedPools } from "../../../components/attestation/gcpReleasedKeysPlan";
import { clusterDepartures, machineDepartures, poolDepartures } from "../../../components/host/gcp/constraints";
import type { ClusterRequest, MachineRequest, PoolRequest } from "../../../components/host/gcp/requests";
import {
  gcpCluster,
  gcpConditionClauses,
  gcpIdentityProvider,
  gcpImage,
  gcpKeyGrant,
  gcpMachine,
  gcpNodePool,
  gcpReservedMachine,
  gcpTemplate,
} from "../../../policies/examples/gcp";
import { imageDigest, serviceAccount } from "../../support/cloudTokens";
import type { PainPoint, PainPoints } from "./painPoint";

const node = {
  machineType: "a3-highgpu-1g",
  region: "us-central1",
  provisioning: { kind: "spot", onPreemption: "STOP" },
  bootDiskGib: 100,
  diskKey: "kms",
} as const;
const machine: MachineRequest = {
  ...node,
  zone: "us-central1-a",
  image: "projects/provider/global/images/node-image",
  imageFeatures: ["UEFI_COMPATIBLE", "TDX_CAPABLE"],
};
const pool: PoolRequest = {
  ...node,
  zones: ["us-central1-a"],
  version: "1.34.1-gke.2909000",
  minCount: 0,
  maxCount: 1,
  gpuDriver: "daemonSet",
};
const cluster: ClusterRequest = {
  region: "us-central1",
  version: "1.34.1-gke.2909000",
  systemMachineType: "n2d-standard-4",
  controlPlaneCidr: "172.16.0.0/28",
  networkCidr: "10.42.0.0/16",
};

const ofMachine = (constraint: string, change: Partial<MachineRequest>) => ({
  constraint,
  departures: machineDepartures({ ...machine, ...change }),
});
const ofPool = (constraint: string, change: Partial<PoolRequest>) => ({
  constraint,
  departures: poolDepartures({ ...pool, ...change }),
});
const ofCluster = (constraint: string, change: Partial<ClusterRequest>) => ({
  constraint,
  departures: clusterDepartures({ ...cluster, ...change }),
});

const machineStack = [gcpMachine];
const nodePool = [gcpNodePool];
const scheduling = ["scheduling"];
const config = ["nodeConfig"];

/** An identity pool whose condition lacks one clause, and what our own builder makes of the same wish. */
const without = (mistake: string, clause: string, rule = "gcp-attestation-condition"): PainPoint => ({
  mistake,
  outcome: "refused",
  stack: [{ ...gcpIdentityProvider, props: { ...gcpIdentityProvider.props, attributeMapping: subjectAlone } }],
  change: [
    [
      ["attributeCondition"],
      Object.values(gcpConditionClauses)
        .filter((each) => each !== clause)
        .join(" && "),
    ],
  ],
  rules: [rule],
});
const subjectAlone = { "google.subject": "assertion.sub" };

export const gcpPainPoints: PainPoints = {
  12: [
    {
      mistake: "live migration for a machine that cannot move",
      outcome: "refused",
      stack: machineStack,
      change: [[[...scheduling, "onHostMaintenance"], "MIGRATE"]],
      rules: ["gcp-maintenance-terminate"],
      component: ofMachine("gcp-maintenance-terminate", { onHostMaintenance: "MIGRATE" }),
    },
    {
      mistake: "maintenance left to the default",
      outcome: "refused",
      stack: machineStack,
      change: [[[...scheduling, "onHostMaintenance"], undefined]],
      rules: ["gcp-maintenance-terminate"],
    },
  ],
  13: [
    {
      mistake: "a pool's TEE left to the default, SEV",
      outcome: "refused",
      stack: nodePool,
      change: [[[...config, "confidentialNodes", "confidentialInstanceType"], undefined]],
      rules: ["gcp-confidential-type-named"],
    },
    {
      mistake: "SEV for a machine of Intel's",
      outcome: "refused",
      stack: nodePool,
      change: [[[...config, "confidentialNodes", "confidentialInstanceType"], "SEV"]],
      rules: ["gcp-confidential-type-named"],
      component: ofPool("gcp-tee-of-machine", { tee: "SEV" }),
    },
  ],
  14: [
    {
      mistake: "an image that lists its features, and TDX is not among them",
      outcome: "warned",
      stack: [gcpImage, gcpReservedMachine],
      change: [[["guestOsFeatures"], [{ type: "UEFI_COMPATIBLE" }]]],
      rules: ["gcp-image-tdx-capable"],
      component: ofMachine("gcp-image-capable", { imageFeatures: ["UEFI_COMPATIBLE"] }),
    },
  ],
  15: [
    {
      mistake: "an H100 on demand",
      outcome: "warned",
      stack: machineStack,
      change: [[scheduling, { onHostMaintenance: "TERMINATE", provisioningModel: "STANDARD" }]],
      rules: ["gcp-capacity-offered"],
      component: ofMachine("gcp-capacity-offered", { provisioning: { kind: "standard" } }),
    },
    {
      mistake: "Spot that is not preemptible",
      outcome: "refused",
      stack: machineStack,
      change: [[[...scheduling, "preemptible"], false]],
      rules: ["gcp-provisioning-companions"],
    },
    {
      mistake: "Spot that restarts itself",
      outcome: "refused",
      stack: machineStack,
      change: [[[...scheduling, "automaticRestart"], true]],
      rules: ["gcp-provisioning-companions"],
    },
    {
      mistake: "Flex-start without an end",
      outcome: "refused",
      stack: [gcpTemplate],
      change: [[[...scheduling, "maxRunDuration"], undefined]],
      rules: ["gcp-provisioning-companions"],
      component: ofMachine("gcp-flex-start-bounded", { provisioning: { kind: "flexStart", maxRunSeconds: 0 } }),
    },
    {
      mistake: "Flex-start that stops and is not deleted",
      outcome: "refused",
      stack: [gcpTemplate],
      change: [[[...scheduling, "instanceTerminationAction"], "STOP"]],
      rules: ["gcp-provisioning-companions"],
    },
  ],
  16: [
    {
      mistake: "a zone that is not known to have the GPU",
      outcome: "warned",
      stack: machineStack,
      change: [[["zone"], "us-central1-b"]],
      rules: ["gcp-zone-offered"],
      component: ofMachine("gcp-zone-offered", { zone: "us-central1-b" }),
    },
    {
      mistake: "a pool that spans such a zone",
      outcome: "warned",
      stack: nodePool,
      change: [[["nodeLocations"], ["us-central1-a", "us-central1-c"]]],
      rules: ["gcp-zone-offered"],
      component: ofPool("gcp-zone-offered", { zones: ["us-central1-a", "us-central1-c"] }),
    },
  ],
  17: [
    {
      mistake: "a whole cluster made confidential, for ever",
      outcome: "refused",
      stack: [gcpCluster],
      change: [[["confidentialNodes"], { enabled: true, confidentialInstanceType: "SEV" }]],
      rules: ["gcp-pool-confidential"],
      component: ofCluster("gcp-cluster-plain", { confidentialNodes: true }),
    },
    {
      mistake: "a default pool whose machines have no TEE",
      outcome: "refused",
      stack: [gcpCluster],
      change: [[["nodePools", 0, "nodeConfig", "machineType"], "e2-standard-4"]],
      rules: ["gcp-machine-confidential"],
      component: ofCluster("gcp-system-pool-confidential", { systemMachineType: "e2-standard-4" }),
    },
  ],
  18: [
    {
      mistake: "confidential storage on TDX, which is hard to take back",
      outcome: "warned",
      stack: nodePool,
      change: [[[...config, "enableConfidentialStorage"], true]],
      rules: ["gcp-confidential-storage"],
      component: ofPool("gcp-confidential-storage", { confidentialStorage: true }),
    },
  ],
  19: [
    without("any debugging state", gcpConditionClauses.debug),
    without("images without support", gcpConditionClauses.stable),
    without("any GPU", gcpConditionClauses.gpu, "gcp-attestation-gpu"),
    without("any container", gcpConditionClauses.image),
    {
      mistake: "a project's id in a set of principals",
      outcome: "refused",
      stack: [gcpKeyGrant],
      change: [
        [
          ["member"],
          `principalSet://iam.googleapis.com/projects/acme-keys/locations/global/workloadIdentityPools/models/attribute.image_digest/${imageDigest}`,
        ],
      ],
      rules: ["gcp-principal-set"],
      builder: () =>
        plannedPools({
          project: "acme-keys",
          projectNumber: "acme-keys",
          keys: [{ name: "llm", imageDigest, serviceAccount }],
        }),
    },
    {
      mistake: "a tag in the condition",
      outcome: "refused",
      stack: [{ ...gcpIdentityProvider, props: { ...gcpIdentityProvider.props, attributeMapping: subjectAlone } }],
      change: [
        [
          ["attributeCondition"],
          Object.values(gcpConditionClauses)
            .map((each) =>
              each === gcpConditionClauses.image ? "assertion.submods.container.image_digest == 'latest'" : each,
            )
            .join(" && "),
        ],
      ],
      rules: ["gcp-attestation-condition"],
      builder: () => attestationCondition({ imageDigest: "latest", serviceAccount }),
    },
  ],
  20: [
    {
      mistake: "two GPUs",
      outcome: "refused",
      stack: machineStack,
      change: [[["guestAccelerators", 0, "count"], 2]],
      rules: ["gcp-one-gpu"],
      component: ofMachine("gcp-one-gpu", { gpus: 2 }),
    },
    {
      mistake: "eight GPUs in one machine type",
      outcome: "refused",
      stack: nodePool,
      change: [[[...config, "machineType"], "a3-highgpu-8g"]],
      rules: ["gcp-one-gpu"],
      component: ofPool("gcp-confidential-gpu", { machineType: "a3-highgpu-8g" }),
    },
    {
      mistake: "a family without confidential GPUs",
      outcome: "refused",
      stack: machineStack,
      change: [[["machineType"], "a4-highgpu-8g"]],
      rules: ["gcp-one-gpu"],
      component: ofMachine("gcp-confidential-gpu", { machineType: "a4-highgpu-8g" }),
    },
    {
      mistake: "time-sharing of a confidential GPU",
      outcome: "warned",
      stack: nodePool,
      change: [
        [
          [...config, "guestAccelerators", 0, "gpuSharingConfig"],
          { gpuSharingStrategy: "TIME_SHARING", maxSharedClientsPerGpu: 2 },
        ],
      ],
      rules: ["cloud-gpu-undivided"],
      component: ofPool("gcp-gpu-sharing", { gpuSharing: "TIME_SHARING" }),
    },
  ],
};

/** Sound requests, of which no constraint may speak. */
export const soundGcp = [machineDepartures(machine), poolDepartures(pool), clusterDepartures(cluster)];
