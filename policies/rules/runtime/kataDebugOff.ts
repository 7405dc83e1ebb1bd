import { kataDeploy } from "../../examples/cluster";
import { kataChart, releases } from "../../helm";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

export const kataDebugOff = resourceRule({
  id: "kata-debug-off",
  title: "kata-deploy installs no debug or devkit guests",
  pillar: "runtime",
  severity: "high",
  threat: "A host that has guests with a console needs only one changed class name to run a model in one of them.",
  remediation: "Write debug: false and devkit: false, or leave both out.",
  source: file(repositories.kata, "tools/packaging/kata-deploy/helm-chart/kata-deploy/values.yaml", "4.1.0"),
  platforms: bareMetal,
  claims: ["guest-booted-as-released"],
  boundary: { by: "measurement", how: "debug guests have measurements that no release knows" },
  looksAt: releases(kataChart),
  *check({ values }) {
    for (const key of ["debug", "devkit"]) {
      const setting = values.at(key);
      if (setting.present && setting.value !== false) yield setting.finding("installs guests that open to their host");
    }
  },
  compliant: [kataDeploy],
  breakages: [
    { mistake: "debug guests", path: "/values/debug", value: true, expect: "values.debug" },
    { mistake: "debug guests, as text", path: "/values/debug", value: "true", expect: "values.debug" },
    { mistake: "devkit guests", path: "/values/devkit", value: true, expect: "values.devkit" },
  ],
});
