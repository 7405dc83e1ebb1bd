import { resolve } from "node:path";
import Table from "cli-table3";
import type { Command } from "commander";
import { checkout } from "../toolchain/ensure";
import { printableJson, UserError } from "../ui";
import { exitCodeOf, verdictDocument } from "../verdict/outcome";
import { screenWidth, simulatedBanner } from "../verdict/screen";
import type { PlayedCase } from "../verdict/simulated/cases";
import { playCase, verdictCases } from "../verdict/simulated/cases";
import { readDescription } from "./description";
import { lossLine, lostProviders } from "./lost";
import { InstancePaths } from "./paths";
import { chosen, signedReleases } from "./verdict";
import { serveGuest } from "./verdictServe";

interface VerdictOptions {
  readonly name: string;
  readonly file: string;
  readonly json?: boolean;
  readonly serve?: string;
  readonly out?: string;
}

/** `npm run rehearse -- verdict [release] [--json | --serve <address> --out <directory>]` */
export function verdictCommand(command: Command, signal: AbortSignal): void {
  command
    .argument("[release]", "name of a release; default: all of them, and with --serve the first")
    .option(
      "--file <path>",
      "description of the factory, where no rehearsal has signed releases",
      "Pulumi.rehearsal.yaml",
    )
    .option("--json", "print the verdicts as JSON, and nothing else")
    .option("--serve <address>", "let a SIMULATED guest answer at an address of this machine, e.g. 127.0.0.1:8443")
    .option("--out <directory>", "with --serve: a new folder for what a reader needs")
    .action(async (name: string | undefined, options: VerdictOptions) => {
      const now = new Date();
      const describe = () => readDescription(resolve(checkout, options.file));
      const signed = await signedReleases(new InstancePaths(options.name), describe, now);
      const releases = chosen(signed, name);
      const { serve, out } = options;
      if ((serve === undefined) !== (out === undefined)) throw new UserError("--serve and --out go together.");
      const [first] = releases;
      if (serve !== undefined && out !== undefined && first)
        return serveGuest({ ...first, signers: signed.signers, listen: serve, out, signal });
      const played: { readonly release: string; readonly cases: readonly PlayedCase[] }[] = [];
      const lost = lostProviders(new InstancePaths(options.name)).map(lossLine);
      if (!options.json) console.log([simulatedBanner, `Releases ${signed.from}.`, ...lost].join("\n"));
      for (const { release, text } of releases) {
        const expected = { signers: signed.signers, factory: release.factory, simulated: true };
        const reader = { release: text, expected, acceptance: { assertedBy: [], unchecked: [] } };
        const cases: PlayedCase[] = [];
        for (const each of verdictCases) {
          signal.throwIfAborted();
          cases.push(await playCase(each, { release, reader, now }));
        }
        played.push({ release: release.name, cases });
        if (!options.json) console.log(`\n${release.name}\n${casesTable(cases)}`);
      }
      const sound = played.every(({ cases }) => cases.every((each) => each.sound));
      console.log(options.json ? json(sound, played) : `\n${conclusion(sound)}`);
      if (!sound) process.exitCode = 1;
    });
}

function casesTable(cases: readonly PlayedCase[]): string {
  const width = screenWidth();
  const table = new Table({
    head: ["who answers", "verdict", "exit code", "first reason"],
    colWidths: [Math.floor((width - 29) * 0.42), 13, 11, Math.floor((width - 29) * 0.58)],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { what, verdict, failsAt, sound } of cases) {
    const reason = verdict.standing.find(({ check }) => check === failsAt) ?? verdict.standing[0];
    table.push([
      `${sound ? "✔" : "✗"} ${what}`,
      verdict.overall,
      String(exitCodeOf(verdict)),
      reason ? `${reason.of}: ${reason.check}: ${reason.says}` : "every required claim is verified",
    ]);
  }
  return table.toString();
}

function conclusion(sound: boolean): string {
  const said = sound
    ? "✔ The genuine guest is verified; each of the others is refused by the check that is meant against it."
    : "✗ NOT as it has to be: see the lines with ✗ above.";
  return `${said}\n${simulatedBanner}`;
}

function json(sound: boolean, played: readonly { release: string; cases: readonly PlayedCase[] }[]): string {
  const releases = played.map(({ release, cases }) => ({
    release,
    cases: cases.map(({ verdict, url, ...rest }) => ({ ...rest, verdict: verdictDocument(verdict, url) })),
  }));
  return printableJson({ simulated: true, sound, releases });
}
