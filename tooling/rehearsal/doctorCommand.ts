import type { Command } from "commander";
import { questionOf } from "../doctor/run";
import { doctorJson, doctorText } from "../doctor/screen";
import { exitCodeOf } from "../doctor/walk";
import { rehearsalDoctor } from "./doctor";
import { InstancePaths } from "./paths";

interface Options {
  readonly name: string;
  readonly provider?: string;
  readonly json?: boolean;
}

/** `npm run rehearse -- doctor [node <name> | pod <namespace>/<name>]` */
export function doctorCommand(command: Command, signal: AbortSignal): void {
  command
    .argument("[kind]", "node or pod; without: everything")
    .argument("[subject]", "a host's name, or <namespace>/<pod or workload>")
    .option("--provider <name>", "whose cluster, where there are several providers")
    .option("--json", "print the diagnosis as JSON, and nothing else")
    .addHelpText(
      "after",
      "\nEnds with 0: nothing is broken; 1: bad input; 2: something is broken; 3: something could not be seen.",
    )
    .action(async (kind: string | undefined, subject: string | undefined, { name, provider, json }: Options) => {
      const question = questionOf({ kind, name: subject });
      const { diagnosis, sources } = await rehearsalDoctor({
        paths: new InstancePaths(name),
        provider,
        question,
        signal,
      });
      const screen = { question, simulated: true, sources, diagnosis };
      console.log(json ? doctorJson(screen) : doctorText(screen));
      process.exitCode = exitCodeOf(diagnosis);
    });
}
