/**
 * Every component's Pulumi type token. A token is part of each child's URN: changing one replaces
 * resources, so it is a breaking change.
 */
export const tokens = {
  admissionPolicies: "trustfoundry:cluster:AdmissionPolicies",
  nodeFeatures: "trustfoundry:cluster:NodeFeatures",
  nodeMode: "trustfoundry:cluster:NodeMode",
  kubeletSettings: "trustfoundry:cluster:KubeletSettings",
  gpuOperator: "trustfoundry:cluster:GpuOperator",
  tenantAcceptance: "trustfoundry:cluster:TenantAcceptance",
  tenantNamespace: "trustfoundry:cluster:TenantNamespace",
  kata: "trustfoundry:runtime:Kata",
  trustee: "trustfoundry:attestation:Trustee",
  confidentialWorkload: "trustfoundry:workload:ConfidentialWorkload",
} as const;
