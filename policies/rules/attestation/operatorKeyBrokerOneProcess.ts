import { operatorKeyBroker, operatorMaps } from "../../examples/trusteeOperator";
import { missing } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { file } from "../../sources";
import { kbsConfigs } from "../../trusteeOperator";

const what = "makes the operator run microservices, from images by tag and with a signer that each start forgets";

export const operatorKeyBrokerOneProcess = resourceRule({
  id: "operator-key-broker-one-process",
  title: "The Trustee operator runs Red Hat's build, in one process",
  pillar: "attestation",
  severity: "high",
  threat:
    "Left to its default the operator starts three containers instead: images of a staging registry by the tag latest, pushed by others, one of which signs tokens with a key that nobody gave it.",
  remediation:
    "Write kbsDeploymentType: AllInOneDeployment; the operator takes microservices where it is left out, whatever the field's description says.",
  source: file("openshift/trustee-operator", "bundle/manifests/trustee-operator.clusterserviceversion.yaml", "v1.2.0"),
  platforms,
  claims: ["key-broker-closed"],
  boundary: { by: "ownControlPlane", how: "the model owner configures its own key broker" },
  admission: {
    scope: [{ group: "confidentialcontainers.org", version: "v1alpha1", resource: "kbsconfigs" }],
    cluster: "owner",
    validations: [
      {
        expression: 'dyn(object).?spec.?kbsDeploymentType.orValue("") == "AllInOneDeployment"',
        message: `spec.kbsDeploymentType ${what}`,
      },
    ],
  },
  looksAt: kbsConfigs,
  *check(config) {
    const type = config.body.at("spec", "kbsDeploymentType");
    if (type.present ? type.text !== "AllInOneDeployment" : missing(config, type)) yield type.finding(what);
  },
  compliant: [operatorKeyBroker, ...operatorMaps],
  breakages: [
    {
      mistake: "three containers",
      path: "/spec/kbsDeploymentType",
      value: "MicroservicesDeployment",
      expect: "spec.kbsDeploymentType",
    },
    {
      mistake: "the operator's default, which is not the documented one",
      path: "/spec/kbsDeploymentType",
      remove: true,
      expect: "spec.kbsDeploymentType",
    },
  ],
});
