import { everyVolume } from "../../admission/cel";
import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods, missing } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

const path = `${podPath}.automountServiceAccountToken`;
const pointer = `${podPointer}/automountServiceAccountToken`;

export const noServiceAccountToken = resourceRule({
  id: "no-service-account-token",
  title: "Confidential pods are mounted no credentials of the cluster",
  pillar: "cluster",
  severity: "medium",
  threat:
    "The mount is a file that the host writes into the guest, and the token in it lets a broken application act in the cluster.",
  remediation: "Write automountServiceAccountToken: false into the pod's spec.",
  source: nvidiaDocs("overview"),
  platforms,
  claims: ["cluster-closed"],
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: "!variables.spec.?automountServiceAccountToken.orValue(true)",
        message: "spec.automountServiceAccountToken is not false; left out it is true",
      },
      {
        expression: everyVolume("v.?projected.?sources.orValue([]).all(s, !has(s.serviceAccountToken))"),
        message: "a projected volume mounts the token all the same",
      },
    ],
  },
  boundary: { by: "agentPolicy", how: "the built-in agent policy refuses the mount" },
  looksAt: confidentialPods,
  *check({ object, spec }) {
    const automount = spec.at("automountServiceAccountToken");
    if (missing(object, automount) || (automount.present && automount.value !== false))
      yield automount.finding("is not false; left out it is true");
    for (const volume of spec.at("volumes").items())
      for (const source of volume.at("projected", "sources").items())
        if (source.at("serviceAccountToken").present)
          yield source.at("serviceAccountToken").finding("mounts the token all the same");
  },
  *remediate(resource) {
    for (const { object, spec } of confidentialPods.select(resource)) {
      const automount = spec.at("automountServiceAccountToken");
      const wrong = automount.present ? automount.value !== false : missing(object, automount);
      if (wrong && automount.steps) yield { path: automount.steps, value: false };
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    { mistake: "Kubernetes' default", path: pointer, remove: true, expect: path },
    { mistake: "asked for", path: pointer, value: true, expect: path },
    {
      mistake: "projected by hand",
      path: `${podPointer}/volumes/-`,
      value: { name: "token", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
      expect: `${podPath}.volumes[1].projected.sources[0].serviceAccountToken`,
    },
  ],
});
