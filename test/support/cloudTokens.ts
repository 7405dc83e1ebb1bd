import type { Token } from "./releasePolicyEvaluator";

/** Tokens as the clouds' documentation prints them, cut down to what conditions can ask; made up, and signed by nobody. */

export const machineId = "B958DC88-E41D-47F1-8D20-E57B6B7E9825";

/** Of the platform, before there is a guest (Microsoft Learn, sample of SEV-SNP attestation). */
export const platformToken: Token = {
  iss: "https://sharedeus2.eus2.attest.azure.net",
  "x-ms-attestation-type": "sevsnpvm",
  "x-ms-compliance-status": "azure-compliant-cvm",
  "x-ms-sevsnpvm-is-debuggable": false,
  "x-ms-sevsnpvm-vmpl": 0,
  "x-ms-policy-hash": "wm9mHlvTU82e8UqoOy1Yj1FBRSNkfe99-69IYDq9eWs",
};

/** Of a program in the guest, through its vTPM (Microsoft Learn, sample of guest attestation). */
export const guestToken: Token = {
  iss: "https://sharedeus2.eus2.attest.azure.net",
  secureboot: true,
  "x-ms-attestation-type": "azurevm",
  "x-ms-azurevm-attestation-protocol-ver": "2.0",
  "x-ms-azurevm-vmid": machineId,
  "x-ms-isolation-tee": {
    "x-ms-attestation-type": "sevsnpvm",
    "x-ms-compliance-status": "azure-compliant-cvm",
    "x-ms-sevsnpvm-is-debuggable": false,
    "x-ms-sevsnpvm-vmpl": 0,
  },
};

export const imageDigest = `sha256:${"a".repeat(64)}`;
export const serviceAccount = "serve@factory-nodes.iam.gserviceaccount.com";

/** Of a Confidential Space machine with one H100 (Google Cloud, Confidential Space token claims). */
export const spaceToken = {
  iss: "https://confidentialcomputing.googleapis.com",
  aud: "https://sts.googleapis.com",
  sub: "https://www.googleapis.com/compute/v1/projects/factory-nodes/zones/us-central1-a/instances/model",
  swname: "CONFIDENTIAL_SPACE",
  swversion: ["260400"],
  dbgstat: "disabled-since-boot",
  secboot: true,
  hwmodel: "GCP_INTEL_TDX",
  attester_tcb: ["INTEL"],
  google_service_accounts: [serviceAccount],
  submods: {
    confidential_space: { support_attributes: ["LATEST", "STABLE", "USABLE"] },
    container: {
      image_digest: imageDigest,
      image_reference: `us-docker.pkg.dev/acme/models/serve@${imageDigest}`,
      restart_policy: "Never",
      cmd_override: [],
      env_override: {},
    },
    gce: { instance_id: "1234567890123456789", project_id: "factory-nodes", project_number: "123456789012" },
    nvidia_gpu: {
      cc_mode: "ON",
      cc_feature: "SPT",
      gpus: [{ hwmodel: "GCP_NVIDIA_H100", driver_version: "550.127.05", vbios_version: "96.00.9F.00.01" }],
    },
  },
};
