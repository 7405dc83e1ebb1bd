import type { Command } from "commander";
import { trusteeKeyAuthority } from "../../components/verdict/keyAuthority";
import type { Release } from "../../components/workload/release";
import { attacks } from "../attestation/attacks";
import type { RehearsalWatcher } from "../attestation/rehearse";
import { attackNamed, isSound } from "../attestation/rehearse";
import {
  attackLines,
  attestNotice,
  claimLines,
  keyAuthorityLine,
  releaseLine,
  resultLine,
  stepLine,
  summary,
} from "../attestation/screen";
import { attest } from "./attest";
import { readRecord } from "./instance";
import { lossLine, lostProviders } from "./lost";
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
      const tees = new Set<Release["tee"]>();
      const paths = new InstancePaths(name);
      const results = await attest({
        paths,
        release,
        attacks: allAttacks ? attacks : attack === undefined ? [] : [attackNamed(attack)],
        watcher: json ? {} : printer(tees),
        signal,
      });
      const sound = results.every(isSound);
      // Keys of a rehearsal are always its own broker's, whatever the description says of real ones (stacks/rehearsal.ts).
      const keyAuthority = trusteeKeyAuthority("owner", readRecord(paths)?.factory.attestation.service.kind ?? "coco");
      if (json) console.log(JSON.stringify({ simulated: true, sound, keyAuthority, releases: results }, null, 2));
      else {
        const shown = sound ? [claimLines([...tees]), "", keyAuthorityLine(keyAuthority), ""] : [];
        console.log(["", ...shown, ...lostProviders(paths).map(lossLine), summary(results)].join("\n"));
      }
      if (!sound) process.exitCode = 1;
    });
}

/** Prints each step as it is done; the notice first, once there is something to say. Notes which TEEs were played. */
function printer(tees: Set<Release["tee"]>): RehearsalWatcher {
  let noticed = false;
  return {
    started: (release) => {
      if (!noticed) console.log(`${simulatedNotice}\n${attestNotice}`);
      noticed = true;
      tees.add(release.tee);
      console.log(releaseLine(release));
    },
    step: (step) => console.log(stepLine(step)),
    finished: (result) => console.log(resultLine(result)),
    attacked: (result) => console.log(attackLines(result)),
  };
}
