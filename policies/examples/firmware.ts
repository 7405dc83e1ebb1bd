import { firmwarePlan } from "../../components/host/firmware/firmwarePlan";
import { planFileName, renderFirmwarePlan } from "../../components/host/firmware/planText";
import { firmwareVendor } from "../../components/host/firmware/vendors";
import type { Resource } from "../rule";

const planOf = (name: string, cpu: "Genoa" | "Emerald Rapids"): Resource => ({
  type: "kubernetes:core/v1:ConfigMap",
  name: `firmware-plan-${name}`,
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `firmware-plan-${name}`, namespace: "trustfoundry-system" },
    data: { [planFileName]: renderFirmwarePlan(firmwarePlan({ name, cpu }, firmwareVendor("dell"))) },
  },
});

/** Firmware plans of a Dell host with SEV-SNP, and of one with TDX. */
export const snpFirmwarePlan = planOf("rack-a", "Genoa");
export const tdxFirmwarePlan = planOf("rack-b", "Emerald Rapids");

/** CPUs of an OpenShift host: some for the host itself, none offline. */
export const hostPerformance: Resource = {
  type: "kubernetes:performance.openshift.io/v2:PerformanceProfile",
  name: "confidential-hosts",
  props: {
    apiVersion: "performance.openshift.io/v2",
    kind: "PerformanceProfile",
    metadata: { name: "confidential-hosts" },
    spec: {
      cpu: { isolated: "8-127", reserved: "0-7" },
      nodeSelector: { "node-role.kubernetes.io/kata-oc": "" },
      additionalKernelArgs: ["amd_iommu=on"],
    },
  },
};

/** A TuneD profile of the same hosts. */
export const hostTuned: Resource = {
  type: "kubernetes:tuned.openshift.io/v1:Tuned",
  name: "confidential-hosts",
  props: {
    apiVersion: "tuned.openshift.io/v1",
    kind: "Tuned",
    metadata: { name: "confidential-hosts", namespace: "openshift-cluster-node-tuning-operator" },
    spec: {
      profile: [
        { name: "confidential-hosts", data: "[main]\ninclude=openshift-node\n[sysfs]\n/sys/kernel/mm/ksm/run=0\n" },
      ],
    },
  },
};
