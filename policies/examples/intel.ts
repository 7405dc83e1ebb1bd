import type { Resource } from "../rule";
import { resourcePolicy } from "./trusteePolicies";

/** A resource policy over tokens of Intel Trust Authority that pins one release: policies, TD, init-data, GPUs. */
export const intelResourcePolicy: Resource = {
  ...resourcePolicy,
  name: "resource-policy-intel",
  props: {
    ...resourcePolicy.props,
    data: {
      "resource-policy.rego": `package policy

import rego.v1

default allow := false

allow if {
  data.plugin == "resource"
  data["resource-path"] == ["acme", "model-key", "llama"]
  "5d1e5a3c-2f0b-4d51-9a6e-0c6a6f5a7f10" in {policy.id | some policy in input.policy_ids_matched}
  input.tdx.tdx_mrtd == "${"1".repeat(96)}"
  input.tdx.tdx_rtmr1 == "${"2".repeat(96)}"
  input.tdx.tdx_rtmr2 == "${"3".repeat(96)}"
  input.tdx.tdx_mrconfigid == "${"4".repeat(96)}"
  input.tdx.tdx_is_debuggable == false
  input.tdx.attester_tcb_status == "UpToDate"
  input.nvgpu["x-nvidia-overall-att-result"] == true
  count(input.nvgpu.claim_details) == 1
}
`,
    },
  },
};
