import { regoStatements } from "../../documents";
import {
  attestationPolicy,
  attestationPolicyPath,
  attestationPolicyPointer,
  referenceValues,
} from "../../examples/trustee";
import { nodeAttestationPolicy, nodeAttestationPolicyPath } from "../../examples/trusteeNodes";
import { attestationPolicies } from "../../keyBroker";
import type { Finding } from "../../place";
import { storedReferenceValues } from "../../referenceValues";
import { rulesAbout } from "../../regoRules";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** What a policy has to look at to know the firmware below a guest. */
const firmwareOf = {
  "input.snp": ["reported_tcb_bootloader", "reported_tcb_microcode", "reported_tcb_snp", "reported_tcb_tee"],
  "input.tdx": ["tcb_status"],
  'input["az-snp-vtpm"]': ["reported_tcb_bootloader", "reported_tcb_microcode", "reported_tcb_snp", "reported_tcb_tee"],
};
/** Versions that no EPYC in the field has. */
const neverZero = ["snp_bootloader", "snp_microcode", "tcb_bootloader", "tcb_microcode"];

const demands: Selector<() => Iterable<Finding>> = {
  kinds: attestationPolicies.kinds,
  *select(resource) {
    for (const { place, text } of attestationPolicies.select(resource)) {
      const policy = regoStatements(text).join("\n");
      for (const [tee, firmware] of Object.entries(firmwareOf))
        if (policy.includes(`${tee}.`))
          yield function* () {
            // What is asked of one kind of evidence is not asked of another.
            const rules = rulesAbout(text, tee);
            const left = firmware.filter((claim) => !rules.includes(claim));
            if (left.length > 0) yield place.finding(`takes evidence of ${tee} without a look at ${left.join(", ")}`);
          };
    }
    for (const { name, record } of storedReferenceValues.select(resource))
      if (neverZero.includes(name))
        yield function* () {
          const value = record.at("value");
          if (value.items().some((floor) => floor.value === 0)) yield value.finding("accepts version 0, which is any");
        };
  },
};

export const tcbFloorSet = resourceRule({
  id: "tcb-floor-set",
  title: "Attestation asks for the firmware below the guest, and for no version of all ages",
  pillar: "attestation",
  severity: "high",
  threat:
    "A host with firmware of which the holes are published attests as genuine, and its operator reads the guest through them.",
  remediation:
    "Compare all four reported_tcb_… of SNP with what `snphost show tcb` says of a patched host, and tcb_status of TDX with UpToDate.",
  source: file(repositories.trustee, "attestation-service/docs/tcb_claims.md", "v0.21.0"),
  platforms,
  claims: ["cpu-firmware-current"],
  boundary: { by: "keyBroker", how: "a release's resource policy holds the guest against the release's own floor" },
  looksAt: demands,
  check: (findings) => findings(),
  compliant: [attestationPolicy, referenceValues, nodeAttestationPolicy],
  breakages: [
    {
      mistake: "any microcode",
      path: attestationPolicyPointer,
      replace: ['  input.snp.reported_tcb_microcode in query_reference_value("snp_microcode")\n', ""],
      expect: attestationPolicyPath,
    },
    {
      mistake: "any microcode below a node of Azure",
      resource: 2,
      path: attestationPolicyPointer,
      replace: [
        '  at_least(input["az-snp-vtpm"].reported_tcb_microcode, query_reference_value("tcb_microcode"))\n',
        "",
      ],
      expect: nodeAttestationPolicyPath,
    },
    {
      mistake: "any state of Intel's platform",
      path: attestationPolicyPointer,
      replace: ['  input.tdx.tcb_status == "UpToDate"\n', ""],
      expect: attestationPolicyPath,
    },
    {
      mistake: "a floor of zero",
      resource: 1,
      path: "/data/snp_bootloader",
      replace: ['"value":[4]', '"value":[0]'],
      expect: "data.snp_bootloader#value",
    },
  ],
});
