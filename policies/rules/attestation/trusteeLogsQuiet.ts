import { literal } from "../../admission/cel";
import { makesTrusteePods, podSpec, trusteePodResources } from "../../admission/trusteePods";
import { keyBrokerDeployment, trusteeRelease } from "../../examples/trustee";
import { operatorKeyBroker, operatorMaps } from "../../examples/trusteeOperator";
import type { Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";
import { operatorConfigs, trusteeReleases } from "../../trusteeCharts";
import { trusteeContainers } from "../../trusteePods";

/** `debug`, `info,kbs=trace`. */
const talkative = /(^|[=,])\s*(debug|trace)\b/i;
const variable = "RUST_LOG";

const levels: Selector<Place> = {
  kinds: [...trusteeContainers.kinds, ...operatorConfigs.kinds, ...trusteeReleases.kinds],
  *select(resource) {
    for (const { place } of trusteeContainers.select(resource)) yield* ofVariables(place.at("env"));
    for (const { body } of operatorConfigs.select(resource)) yield body.at("spec", "KbsEnvVars", variable);
    for (const { values } of trusteeReleases.select(resource)) {
      yield values.at("log_level");
      for (const service of ["kbs", "as", "rvps"]) yield* ofVariables(values.at(service, "extraEnvVars"));
    }
  },
};

export const trusteeLogsQuiet = resourceRule({
  id: "trustee-logs-quiet",
  title: "Trustee's services log no evidence and no tokens",
  pillar: "attestation",
  severity: "medium",
  threat:
    "At debug and trace the services write evidence and attestation tokens into their logs: whoever reads logs asks for keys with a token that is still good.",
  remediation: `Write ${variable} as info or warn; the operator's permissive profile sets debug.`,
  source: file(repositories.trustee, "kbs/docs/admin.md"),
  platforms,
  claims: ["keys-never-in-clear"],
  boundary: { by: "keyBroker", how: "a key is encrypted to the guest's own key; what is left is what evidence tells" },
  admission: {
    scope: trusteePodResources,
    cluster: "owner",
    when: makesTrusteePods,
    validations: [
      {
        expression: `${podSpec}.containers.all(c, c.?env.orValue([]).all(e, e.name != ${literal(variable)} || !e.?value.orValue("").lowerAscii().matches("(^|[=,])(debug|trace)")))`,
        message: `${variable} logs evidence and tokens`,
      },
    ],
    blindTo: {
      "the operator's permissive logs": "the operator's own resource is another object",
      "logs of Trustee's chart for debugging": "a chart's values are no object of the cluster",
    },
  },
  looksAt: levels,
  *check(level) {
    if (talkative.test(level.text ?? "")) yield level.finding("writes evidence and tokens into logs");
  },
  compliant: [keyBrokerDeployment, operatorKeyBroker, trusteeRelease, ...operatorMaps],
  breakages: [
    {
      mistake: "logs for debugging",
      path: "/spec/template/spec/containers/0/env/0/value",
      value: "debug",
      expect: "spec.template.spec.containers[0].env[0].value",
    },
    {
      mistake: "one module's logs in full",
      path: "/spec/template/spec/containers/0/env/0/value",
      value: "info,kbs=trace",
      expect: "spec.template.spec.containers[0].env[0].value",
    },
    {
      mistake: "the operator's permissive logs",
      resource: 1,
      path: "/spec/KbsEnvVars/RUST_LOG",
      value: "debug",
      expect: "spec.KbsEnvVars.RUST_LOG",
    },
    {
      mistake: "logs of Trustee's chart for debugging",
      resource: 2,
      path: "/values/log_level",
      value: "debug",
      expect: "values.log_level",
    },
  ],
});

/** A value that is in none of these is read elsewhere; names that are not known yet are decided at `up`. */
function* ofVariables(list: Place): Iterable<Place> {
  for (const entry of list.items()) if (entry.at("name").text === variable) yield entry.at("value");
}
