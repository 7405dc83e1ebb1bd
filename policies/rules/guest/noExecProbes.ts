import { everyContainer } from "../../admission/cel";
import { confidentialDeployment, containerPath, containerPointer } from "../../examples/confidentialDeployment";
import { confidentialContainers } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const hooks = [
  ["livenessProbe"],
  ["readinessProbe"],
  ["startupProbe"],
  ["lifecycle", "postStart"],
  ["lifecycle", "preStop"],
];

export const noExecProbes = resourceRule({
  id: "no-exec-probes",
  title: "Confidential pods need no command from outside: no exec probe, no exec hook",
  pillar: "guest",
  severity: "high",
  threat:
    "To let the probe in, the agent policy has to allow ExecProcessRequest, which is the host's way to run programs in the guest; where it does not, the pod never becomes ready.",
  remediation: "Use tcpSocket, grpc or httpGet, and let the program itself see to its start and end.",
  source: file(repositories.kata, "docs/how-to/how-to-use-the-kata-agent-policy.md", "4.1.0"),
  platforms: bareMetal,
  claims: ["host-kept-out"],

  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: everyContainer(hooks.map((path) => `!c.?${path.join(".?")}.?exec.hasValue()`).join(" && ")),
        message: "a probe or hook runs a command inside the guest",
      },
    ],
  },
  boundary: { by: "agentPolicy", how: "the built-in agent policy refuses every ExecProcessRequest" },
  looksAt: confidentialContainers,
  *check({ place }) {
    for (const hook of hooks) {
      const exec = place.at(...hook, "exec");
      if (exec.present) yield exec.finding("runs a command inside the guest");
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "readiness asked by a command",
      path: `${containerPointer}/readinessProbe`,
      value: { exec: { command: ["curl", "-f", "localhost:8000/health"] } },
      expect: `${containerPath}.readinessProbe.exec`,
    },
    {
      mistake: "a command before the end",
      path: `${containerPointer}/lifecycle`,
      value: { preStop: { exec: { command: ["sleep", "15"] } } },
      expect: `${containerPath}.lifecycle.preStop.exec`,
    },
  ],
});
