import type { Command } from "commander";
import { attacks } from "../attestation/attacks";
import type { RehearsalWatcher } from "../attestation/rehearse";
import { attackNamed, isSound } from "../attestation/rehearse";
import { attackLines, attestNotice, releaseLine, resultLine, stepLine, summary } from "../attestation/screen";
import { attest } from "./attest";
import { InstancePaths } from "./paths";
import { simulatedNotice } from "./report";

interface AttestOptions {
  readonly name: string;
  readonly attack?: string;
  readonly allAttacks?: boolean;
  readonly json?: boolean;
}

/** `npm run rehearse -- attest [release] [--attack <name> | --all-attacks] [--json]` */
export function attestCommand(command: Command, signal: AbortSignal): void {
  command
    .argument("[release]", "name of a release; default: all of them")
    .option("--attack <name>", `play one attack beside the good case: ${attacks.map(({ name }) => name).join(", ")}`)
    .option("--all-attacks", "play every attack")
    .option("--json", "print the results as JSON, and nothing else")
    .action(async (release: string | undefined, { name, attack, allAttacks, json }: AttestOptions) => {
      const results = await attest({
        paths: new InstancePaths(name),
        release,
        attacks: allAttacks ? attacks : attack === undefined ? [] : [attackNamed(attack)],
        watcher: json ? {} : printer(),
        signal,
      });
      const sound = results.every(isSound);
      if (json) console.log(JSON.stringify({ simulated: true, sound, releases: results }, null, 2));
      else console.log(`\n${summary(results)}`);
      if (!sound) process.exitCode = 1;
    });
}

/** Prints each step as it is done; the notice first, once there is something to say. */
function printer(): RehearsalWatcher {
  let noticed = false;
  return {
    started: (release) => {
      if (!noticed) console.log(`${simulatedNotice}\n${attestNotice}`);
      noticed = true;
      console.log(releaseLine(release));
    },
    step: (step) => console.log(stepLine(step)),
    finished: (result) => console.log(resultLine(result)),
    attacked: (result) => console.log(attackLines(result)),
  };
}
