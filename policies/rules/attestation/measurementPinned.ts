import { comparesClaim } from "../../comparisons";
import { regoStatements } from "../../documents";
import { resourcePolicy, resourcePolicyPath, resourcePolicyPointer } from "../../examples/trustee";
import { nodePolicy } from "../../examples/trusteeNodes";
import { releasingPolicies } from "../../keyBroker";
import { waysToKeys } from "../../regoRules";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** Launch digest of SNP, RTMRs of TDX, as Intel's own tokens name them as well, PCRs of a cloud's virtual TPM. */
const measured = /\b(measurement|rtmr_[0-3]|tdx_rtmr[0-3]|pcr\d\d)\b/;
/** A register that firmware and boot extend, or one that is looked up; 16 to 23 say nothing of what booted. */
const bootRegister = /\bpcr(0\d|1[0-5])\b.*(==|\bin\b)|\btpm\[\w+\] in\b/;

/** What a way lacks that lets nodes of Azure in: their measurement is the paravisor's alone, and the rest in registers. */
function* lackingOfAzure(way: string): Iterable<string> {
  if (!way.includes("az-snp-vtpm")) return;
  if (!comparesClaim(way, /\bmeasurement\b/))
    yield "names no measurement of Azure's paravisor: whoever writes one keeps the virtual TPM";
  if (!regoStatements(way).some((line) => bootRegister.test(line)))
    yield "names no register of Azure's virtual TPM: any kernel above the paravisor will do";
  for (const [, registers = ""] of way.matchAll(/"pcrs"\s*:\s*\{([^}]*)\}/g))
    if (!/"pcr04"/.test(registers) || !/"pcr(09|11)"/.test(registers))
      yield "has nodes without registers for boot programs (04) and kernel (09 or 11): any will do";
}

export const measurementPinned = resourceRule({
  id: "measurement-pinned",
  title: "The key broker's policy compares the guest's measurement once more",
  pillar: "attestation",
  severity: "medium",
  baseline: "advisory",
  threat:
    "Reference values are one list for all: an old guest image with a known hole, still listed for another release, opens this release's keys.",
  remediation: "Compare measurement (SNP) or mr_td, rtmr_1 and rtmr_2 (TDX) with the release's own in the policy.",
  source: file(repositories.trustee, "attestation-service/docs/tcb_claims.md", "v0.21.0"),
  platforms,
  claims: ["guest-booted-as-released"],
  boundary: { by: "ownControlPlane", how: "the policy is the trust boundary; the model owner writes it" },
  looksAt: releasingPolicies,
  *check({ place, text }) {
    if (waysToKeys(text).some((way) => !comparesClaim(way, measured)))
      yield place.finding("names no measurement: any guest that some reference value stands for will do");
    for (const what of new Set(waysToKeys(text).flatMap((way) => [...lackingOfAzure(way)]))) yield place.finding(what);
  },
  compliant: [resourcePolicy, nodePolicy],
  breakages: [
    {
      mistake: "any machine of a cloud, beside a release that is known",
      resource: 1,
      path: resourcePolicyPointer,
      replace: [
        "  azure.measurement in node.cpu.measurements\n  every register, accepted in node.cpu.pcrs { azure.tpm[register] in accepted }\n",
        "",
      ],
      expect: resourcePolicyPath,
    },
    {
      mistake: "any kernel above a known paravisor",
      resource: 1,
      path: resourcePolicyPointer,
      replace: ["  every register, accepted in node.cpu.pcrs { azure.tpm[register] in accepted }\n", ""],
      expect: resourcePolicyPath,
    },
    {
      mistake: "a node without registers to compare",
      resource: 1,
      path: resourcePolicyPointer,
      replace: ['"pcr04": [', '"pcr14": ['],
      expect: resourcePolicyPath,
    },
    {
      mistake: "any guest that is known",
      path: resourcePolicyPointer,
      replace: ["snp.measurement ==", "snp.reported_tcb_snp >="],
      expect: resourcePolicyPath,
    },
  ],
});
