import type { TypeRows } from "../cloud";

// Ids where the SDK's description of imports does not give the one that the provider itself uses, and outputs that
// programs go on with. Replacements: changed confidential settings recreate nodes (GKE's documentation); the others are common
// knowledge that was not looked up, on the careful side.

const cloudResource = "https://www.googleapis.com/compute/v1";
const pool = "projects/{projectNumber}/locations/global/workloadIdentityPools/{workloadIdentityPoolId}";

export const gcpTypes: TypeRows = {
  "compute/address:Address": { outputs: { address: "{address ip}" } },
  "compute/network:Network": { outputs: { networkId: "{digits 19 network}" } },
  "compute/subnetwork:Subnetwork": { replaces: ["network", "purpose"] },
  "compute/instance:Instance": {
    outputs: {
      instanceId: "{digits 19 instance}",
      currentStatus: "RUNNING",
      cpuPlatform: "SIMULATED",
      networkInterfaces: { networkIp: "{address ip}" },
    },
    replaces: [
      "bootDisk",
      "confidentialInstanceConfig",
      "guestAccelerators",
      "instanceEncryptionKey",
      "networkInterfaces",
      "scheduling.provisioningModel",
    ],
  },
  "compute/instanceTemplate:InstanceTemplate": {
    outputs: { selfLinkUnique: "{selfLink}?uniqueId={digits 19 unique}" },
  },
  "compute/instanceGroupManager:InstanceGroupManager": {
    outputs: { instanceGroup: `${cloudResource}/projects/{project}/zones/{zone}/instanceGroups/{name}` },
  },
  "compute/regionInstanceGroupManager:RegionInstanceGroupManager": {
    outputs: { instanceGroup: `${cloudResource}/projects/{project}/regions/{region}/instanceGroups/{name}` },
  },
  "compute/resizeRequest:ResizeRequest": {
    outputs: { state: "ACCEPTED" },
    replaces: ["resizeBy", "requestedRunDuration"],
  },

  "container/cluster:Cluster": {
    id: "projects/{project}/locations/{location}/clusters/{name}",
    outputs: {
      endpoint: "{address endpoint}",
      masterVersion: "{minMasterVersion}",
      selfLink: "https://container.googleapis.com/v1/{id}",
      // The word itself, in base64, where a certificate would be.
      masterAuth: { clusterCaCertificate: "U0lNVUxBVEVE", clientCertificate: "", clientKey: "" },
    },
    replaces: [
      "clusterIpv4Cidr",
      "confidentialNodes",
      "enableAutopilot",
      "ipAllocationPolicy",
      "network",
      "nodeConfig",
      "privateClusterConfig",
      "subnetwork",
    ],
  },
  "container/nodePool:NodePool": {
    id: "projects/{project}/locations/{location}/clusters/{cluster:last}/nodePools/{name}",
    outputs: {
      instanceGroupUrls: [
        `${cloudResource}/projects/{project}/zones/{nodeLocations.0}/instanceGroupManagers/gke-{cluster:last}-{name}-{hex 8 group}-grp`,
      ],
      managedInstanceGroupUrls: [
        `${cloudResource}/projects/{project}/zones/{nodeLocations.0}/instanceGroups/gke-{cluster:last}-{name}-{hex 8 group}-grp`,
      ],
    },
    replaces: [
      "cluster",
      "nodeConfig.bootDiskKmsKey",
      "nodeConfig.confidentialNodes",
      "nodeConfig.enableConfidentialStorage",
      "nodeConfig.flexStart",
      "nodeConfig.guestAccelerators",
      "nodeConfig.machineType",
      "nodeConfig.serviceAccount",
      "nodeConfig.shieldedInstanceConfig",
      "nodeConfig.spot",
      "queuedProvisioning",
    ],
  },

  "kms/keyRing:KeyRing": {},
  "kms/cryptoKey:CryptoKey": {
    outputs: { primaries: [{ name: "{id}/cryptoKeyVersions/1", state: "ENABLED" }] },
    replaces: ["keyRing", "purpose", "versionTemplate.protectionLevel", "destroyScheduledDuration", "importOnly"],
  },

  "serviceaccount/account:Account": {
    id: "projects/{project}/serviceAccounts/{accountId}@{project}.iam.gserviceaccount.com",
    outputs: {
      name: "{id}",
      email: "{accountId}@{project}.iam.gserviceaccount.com",
      member: "serviceAccount:{accountId}@{project}.iam.gserviceaccount.com",
      uniqueId: "{digits 21 account}",
    },
  },
  "iam/workloadIdentityPool:WorkloadIdentityPool": { outputs: { name: pool, state: "ACTIVE" } },
  "iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": {
    outputs: { name: `${pool}/providers/{workloadIdentityPoolProviderId}`, state: "ACTIVE" },
  },

  "projects/service:Service": { id: "{project}/{service}" },
  "projects/serviceIdentity:ServiceIdentity": {
    id: "projects/{project}/services/{service}",
    outputs: {
      email: "service-{projectNumber}@gcp-sa-{service}.iam.gserviceaccount.com",
      member: "serviceAccount:service-{projectNumber}@gcp-sa-{service}.iam.gserviceaccount.com",
    },
  },
  "orgpolicy/policy:Policy": { id: "{parent}/policies/{name:last}" },
  "accesscontextmanager/servicePerimeter:ServicePerimeter": {
    id: "{name}",
    replaces: ["perimeterType"],
  },
};
