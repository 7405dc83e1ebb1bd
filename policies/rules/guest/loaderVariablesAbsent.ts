import { refusedEnvironment } from "../../../components/guest/agentPolicy";
import { everyContainer, literals } from "../../admission/cel";
import { confidentialDeployment, containerPath, containerPointer } from "../../examples/confidentialDeployment";
import { confidentialContainers } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

/** Images set the search path themselves, so the agent policy lets it be; a pod has no need to. */
const switches = [...refusedEnvironment, "LD_LIBRARY_PATH"];
/** Functions of the shell, by any name. */
const shellFunction = "BASH_FUNC_";

export const loaderVariablesAbsent = resourceRule({
  id: "loader-variables-absent",
  title: "No variable of a confidential container steers its loader or interpreter",
  pillar: "guest",
  severity: "medium",
  threat:
    "The reviewed image runs, and LD_PRELOAD or PYTHONPATH makes its server load a library from scratch space that writes prompts out.",
  remediation: "Set what the program needs in its image, whose digest the release names, and leave such variables out.",
  source: page("Linux man-pages, ld.so(8)", "https://man7.org/linux/man-pages/man8/ld.so.8.html"),
  platforms,
  claims: ["image-as-released"],
  baseline: "advisory",
  boundary: {
    by: "agentPolicy",
    how: "the built-in agent policy refuses known switches, or every variable that the release does not list; not LD_LIBRARY_PATH, unless it lists them",
  },
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: everyContainer(
          `c.?env.orValue([]).all(e, !(e.name in ${literals(switches)}) && !e.name.startsWith("${shellFunction}"))`,
        ),
        message: "a variable of a container steers its loader or interpreter",
      },
    ],
  },
  looksAt: confidentialContainers,
  *check({ place }) {
    for (const variable of place.at("env").items()) {
      const name = variable.at("name").text ?? "";
      if (switches.includes(name) || name.startsWith(shellFunction))
        yield variable.at("name").finding("makes another program of the image's own");
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "a library loaded before all others",
      path: `${containerPointer}/env/-`,
      value: { name: "LD_PRELOAD", value: "/tmp/trace.so" },
      expect: `${containerPath}.env[2].name`,
    },
    {
      mistake: "libraries searched for in scratch space",
      path: `${containerPointer}/env/-`,
      value: { name: "LD_LIBRARY_PATH", value: "/tmp/lib" },
      expect: `${containerPath}.env[2].name`,
    },
    {
      mistake: "a shell function in place of a program",
      path: `${containerPointer}/env/-`,
      value: { name: "BASH_FUNC_curl%%", value: "() { /tmp/curl; }" },
      expect: `${containerPath}.env[2].name`,
    },
  ],
});
