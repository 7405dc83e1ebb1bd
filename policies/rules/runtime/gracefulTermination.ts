import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods } from "../../kubernetes";
import { bareMetal, resourceRule, tenants } from "../../rule";
import { issue, repositories } from "../../sources";

/** Kubernetes' default. How long a guest with GPUs takes was measured by nobody. */
const leastSeconds = 30;

export const gracefulTermination = resourceRule({
  id: "graceful-termination",
  title: "Confidential pods are given time to end",
  pillar: "runtime",
  severity: "medium",
  threat:
    "Killed before it gave its GPUs back, a virtual machine leaves them stuck in VFIO, and only a reboot of the host frees them.",
  remediation: `Leave terminationGracePeriodSeconds out, or write ${leastSeconds} or more; never delete such pods by force.`,
  source: issue(repositories.kata, 13179),
  platforms: bareMetal,
  claims: ["host-prepared"],
  protects: ["infrastructureProvider", ...tenants],
  baseline: "advisory",
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: `variables.spec.?terminationGracePeriodSeconds.orValue(${leastSeconds}) >= ${leastSeconds}`,
        message: `spec.terminationGracePeriodSeconds is less than ${leastSeconds}`,
      },
    ],
  },
  boundary: { by: "nothing", how: "availability is the provider's to give" },
  looksAt: confidentialPods,
  *check({ spec }) {
    const seconds = spec.at("terminationGracePeriodSeconds");
    if (seconds.present && (seconds.count ?? 0) < leastSeconds)
      yield seconds.finding(`is less than the ${leastSeconds} s of Kubernetes' default`);
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "killed at once",
      path: `${podPointer}/terminationGracePeriodSeconds`,
      value: 0,
      expect: `${podPath}.terminationGracePeriodSeconds`,
    },
    {
      mistake: "no time to give the GPUs back",
      path: `${podPointer}/terminationGracePeriodSeconds`,
      value: 5,
      expect: `${podPath}.terminationGracePeriodSeconds`,
    },
  ],
});
