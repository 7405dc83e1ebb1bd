import { regoStatements } from "../../documents";
import { attestationPolicy, attestationPolicyPath, attestationPolicyPointer } from "../../examples/trustee";
import { nodeAttestationPolicy, nodeAttestationPolicyPath } from "../../examples/trusteeNodes";
import { attestationPolicies } from "../../keyBroker";
import type { Finding } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

interface Door {
  /** What a policy mentions that judges such evidence. */
  readonly judges: RegExp;
  readonly closed: RegExp;
  readonly what: string;
}

/** Ways into a guest or a GPU that its evidence admits. Trustee's own verifier of GPUs has no claim of the kind. */
const doors: readonly Door[] = [
  {
    judges: /input\.snp\./,
    closed: /policy_debug_allowed == false|not .*policy_debug_allowed/,
    what: "policy_debug_allowed",
  },
  { judges: /input\.snp\./, closed: /policy_migrate_ma == false|not .*policy_migrate_ma/, what: "policy_migrate_ma" },
  {
    judges: /input\.tdx\./,
    closed: /td_attributes\.debug == false|not .*td_attributes\.debug/,
    what: "td_attributes.debug",
  },
  // Claims of Azure's verifier are texts (parse_tee_evidence_az).
  {
    judges: /input\["az-snp-vtpm"\]/,
    closed: /input\["az-snp-vtpm"\]\.policy_debug_allowed == "false"/,
    what: 'input["az-snp-vtpm"].policy_debug_allowed',
  },
  {
    judges: /input\["az-snp-vtpm"\]/,
    closed: /input\["az-snp-vtpm"\]\.policy_migrate_ma == "false"/,
    what: 'input["az-snp-vtpm"].policy_migrate_ma',
  },
  { judges: /\bx-nvidia-gpu-|\bmeasres\b/, closed: /\bdbgstat"?\]? == "disabled"/, what: "dbgstat" },
];

const guarded: Selector<() => Iterable<Finding>> = {
  kinds: attestationPolicies.kinds,
  *select(resource) {
    for (const { place, text } of attestationPolicies.select(resource)) {
      const lines = regoStatements(text);
      for (const { judges, closed, what } of doors)
        if (lines.some((line) => judges.test(line)))
          yield function* () {
            if (!lines.some((line) => closed.test(line))) yield place.finding(`does not refuse by ${what}`);
          };
    }
  },
};

export const debugGuestsRefused = resourceRule({
  id: "debug-guests-refused",
  title: "Attestation refuses guests and GPUs that their host may debug or move",
  pillar: "attestation",
  severity: "critical",
  threat:
    "The host launches the released guest with debugging allowed, or binds a GPU in development mode: the evidence is genuine, and the memory is the host's to read.",
  remediation:
    'Demand policy_debug_allowed == false and policy_migrate_ma == false (SNP; as texts of az-snp-vtpm), td_attributes.debug == false (TDX), dbgstat == "disabled" (GPU).',
  source: file(repositories.trustee, "attestation-service/src/ear_token/ear_default_policy_cpu.rego", "v0.21.0"),
  platforms,
  claims: ["guest-not-debuggable", "gpu-confidential"],
  boundary: { by: "keyBroker", how: "a release's resource policy looks at the same claims once more" },
  looksAt: guarded,
  check: (findings) => findings(),
  compliant: [attestationPolicy, nodeAttestationPolicy],
  breakages: [
    {
      mistake: "SNP guests open to debugging",
      path: attestationPolicyPointer,
      replace: ["  input.snp.policy_debug_allowed == false\n", ""],
      expect: attestationPolicyPath,
    },
    {
      mistake: "SNP guests that may be migrated",
      path: attestationPolicyPointer,
      replace: ["policy_migrate_ma == false", "policy_migrate_ma in [true, false]"],
      expect: attestationPolicyPath,
    },
    {
      mistake: "nodes of Azure open to debugging, as in Trustee's own policy",
      resource: 1,
      path: attestationPolicyPointer,
      replace: ['  input["az-snp-vtpm"].policy_debug_allowed == "false"\n', ""],
      expect: nodeAttestationPolicyPath,
    },
    {
      mistake: "a text compared with what is none",
      resource: 1,
      path: attestationPolicyPointer,
      replace: ['policy_migrate_ma == "false"', "policy_migrate_ma != true"],
      expect: nodeAttestationPolicyPath,
    },
    {
      mistake: "TDs open to debugging",
      path: attestationPolicyPointer,
      replace: ["  input.tdx.td_attributes.debug == false\n", ""],
      expect: attestationPolicyPath,
    },
    {
      mistake: "GPUs in development mode",
      path: "/data/default_gpu.rego",
      replace: ['  input.nvidia.dbgstat == "disabled"\n', ""],
      expect: `data["default_gpu.rego"]`,
    },
  ],
});
