import { everyContainer, isOff } from "../../admission/cel";
import { confidentialDeployment, containerPath, containerPointer } from "../../examples/confidentialDeployment";
import { confidentialContainers } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

export const noInteractiveContainers = resourceRule({
  id: "no-interactive-containers",
  title: "No container of a confidential pod keeps an input for its host",
  pillar: "guest",
  severity: "medium",
  threat: "Whoever attaches types into the program as its console: what reads commands there obeys the host.",
  remediation: "Leave stdin and tty out.",
  source: file(repositories.kata, "docs/how-to/how-to-use-the-kata-agent-policy.md", "4.1.0"),
  platforms: bareMetal,
  claims: ["host-kept-out"],

  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: everyContainer(`${isOff("c", "stdin")} && ${isOff("c", "tty")}`),
        message: "a container keeps stdin or tty open",
      },
    ],
  },
  boundary: { by: "agentPolicy", how: "the built-in agent policy refuses WriteStreamRequest and a terminal" },
  looksAt: confidentialContainers,
  *check({ place }) {
    for (const key of ["stdin", "tty"])
      if ((place.at(key).value ?? false) !== false) yield place.at(key).finding("lets the host type into the program");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "an input left open",
      path: `${containerPointer}/stdin`,
      value: true,
      expect: `${containerPath}.stdin`,
    },
    { mistake: "a terminal", path: `${containerPointer}/tty`, value: true, expect: `${containerPath}.tty` },
  ],
});
