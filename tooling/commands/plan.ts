import { basename, dirname } from "node:path";
import type { Command } from "commander";
import { packNames } from "../../policies/pack";
import type { PackName } from "../../policies/pack";
import { ConfigurationError } from "../../stacks/config/errors";
import { parseConfig, secretKeys } from "../../stacks/config/load";
import { completeSections } from "../../stacks/presetFile";
import { checkedFile } from "../configuration";
import { runSteps } from "../progress";
import type { Step } from "../progress";
import { readStackFile } from "../review/stackFiles";
import type { StackFile } from "../review/stackFiles";
import { packFolder, projectOf } from "../project";
import { UserError } from "../ui";

interface Options {
  readonly offline?: true;
  readonly pack: string;
  readonly json?: true;
}

/** `plan --offline`: what a stack would make, without a network. */
export function addPlanCommand(root: Command, signal: AbortSignal): void {
  root
    .command("plan")
    .description(
      "Says what a stack would make, in which order, and what is refused, without a network: clouds are SIMULATED (docs/plan.md).",
    )
    .argument("<file>", "the stack's Pulumi.<stack>.yaml")
    .option("--offline", "plan without a network; with one, `pulumi preview` asks the real clouds")
    .option("--pack <name>", `the policy pack that judges: ${packNames.join(", ")}`, "baseline")
    .option("--json", "print JSON, and no progress")
    .addHelpText("after", "\nEnds with 0: nothing is refused; 1: refused, or bad input.")
    .action(async (path: string, options: Options) => {
      const pack = packOf(options.pack);
      if (!options.offline)
        throw new UserError(
          `Without --offline there is nothing to plan here: \`pulumi preview --policy-pack ${packFolder(projectOf(path), pack)}\` does it with the real clouds' plugins.`,
        );
      const written = stackFileAt(path);
      requireSecretsEncrypted(path, written);
      const project = projectOf(path);
      const complete = () => completeSections(project, written.sections).sections;
      const file = { ...written, sections: checkedFile(path, complete) };
      const config = checkedFile(path, () => parsed(file));
      if (config.role === "rehearsal")
        throw new UserError(
          `${path}: a whole factory (role rehearsal) is planned by its rehearsal, \`npm run rehearse\`; name the file of one party's stack.`,
        );
      if (!options.json) console.log(`${banner}\n`);
      const { ensureToolchain } = await import("../toolchain/ensure.js");
      const { pulumiRoot, binDir } = await ensureToolchain({ groups: ["engine"], signal });
      // The engine's client, which no other command has to wait for.
      const { isRefused, planned } = await import("../clouds/plan.js");
      const { planJson, planText } = await import("../clouds/screen.js");
      const plan = await planned(
        { config, sections: file.sections, project, pack, engine: { pulumiRoot, binDir }, signal },
        options.json ? quietly : (steps) => runSteps(steps),
      );
      const screen = { file: path, pack, unseen: file.unseen, plan };
      console.log(options.json ? planJson(screen) : `\n${planText(screen)}`);
      if (isRefused(plan)) process.exitCode = 1;
    });
}

const banner =
  "SIMULATED: planned without a network. No cloud and no cluster is asked; ids, addresses and keys are made up.";

function packOf(name: string): PackName {
  const found = packNames.find((pack) => pack === name);
  if (!found) throw new UserError(`--pack ${name} is no pack; write one of ${packNames.join(", ")}.`);
  return found;
}

function stackFileAt(path: string): StackFile {
  const [, stackName] = /^Pulumi\.(.+)\.ya?ml$/.exec(basename(path)) ?? [];
  const file = stackName === undefined ? undefined : readStackFile(dirname(path), stackName, dirname(path));
  if (!file) throw new UserError(`${path} is no stack's file; name a Pulumi.<stack>.yaml that is there.`);
  return file;
}

function requireSecretsEncrypted(path: string, { sections }: StackFile): void {
  const open = secretKeys.find((key) => key in sections);
  if (open !== undefined)
    throw new UserError(
      `${path}: trustfoundry:${open} stands there in plain text; take it out, make new keys instead of those in it, and set it with \`pulumi config set --secret trustfoundry:${open}\`.`,
    );
}

/** Of an encrypted setting only the place is known; what the schema says of the text in its place would mislead. */
function parsed({ sections, unseen }: StackFile): ReturnType<typeof parseConfig> {
  try {
    return parseConfig(sections);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(
      error.problems.map((problem) => {
        const place = unseen.find((name) => problem.startsWith(`${name}: `));
        return place === undefined
          ? problem
          : `${place}: is encrypted, and a plan looks at no encrypted setting; write it in plain text where it is no secret`;
      }),
    );
  }
}

const quietly = async (steps: readonly Step[]) => {
  for (const { run } of steps) await run(() => undefined);
};
