import type { Resource } from "../rule";

const urn = (type: string, name: string) => `urn:pulumi:example::trustfoundry::${type}::${name}`;
const digest = `sha256:${"a".repeat(64)}`;

/** A Confidential Space machine with one H100: its token tells of CPU, GPU and image alike. */
export const gcpMachine: Resource = {
  type: "gcp:compute/instance:Instance",
  name: "model",
  urn: urn("gcp:compute/instance:Instance", "model"),
  props: {
    project: "provider",
    zone: "us-central1-a",
    machineType: "a3-highgpu-1g",
    confidentialInstanceConfig: { confidentialInstanceType: "TDX", enableConfidentialCompute: true },
    guestAccelerators: [{ type: "nvidia-h100-80gb", count: 1 }],
    scheduling: {
      onHostMaintenance: "TERMINATE",
      provisioningModel: "SPOT",
      preemptible: true,
      automaticRestart: false,
      instanceTerminationAction: "STOP",
    },
    shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
    bootDisk: {
      interface: "NVME",
      guestOsFeatures: ["GVNIC", "TDX_CAPABLE", "UEFI_COMPATIBLE"],
      kmsKeySelfLink: "projects/provider/locations/us-central1/keyRings/disks/cryptoKeys/boot",
      initializeParams: {
        image: "projects/confidential-space-images/global/images/family/confidential-space",
        size: 30,
        type: "hyperdisk-balanced",
        enableConfidentialCompute: true,
      },
    },
    networkInterfaces: [{ subnetwork: "nodes", nicType: "GVNIC" }],
    metadata: {
      "tee-image-reference": `us-docker.pkg.dev/acme/models/serve@${digest}`,
      "tee-install-gpu-driver": "true",
    },
  },
};

/** What a managed group makes such machines from, when capacity comes. */
export const gcpTemplate: Resource = {
  type: "gcp:compute/instanceTemplate:InstanceTemplate",
  name: "models",
  urn: urn("gcp:compute/instanceTemplate:InstanceTemplate", "models"),
  props: {
    project: "provider",
    machineType: "a3-highgpu-1g",
    confidentialInstanceConfig: { confidentialInstanceType: "TDX" },
    scheduling: {
      onHostMaintenance: "TERMINATE",
      provisioningModel: "FLEX_START",
      automaticRestart: false,
      instanceTerminationAction: "DELETE",
      maxRunDuration: { seconds: 604800 },
    },
    disks: [
      {
        boot: true,
        sourceImage: "ubuntu-os-cloud/ubuntu-2404-noble-amd64-v20261101",
        guestOsFeatures: ["TDX_CAPABLE"],
      },
    ],
    networkInterfaces: [{ subnetwork: "nodes" }],
  },
};

/** The same machines with Confidential Space on them. */
export const gcpSpaceTemplate: Resource = {
  type: "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate",
  name: "attested-models",
  urn: urn("gcp:compute/regionInstanceTemplate:RegionInstanceTemplate", "attested-models"),
  props: {
    ...gcpTemplate.props,
    region: "us-central1",
    disks: [{ sourceImage: "projects/confidential-space-images/global/images/family/confidential-space" }],
    shieldedInstanceConfig: { enableSecureBoot: true },
    metadata: { "tee-image-reference": `us-docker.pkg.dev/acme/models/serve@${digest}` },
  },
};

/** An image of one's own. */
export const gcpImage: Resource = {
  type: "gcp:compute/image:Image",
  name: "node-image",
  urn: urn("gcp:compute/image:Image", "node-image"),
  props: {
    project: "provider",
    rawDisk: { source: "https://storage.googleapis.com/acme/node.tar.gz" },
    guestOsFeatures: [{ type: "UEFI_COMPATIBLE" }, { type: "TDX_CAPABLE" }],
  },
};

/** A machine that is bound to a reservation of its own. */
export const gcpReservedMachine: Resource = {
  type: "gcp:compute/instance:Instance",
  name: "reserved",
  urn: urn("gcp:compute/instance:Instance", "reserved"),
  props: {
    zone: "us-east5-a",
    machineType: "a3-highgpu-1g",
    confidentialInstanceConfig: { confidentialInstanceType: "TDX" },
    scheduling: { onHostMaintenance: "TERMINATE", provisioningModel: "RESERVATION_BOUND" },
    reservationAffinity: {
      type: "SPECIFIC_RESERVATION",
      specificReservation: { key: "compute.googleapis.com/reservation-name", values: ["h100"] },
    },
    bootDisk: { initializeParams: { image: "projects/provider/global/images/node-image" } },
    networkInterfaces: [{ subnetwork: "nodes" }],
  },
  dependsOn: [gcpImage.urn ?? ""],
};

/** A node pool with confidential GPUs: the node is the TEE. */
export const gcpNodePool: Resource = {
  type: "gcp:container/nodePool:NodePool",
  name: "confidential-pool",
  urn: urn("gcp:container/nodePool:NodePool", "confidential-pool"),
  props: {
    cluster: "factory",
    project: "provider",
    location: "us-central1",
    nodeLocations: ["us-central1-a"],
    version: "1.34.1-gke.2909000",
    networkConfig: { enablePrivateNodes: true },
    nodeConfig: {
      machineType: "a3-highgpu-1g",
      spot: true,
      flexStart: false,
      confidentialNodes: { enabled: true, confidentialInstanceType: "TDX" },
      diskType: "hyperdisk-balanced",
      bootDiskKmsKey: "projects/provider/locations/us-central1/keyRings/disks/cryptoKeys/boot",
      imageType: "COS_CONTAINERD",
      ephemeralStorageLocalSsdConfig: { localSsdCount: 2 },
      guestAccelerators: [
        {
          type: "nvidia-h100-80gb",
          count: 1,
          gpuDriverInstallationConfig: { gpuDriverVersion: "INSTALLATION_DISABLED" },
        },
      ],
    },
  },
};

/** A cluster that leaves confidentiality to its pools, and brings one with a TEE but no GPU. */
export const gcpCluster: Resource = {
  type: "gcp:container/cluster:Cluster",
  name: "factory",
  urn: urn("gcp:container/cluster:Cluster", "factory"),
  props: {
    name: "factory",
    project: "provider",
    location: "us-central1",
    confidentialNodes: { enabled: false },
    nodePools: [
      {
        name: "services",
        networkConfig: { enablePrivateNodes: true },
        nodeConfig: {
          machineType: "n2d-standard-8",
          confidentialNodes: { enabled: true, confidentialInstanceType: "SEV_SNP" },
        },
      },
    ],
  },
};

export const gcpConditionClauses = {
  software: "assertion.swname == 'CONFIDENTIAL_SPACE'",
  debug: "assertion.dbgstat == 'disabled-since-boot'",
  secureBoot: "assertion.secboot == true",
  stable: "'STABLE' in assertion.submods.confidential_space.support_attributes",
  hardware: "assertion.hwmodel == 'GCP_INTEL_TDX'",
  gpu: "assertion.submods.nvidia_gpu.cc_mode == 'ON'",
  image: `assertion.submods.container.image_digest == '${digest}'`,
  account: "'serve@provider.iam.gserviceaccount.com' in assertion.google_service_accounts",
} as const;

/** The model owner's gate: whose tokens are let into the pool that may use the key. */
export const gcpIdentityProvider: Resource = {
  type: "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
  name: "attested",
  urn: urn("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider", "attested"),
  props: {
    project: "acme-keys",
    workloadIdentityPoolId: "models",
    workloadIdentityPoolProviderId: "attested",
    oidc: {
      issuerUri: "https://confidentialcomputing.googleapis.com",
      allowedAudiences: ["https://sts.googleapis.com"],
    },
    attributeMapping: {
      "google.subject": "assertion.sub",
      "attribute.image_digest": "assertion.submods.container.image_digest",
    },
    attributeCondition: Object.values(gcpConditionClauses).join(" && "),
  },
};

/** The same, with the image pinned by the condition alone. */
export const gcpUnmappedProvider: Resource = {
  ...gcpIdentityProvider,
  name: "attested-image",
  props: { ...gcpIdentityProvider.props, attributeMapping: { "google.subject": "assertion.sub" } },
};

/** The same, with the image told by its attribute alone, which the grant names. */
export const gcpMappedProvider: Resource = {
  ...gcpIdentityProvider,
  name: "attested-by-attribute",
  props: {
    ...gcpIdentityProvider.props,
    attributeCondition: Object.values(gcpConditionClauses)
      .filter((clause) => clause !== gcpConditionClauses.image)
      .join(" && "),
  },
};

/** The model owner's key, in a project that the provider has no part in. */
export const gcpModelKey: Resource = {
  type: "gcp:kms/cryptoKey:CryptoKey",
  name: "model-key",
  urn: urn("gcp:kms/cryptoKey:CryptoKey", "model-key"),
  props: { keyRing: "projects/acme-keys/locations/us-central1/keyRings/models", purpose: "ENCRYPT_DECRYPT" },
};

/** Who may use it: machines that attest as one image. */
export const gcpKeyGrant: Resource = {
  type: "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
  name: "model-key-release",
  urn: urn("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "model-key-release"),
  props: {
    cryptoKeyId: "projects/acme-keys/locations/us-central1/keyRings/models/cryptoKeys/model-key",
    role: "roles/cloudkms.cryptoKeyDecrypter",
    member: `principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/models/attribute.image_digest/${digest}`,
  },
};
/** A whole list of those who may: a binding leaves nobody else. */
export const gcpKeyBinding: Resource = {
  type: "gcp:kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding",
  name: "model-key-releases",
  urn: urn("gcp:kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding", "model-key-releases"),
  props: {
    cryptoKeyId: gcpKeyGrant.props.cryptoKeyId,
    role: gcpKeyGrant.props.role,
    members: [gcpKeyGrant.props.member],
  },
};

/** A whole policy, as getIAMPolicy renders it. */
export const gcpKeyPolicy: Resource = {
  type: "gcp:kms/keyRingIAMPolicy:KeyRingIAMPolicy",
  name: "models-policy",
  urn: urn("gcp:kms/keyRingIAMPolicy:KeyRingIAMPolicy", "models-policy"),
  props: {
    keyRingId: "projects/acme-keys/locations/us-central1/keyRings/models",
    policyData: JSON.stringify({
      bindings: [{ role: "roles/cloudkms.admin", members: ["group:keys@acme.example"] }],
    }),
  },
};
