import type { Resource } from "../rule";
import { measurement } from "./trusteePolicies";

/** The paravisor of the examples' nodes, in base64 as Trustee reports it, and what booted above it. */
const paravisor = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v";
const boot = "7461d6b7d5922dbd".repeat(4);
const initrd = "630dc838b500d34b".repeat(4);
const zeros = "0".repeat(64);

function configMap(name: string, data: Readonly<Record<string, string>>): Resource {
  return {
    type: "kubernetes:core/v1:ConfigMap",
    name,
    props: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "trustee" }, data },
  };
}

/** A policy for one release and one kind of node, each with a way of its own. */
function policyFor(block: string, ...conditions: string[]): string {
  return `package policy

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

allow if {
  data.plugin == "resource"
  some node in nodes
  data["resource-path"] in node.paths
  {name | some name, _ in input.submods} == {name | some name in node.submods}
  every submod in input.submods { submod["ear.status"] == "affirming" }
  input.submods.cpu0["ear.veraison.annotated-evidence"].init_data in node.init_data
${conditions.map((condition) => `  ${condition}\n`).join("")}}

nodes := {"kind": {
  "paths": [["acme", "node-key", "llama"]],
  "submods": ["cpu0", "gpu0"],
  "cpu": ${block},
}}
`;
}

/** Nodes of Azure. */
export const nodePolicy = configMap("node-policy", {
  "resource-policy.rego": policyFor(
    `{"measurements": ["${paravisor}"], "pcrs": {"pcr04": ["${boot}"], "pcr08": ["${zeros}"], "pcr09": ["${initrd}"]}}`,
    'azure := input.submods.cpu0["ear.veraison.annotated-evidence"]["az-snp-vtpm"]',
    "azure.measurement in node.cpu.measurements",
    "every register, accepted in node.cpu.pcrs { azure.tpm[register] in accepted }",
  ),
});

/** Nodes of Google Cloud. */
export const tdxNodePolicy = configMap("tdx-node-policy", {
  "resource-policy.rego": policyFor(
    `{"firmware": ["${"d1".repeat(48)}"], "kernels": ["${"e1".repeat(48)}"], "command_lines": ["${"e2".repeat(48)}"]}`,
    'tdx := input.submods.cpu0["ear.veraison.annotated-evidence"].tdx',
    "tdx.quote.body.mr_td in node.cpu.firmware",
    "tdx.quote.body.rtmr_1 in node.cpu.kernels",
    "tdx.quote.body.rtmr_2 in node.cpu.command_lines",
  ),
});

export const nodeAttestationPolicyPath = `data["default_cpu.rego"]`;

/** An attestation policy for nodes of Azure alone. */
export const nodeAttestationPolicy = configMap("node-attestation-policies", {
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

executables := 3 if {
  input["az-snp-vtpm"].measurement in query_reference_value("measurement")
  input["az-snp-vtpm"].tpm.pcr04 in query_reference_value("snp_pcr04")
}

hardware := 2 if {
  at_least(input["az-snp-vtpm"].reported_tcb_bootloader, query_reference_value("tcb_bootloader"))
  at_least(input["az-snp-vtpm"].reported_tcb_microcode, query_reference_value("tcb_microcode"))
  at_least(input["az-snp-vtpm"].reported_tcb_snp, query_reference_value("tcb_snp"))
  at_least(input["az-snp-vtpm"].reported_tcb_tee, query_reference_value("tcb_tee"))
}

at_least(text, floors) if {
  regex.match("^[0-9]{1,3}$", text)
  some floor in floors
  to_number(text) >= floor
}

configuration := 2 if {
  input["az-snp-vtpm"].policy_debug_allowed == "false"
  input["az-snp-vtpm"].policy_migrate_ma == "false"
}
`,
});

const expiration = "2028-01-01T00:00:00Z";

/** Reference values of the same nodes. */
export const nodeReferenceValues = configMap(
  "node-reference-values",
  Object.fromEntries(
    Object.entries({ measurement: [paravisor], snp_pcr04: [boot], snp_pcr08: [zeros], snp_pcr09: [initrd] }).map(
      ([name, value]) => [name, JSON.stringify({ version: "0.1.0", name, expiration, value })],
    ),
  ),
);
