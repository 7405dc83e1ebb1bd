import { operatorKeyBroker, operatorMaps } from "../../examples/trusteeOperator";
import { missing } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { file } from "../../sources";
import { kbsConfigs, operatorMapFields } from "../../trusteeOperator";

const fields = Object.keys(operatorMapFields) as (keyof typeof operatorMapFields)[];

const mistakes: Readonly<Record<keyof typeof operatorMapFields, string>> = {
  kbsConfigMapName: "no configuration",
  kbsResourcePolicyConfigMapName: "no resource policy",
  kbsAttestationPolicyConfigMapName: "no policy of CPUs",
  kbsGpuAttestationPolicyConfigMapName: "no policy of GPUs",
  kbsRvpsRefValuesConfigMapName: "no reference values",
};

export const operatorKeyBrokerComplete = resourceRule({
  id: "operator-key-broker-complete",
  title: "The Trustee operator is told every text that the key broker decides by",
  pillar: "attestation",
  severity: "critical",
  threat:
    "For a text that is not named the operator mounts an empty directory, and Trustee fills it with its own: by its resource policy every genuine TEE is given every key.",
  remediation: `Name ConfigMaps in all of ${fields.join(", ")}.`,
  source: file("openshift/trustee-operator", "internal/controller/kbsconfig_controller.go", "v1.2.0"),
  platforms,
  claims: ["key-broker-closed"],
  boundary: { by: "ownControlPlane", how: "the model owner configures its own key broker" },
  admission: {
    scope: [{ group: "confidentialcontainers.org", version: "v1alpha1", resource: "kbsconfigs" }],
    cluster: "owner",
    validations: fields.map((field) => ({
      expression: `dyn(object).?spec.?${field}.orValue("") != ""`,
      message: `spec.${field} names no ConfigMap, so Trustee takes a text of its own`,
    })),
  },
  looksAt: kbsConfigs,
  *check(config) {
    for (const field of fields) {
      const named = config.body.at("spec", field);
      if (named.present ? !named.text : missing(config, named))
        yield named.finding("names no ConfigMap, so Trustee takes a text of its own");
    }
  },
  compliant: [operatorKeyBroker, ...operatorMaps],
  breakages: fields.map((field) => ({
    mistake: mistakes[field],
    path: `/spec/${field}`,
    remove: true,
    expect: `spec.${field}`,
  })),
});
