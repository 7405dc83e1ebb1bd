import { operatorReferenceValues } from "../../components/attestation/referenceValues";
import type { Resource } from "../rule";

export const measurement =
  "9d13634b6014bb21cf059b2dc694e7bff01a8a7137041100cd2b695f3d10fb687267b97808b27f8f471d943bc6f53a20";

export const resourcePolicyPointer = "/data/resource-policy.rego";
export const resourcePolicyPath = `data["resource-policy.rego"]`;

/** A resource policy that pins one release: every submodule affirming, init-data, GPUs. */
export const resourcePolicy: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "resource-policy",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "resource-policy", namespace: "trustee" },
    data: {
      "resource-policy.rego": `package policy

import rego.v1

default allow := false

allow if {
  data.plugin == "resource"
  data["resource-path"] == ["acme", "model-key", "llama"]
  every submod in input.submods { submod["ear.status"] == "affirming" }
  input.submods.cpu0["ear.veraison.annotated-evidence"].init_data == "9f86d081884c7d65"
  input.submods.cpu0["ear.veraison.annotated-evidence"].snp.measurement == "${measurement}"
  count([name | some name, _ in input.submods; startswith(name, "gpu")]) == 1
}
`,
    },
  },
};

export const attestationPolicyPointer = "/data/default_cpu.rego";
export const attestationPolicyPath = `data["default_cpu.rego"]`;

/** An attestation policy by which nothing affirms that was not compared with a reference value. */
export const attestationPolicy: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "attestation-policies",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "attestation-policies", namespace: "trustee" },
    data: {
      "default_cpu.rego": `package policy

import rego.v1

default executables := 33
default hardware := 97
default configuration := 36

trust_claims := {
  "executables": executables,
  "hardware": hardware,
  "configuration": configuration,
}

executables := 3 if input.snp.measurement in query_reference_value("snp_launch_measurement")

hardware := 2 if {
  input.snp.reported_tcb_bootloader in query_reference_value("snp_bootloader")
  input.snp.reported_tcb_microcode in query_reference_value("snp_microcode")
  input.snp.reported_tcb_snp in query_reference_value("snp_snp_svn")
  input.snp.reported_tcb_tee in query_reference_value("snp_tee_svn")
}

configuration := 2 if {
  input.snp.policy_debug_allowed == false
  input.snp.policy_migrate_ma == false
}

executables := 3 if {
  input.tdx.quote.body.rtmr_1 in query_reference_value("rtmr_1")
  input.tdx.quote.body.rtmr_2 in query_reference_value("rtmr_2")
}

hardware := 2 if {
  input.tdx.quote.body.mr_td in query_reference_value("mr_td")
  input.tdx.tcb_status == "UpToDate"
}

configuration := 2 if {
  input.tdx.td_attributes.debug == false
  input.tdx.quote.body.xfam in query_reference_value("xfam")
}
`,
      "default_gpu.rego": `package policy

import rego.v1

default executables := 33
default hardware := 97
default configuration := 36

trust_claims := {
  "executables": executables,
  "hardware": hardware,
  "configuration": configuration,
}

executables := 3 if input.nvidia.measres == "success"

hardware := 2 if input.nvidia["x-nvidia-gpu-attestation-report-signature-verified"] == true

configuration := 2 if {
  input.nvidia.secboot == true
  input.nvidia.dbgstat == "disabled"
}
`,
    },
  },
};

/** Until when the examples' values are meant to hold. */
const expiration = "2028-01-01T00:00:00Z";

/** Reference values as LocalFs keeps them: a record a name. */
export const referenceValues: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "reference-values",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "reference-values", namespace: "trustee" },
    data: Object.fromEntries(
      Object.entries({
        snp_launch_measurement: [measurement],
        snp_bootloader: [4],
        snp_smt_enabled: true,
      }).map(([name, value]) => [name, JSON.stringify({ version: "0.1.0", name, expiration, value })]),
    ),
  },
};

/** The same in the one file of LocalJson, as the operator mounts it: each record in base64. */
export const referenceValueTable: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "rvps-reference-values",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "rvps-reference-values", namespace: "trustee" },
    data: operatorReferenceValues({ snp_launch_measurement: [measurement], snp_bootloader: [4] }, expiration),
  },
};
