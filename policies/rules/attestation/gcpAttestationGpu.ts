import { spaceClaims } from "../../cloudSources";
import { gcpConditionClauses, gcpIdentityProvider } from "../../examples/gcp";
import { equals } from "../../gcpCondition";
import { attestedProviders } from "../../gcpIdentity";
import { resourceRule } from "../../rule";

const mode = "assertion.submods.nvidia_gpu.cc_mode";

export const gcpAttestationGpu = resourceRule({
  id: "gcp-attestation-gpu",
  title: "A pool of identities lets in tokens only of machines whose GPU is in confidential mode",
  pillar: "attestation",
  severity: "critical",
  threat:
    "A machine whose processor attests gets the key and moves the weights into a GPU whose memory the host reads.",
  remediation: `Add && ${mode} == 'ON' to attributeCondition; DEVTOOLS is not ON.`,
  source: spaceClaims,
  platforms: ["gcp"],
  claims: ["gpu-confidential", "gpu-genuine"],
  boundary: { by: "nothing", how: "Google's own services check the token; no other party sees the GPU's evidence" },
  looksAt: attestedProviders,
  *check({ condition, clauses }) {
    if (!clauses().some((clause) => equals(clause, mode, '"ON"')))
      yield condition.hidden().finding(`does not demand ${mode} == 'ON'`);
  },
  compliant: [gcpIdentityProvider],
  breakages: [
    {
      mistake: "a key for processors alone, whatever their GPU",
      path: "/attributeCondition",
      replace: [` && ${gcpConditionClauses.gpu}`, ""],
      expect: "attributeCondition",
    },
    {
      mistake: "GPUs open to developers let in",
      path: "/attributeCondition",
      replace: [gcpConditionClauses.gpu, `${mode} == 'DEVTOOLS'`],
      expect: "attributeCondition",
    },
    {
      mistake: "a GPU's mode only asked whether it is OFF",
      path: "/attributeCondition",
      replace: [gcpConditionClauses.gpu, `${mode} != 'OFF'`],
      expect: "attributeCondition",
    },
    {
      mistake: "a confidential GPU as one of two alternatives",
      path: "/attributeCondition",
      replace: [gcpConditionClauses.gpu, `(${gcpConditionClauses.gpu} || ${gcpConditionClauses.stable})`],
      expect: "attributeCondition",
    },
  ],
});
