import { regoStatements } from "../../documents";
import {
  attestationPolicy,
  attestationPolicyPath,
  attestationPolicyPointer,
  referenceValues,
  resourcePolicy,
  resourcePolicyPath,
  resourcePolicyPointer,
} from "../../examples/trustee";
import { attestationPolicies, resourcePolicies } from "../../keyBroker";
import type { Finding } from "../../place";
import { storedReferenceValues } from "../../referenceValues";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** What the rules for samples in Trustee's own policies ask for; no TEE has values of these names. */
const sampleValues = ["launch_digest", "svn", "major_version", "minimum_minor_version", "device_svn"];
const sample = /\binput(\.|\[")sample(device)?\b|annotated-evidence"\](\.|\[")sample(device)?\b/;

const places: Selector<() => Iterable<Finding>> = {
  kinds: [...attestationPolicies.kinds, "reference values"],
  *select(resource) {
    for (const policies of [attestationPolicies, resourcePolicies])
      for (const { place, text } of policies.select(resource))
        yield function* () {
          const line = regoStatements(text).find((line) => sample.test(line) && !/^not\b/.test(line));
          if (line) yield place.finding(`judges evidence that was made up: ${JSON.stringify(line)}`);
        };
    for (const { name, record } of storedReferenceValues.select(resource))
      yield function* () {
        if (sampleValues.includes(name)) yield record.at("value").finding("is a value that only made-up evidence has");
      };
  },
};

export const sampleEvidenceRefused = resourceRule({
  id: "sample-evidence-refused",
  title: "Evidence that software made up opens nothing",
  pillar: "attestation",
  severity: "critical",
  threat:
    "A guest that finds no TEE sends sample evidence without a word; where the sample's values are known, any program on any machine attests.",
  remediation:
    "Leave rules for input.sample and input.sampledevice, and the sample's reference values, out; test against a key broker of its own.",
  source: file(repositories.trustee, "attestation-service/src/ear_token/ear_default_policy_cpu.rego", "v0.21.0"),
  platforms,
  claims: ["cpu-genuine"],
  boundary: { by: "ownControlPlane", how: "the model owner writes policies and reference values" },
  looksAt: places,
  check: (findings) => findings(),
  compliant: [attestationPolicy, referenceValues, resourcePolicy],
  breakages: [
    {
      mistake: "Trustee's rule for its sample",
      path: attestationPolicyPointer,
      replace: ["input.snp.measurement in", "input.sample.launch_digest in"],
      expect: attestationPolicyPath,
    },
    {
      mistake: "a GPU that is none",
      path: "/data/default_gpu.rego",
      replace: ['input.nvidia.measres == "success"', 'input.sampledevice.svn == "1"'],
      expect: `data["default_gpu.rego"]`,
    },
    {
      mistake: "the sample's reference value",
      resource: 1,
      path: "/data/launch_digest",
      value: JSON.stringify({
        version: "0.1.0",
        name: "launch_digest",
        expiration: "2028-01-01T00:00:00Z",
        value: ["abc"],
      }),
      expect: "data.launch_digest#value",
    },
    {
      mistake: "keys for the sample",
      resource: 2,
      path: resourcePolicyPointer,
      replace: [
        '["ear.veraison.annotated-evidence"].snp.measurement ==',
        '["ear.veraison.annotated-evidence"].sample.svn ==',
      ],
      expect: resourcePolicyPath,
    },
  ],
});
