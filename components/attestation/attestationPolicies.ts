import type { NvidiaVerifier } from "./acceptedEvidence";
import { azureNodeRules, cpuRules } from "./cpuPolicyRules";
import type { NodeKinds } from "./nodeAdmission";
import { gpuRules, localGpuRules, ppcieRules, switchRules } from "./nvidiaPolicyRules";

/**
 * What the attestation service makes of evidence, in AR4SI terms: Rego for its four device classes, stricter than the
 * ones it comes with. No rule names a sample attester, debug guests never affirm, and a configuration whose parts were
 * not all compared is not "no known vulnerabilities" but unknown. Verdicts: 2 and 3 affirm, 33 and 36 warn, 97
 * contraindicates, 0 says nothing.
 *
 * They are a first filter, the same for all releases; the resource policy holds a guest to its own release.
 *
 * Claims: attestation-service/docs/tcb_claims.md and deps/verifier of Trustee v0.21.0; GPU claims as NVIDIA's
 * attestation service names them (claims version 3.0).
 */
export type PolicyClass = "default_cpu" | "default_gpu" | "default_switch" | "default_ppcie";

export function attestationPolicies(
  verifier: NvidiaVerifier,
  nodes?: Pick<NodeKinds, "azureSnpVtpm">,
): Record<PolicyClass, string> {
  return {
    // Evidence of a kind that nobody admits is recognised in nothing.
    default_cpu: policy(nodes?.azureSnpVtpm ? `${cpuRules}${azureNodeRules}` : cpuRules),
    default_gpu: policy(
      verifier === "remote" ? gpuRules : localGpuRules,
      verifier === "remote" ? undefined : { executables: 0 },
    ),
    default_switch: policy(switchRules),
    default_ppcie: policy(ppcieRules, { executables: 0, hardware: 0 }),
  };
}

interface Defaults {
  readonly executables?: number;
  readonly hardware?: number;
}

/** Frame of every policy: a verdict for each claim, "unrecognised" until a rule says better. */
function policy(rules: string, { executables = 33, hardware = 97 }: Defaults = {}): string {
  return `package policy

import rego.v1

default executables := ${executables}

default hardware := ${hardware}

default configuration := 36

trust_claims := {
	"configuration": configuration,
	"executables": executables,
	"file-system": 0,
	"hardware": hardware,
	"instance-identity": 0,
	"runtime-opaque": 0,
	"sourced-data": 0,
	"storage-opaque": 0,
}
${rules}`;
}
