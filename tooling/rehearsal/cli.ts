import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { instanceDown } from "../controlplane/instance";
import { runSteps } from "../progress";
import { checkout } from "../toolchain/ensure";
import { runMain } from "../ui";
import { attestCommand } from "./attestCommand";
import { readDescription } from "./description";
import { destroy, instanceNames } from "./destroy";
import { doctorCommand } from "./doctorCommand";
import { driftCommand } from "./driftCommand";
import { kubectl } from "./kubectl";
import { lose, lossText } from "./lost";
import { InstancePaths, rehearsalHome } from "./paths";
import { simulatedNotice } from "./report";
import { repairCommand } from "./repairCommand";
import { reportCommand } from "./reportCommand";
import { statusScreen, upScreen } from "./screens";
import { status } from "./status";
import { unlock } from "./unlock";
import { up } from "./up";
import { verdictCommand } from "./verdictCommand";
import { rotateCommand, upgradeCommand } from "../upgrade/rehearsal/command";

interface Named {
  readonly name: string;
}

/** `npm run rehearse -- [up|status|attest|report|down|destroy|kubectl|unlock]`; without a command: `up`. */
function program(signal: AbortSignal): Command {
  const root = new Command("npm run rehearse --")
    .description(`A whole AI factory on this machine's own control planes. ${simulatedNotice}.`)
    .showSuggestionAfterError()
    .enablePositionalOptions();
  const command = (name: string, description: string) =>
    root
      .command(name)
      .description(description)
      .option("--name <name>", "name of the rehearsal; several can run side by side", "default");

  command("up", "start the control planes and deploy every stack (this is the default)")
    .option("--file <path>", "description of the factory", "Pulumi.rehearsal.yaml")
    .option("--api-port <cluster=port>", "fixed port of an API server, e.g. trust=6443; may be repeated", parsePort, {})
    .action(async ({ name, file, apiPort }: Named & { file: string; apiPort: Record<string, number> }) => {
      const paths = new InstancePaths(name);
      const path = resolve(checkout, file);
      const result = await up({ paths, file: path, factory: readDescription(path), ports: apiPort, signal });
      console.log(`\n${upScreen(result, name)}`);
    });
  command("status", "show what runs and where the pods are").action(async ({ name }: Named) => {
    const found = await status(new InstancePaths(name), signal);
    console.log(found ? statusScreen(found, name) : noSuch(name));
  });
  command("down", "stop the control planes; everything stays for the next `up`").action(async ({ name }: Named) => {
    const { controlPlanes } = new InstancePaths(name);
    await runSteps([{ title: "Stop the control planes", run: () => instanceDown({ directory: controlPlanes }) }]);
    console.log("\nStopped. `npm run rehearse` goes on where it was; `npm run rehearse -- destroy` deletes it.");
  });
  command("destroy", "destroy every stack and delete the control planes with all their data").action(
    async ({ name }: Named) => {
      const existed = await destroy(new InstancePaths(name), signal);
      console.log(existed ? "\nNothing is left. `npm run rehearse` starts anew." : noSuch(name));
    },
  );
  attestCommand(command("attest", "play attestation against the live key broker's policies"), signal);
  reportCommand(command("report", "write report.html and report.md about the rehearsed factory; changes nothing"));
  doctorCommand(command("doctor", "say which link is broken between a host and its guests' keys"), signal);
  driftCommand(command("drift", "say what is no longer as it was applied, and heal it with --heal"), signal);
  verdictCommand(command("verdict", "judge a SIMULATED guest as a data owner does, and three bad ones"), signal);
  upgradeCommand(command("upgrade", "change what guests measure, step by step, without a wrong or a lost key"), signal);
  rotateCommand(command("rotate", "exchange a key or a certificate, step by step, next beside former"), signal);
  repairCommand(command("repair", "say what a killed run left on the stacks, and repair it"), signal);
  command("lose", "take a provider away for good, as it can itself (SIMULATED); the others go on")
    .argument("<provider>", "name of the provider")
    .action(async (provider: string, { name }: Named) => {
      console.log(lossText(provider, await lose(new InstancePaths(name), provider)));
    });
  command("unlock", "release the locks that a killed run left on the stacks").action(async ({ name }: Named) => {
    console.log(await unlock(new InstancePaths(name)));
  });
  command("kubectl", "run kubectl with one party's credentials")
    .option(
      "--as <who>",
      "trust, provider or deployer; with several providers, provider-<name> or deployer-<name>",
      "provider",
    )
    .argument("[args...]", "arguments of kubectl")
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (args: string[], { name, as }: Named & { as: string }) => {
      process.exitCode = await kubectl(new InstancePaths(name), as, args, signal);
    });
  return root;
}

function parsePort(text: string, known: Record<string, number>): Record<string, number> {
  const [, cluster, digits] = /^([a-z0-9-]+)=(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (!cluster || port < 1 || port > 65535) throw new InvalidArgumentError("Write <cluster>=<port>, e.g. trust=6443.");
  return { ...known, [cluster]: port };
}

function noSuch(name: string): string {
  const others = instanceNames(rehearsalHome());
  return `There is no rehearsal ${name}.${others.length > 0 ? ` There is: ${others.join(", ")}.` : ""} \`npm run rehearse\` makes one.`;
}

void runMain(async (signal) => {
  const args = process.argv.slice(2);
  const first = args[0] ?? "";
  // Options alone are those of `up`.
  const withCommand =
    first === "" || (first.startsWith("-") && !["-h", "--help"].includes(first)) ? ["up", ...args] : args;
  await program(signal).parseAsync(withCommand, { from: "user" });
});
