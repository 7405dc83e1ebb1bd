import type { CpuTee } from "../host/hardware";
import { labels, teeKeyResource } from "../host/hardware";

/** A NodeFeatureRule's name and the rules in it. */
export interface FeatureRule {
  readonly name: string;
  readonly rules: readonly Readonly<Record<string, unknown>>[];
}

const exists = { op: "Exists" } as const;

/** Hosts that Kata can run on at all. */
const kata = (flag: "VMX" | "SVM", module: "kvm_intel" | "kvm_amd") => ({
  matchFeatures: [
    { feature: "cpu.cpuid", matchExpressions: { SSE42: exists, [flag]: exists } },
    { feature: "kernel.loadedmodule", matchExpressions: { kvm: exists, [module]: exists } },
  ],
});

const teeFeatures: Readonly<Record<CpuTee, { readonly enabled: string; readonly keys: string }>> = {
  snp: { enabled: "sev.snp.enabled", keys: "@cpu.security.sev.encrypted_state_ids" },
  tdx: { enabled: "tdx.enabled", keys: "@cpu.security.tdx.total_keys" },
};

/**
 * How hosts get the labels that OpenShift's runtime classes select: which TEE is really on, and how many guests' keys the
 * firmware has. The sandboxed containers operator makes no confidential class before some host has its TEE's label.
 *
 * Source: validatedpatterns/coco-pattern charts/coco-supported/baremetal (intel-nfd-rules, amd-nfd-rules, kata-nfd);
 * openshift/sandboxed-containers-operator controllers/confidential_handler.go for the names.
 */
export function featureRules(): FeatureRule[] {
  return [
    {
      name: "trustfoundry-kata",
      rules: [
        {
          name: "runtime.kata",
          labels: { "feature.node.kubernetes.io/runtime.kata": "true" },
          matchAny: [kata("VMX", "kvm_intel"), kata("SVM", "kvm_amd")],
        },
      ],
    },
    { name: "trustfoundry-snp", rules: [teeRule("snp")] },
    { name: "trustfoundry-tdx", rules: [teeRule("tdx"), sgxRule()] },
  ];
}

function teeRule(tee: CpuTee) {
  const { enabled, keys } = teeFeatures[tee];
  return {
    name: tee === "snp" ? "amd.sev-snp" : "intel.tdx",
    labels: { [labels.tee[tee]]: "true" },
    extendedResources: { [teeKeyResource[tee]]: keys },
    matchFeatures: [{ feature: "cpu.security", matchExpressions: { [enabled]: exists } }],
  };
}

/** Quotes of TDX guests are signed in an SGX enclave of the host. */
export function sgxRule(): Readonly<Record<string, unknown>> {
  return {
    name: "intel.sgx",
    labels: { "intel.feature.node.kubernetes.io/sgx": "true" },
    extendedResources: { "sgx.intel.com/epc": "@cpu.security.sgx.epc" },
    matchFeatures: [
      { feature: "cpu.cpuid", matchExpressions: { SGX: exists, SGXLC: exists } },
      { feature: "cpu.security", matchExpressions: { "sgx.enabled": { op: "IsTrue" } } },
      { feature: "kernel.config", matchExpressions: { X86_SGX: exists } },
    ],
  };
}

/**
 * Configuration of NFD's workers: PCI devices by vendor alone, as the GPU Operator looks for them.
 *
 * Source: NVIDIA/gpu-operator deployments/gpu-operator/values.yaml, `node-feature-discovery` (v26.3.1).
 */
export const workerConfiguration = {
  sources: { pci: { deviceClassWhitelist: ["02", "0200", "0207", "0300", "0302"], deviceLabelFields: ["vendor"] } },
} as const;
