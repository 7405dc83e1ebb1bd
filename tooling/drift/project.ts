import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { sectionsOf, parseConfig } from "../../stacks/config/load";
import { completeSections } from "../../stacks/presetFile";
import { checkedFile } from "../configuration";
import { KubeApi } from "../controlplane/api";
import { defaultKubeconfig, kubeconfigCredentials } from "../doctor/collect/kubeconfig";
import { readNamed } from "../files";
import { projectOf } from "../project";
import { readCheckpoint } from "../report/sources/checkpoint";
import { readStackFile } from "../review/stackFiles";
import { ensureToolchain } from "../toolchain/ensure";
import { printable, UserError } from "../ui";
import { exitCodeOf } from "./drift";
import type { JudgedStack } from "./run";
import { drift } from "./run";
import { driftJson, driftText } from "./screen";
import { readStack } from "./state";

export interface ProjectDriftArgs {
  /** Names of stacks of the project in this folder; their states are opened by `pulumi`, and stay in memory. */
  readonly stack: readonly string[];
  /** Exported states, whose secrets are sealed. */
  readonly state: readonly string[];
  /** Where Pulumi.<stack>.yaml lies; default: beside the state, or here. */
  readonly settings?: string;
  readonly kubeconfig?: string;
  readonly heal: boolean;
  readonly json: boolean;
  readonly party?: string;
  readonly known: readonly string[];
}

/** The command: one party's stacks, its own credentials. */
export async function projectDrift(
  args: ProjectDriftArgs,
  signal: AbortSignal,
): Promise<{ text: string; exitCode: number }> {
  if (args.stack.length + args.state.length === 0)
    throw new UserError(
      "Nothing is named to look at.",
      "Write --stack with names of this project's stacks, or --state with exported states.",
    );
  const opened = [
    ...(await Promise.all(
      args.stack.map(async (name) => ({ text: await exported(name, signal), from: name, folder: process.cwd() })),
    )),
    ...args.state.map((file) => ({ text: readNamed(file, "an exported state"), from: file, folder: dirname(file) })),
  ];
  const stacks: JudgedStack[] = [];
  try {
    for (const each of opened) {
      const stack = await judgedStack(each, args, signal);
      if ([undefined, stack.party.role, stack.party.name].includes(args.party)) stacks.push(stack);
      else stack.api.close();
    }
    if (stacks.length === 0) throw new UserError(`--party ${args.party} owns none of these stacks.`);
    const { heal, known } = args;
    const outcome = await drift({ stacks, heal, known, helm: () => helmProgram(signal), now: new Date(), signal });
    const screen = { ...outcome, simulated: false };
    return { text: args.json ? driftJson(screen) : driftText(screen), exitCode: exitCodeOf(outcome.report) };
  } finally {
    for (const { api } of stacks) api.close();
  }
}

async function judgedStack(
  { text, from, folder }: { readonly text: string; readonly from: string; readonly folder: string },
  args: ProjectDriftArgs,
  signal: AbortSignal,
): Promise<JudgedStack> {
  const checkpoint = readCheckpoint(text, from);
  const stack = checkpoint && readStack(JSON.parse(text));
  if (!checkpoint || !stack)
    throw new UserError(`${from} is no state of a stack; write one with \`pulumi stack export\`.`);
  const config = configOf(stack.stackName, args.settings ?? folder);
  if (config.role !== "trust" && config.role !== "infrastructure" && config.role !== "workloads")
    throw new UserError(`${stack.stackName} has the role ${config.role}, whose objects are in no cluster.`);
  const credentials = await kubeconfigCredentials(args.kubeconfig ?? defaultKubeconfig(), stack.context, signal);
  const byOwner = config.role === "trust";
  return {
    stack,
    role: config.role,
    party: byOwner
      ? { role: "modelOwner", name: config.parties.modelOwner }
      : { role: "infrastructureProvider", name: config.provider },
    api: new KubeApi(credentials),
    ...(config.role === "infrastructure" && { tenant: config.parties.modelOwner }),
    resources: checkpoint.resources,
    unit: config.isolationUnit,
    exceptions: config.exceptions,
  };
}

function configOf(stackName: string, folder: string) {
  const written = ["yaml", "yml"].some((end) => existsSync(join(folder, `Pulumi.${stackName}.${end}`)))
    ? readStackFile(folder, stackName, folder)
    : undefined;
  if (!written)
    throw new UserError(
      `There is no Pulumi.${stackName}.yaml in ${folder}: a state does not say whose it is.`,
      "Run this in the project's folder, or name the folder with --settings.",
    );
  const read = Object.fromEntries(
    Object.entries(written.sections).map(([key, value]) => [
      key,
      typeof value === "string" ? sectionsOf({ [`trustfoundry:${key}`]: value })[key] : value,
    ]),
  );
  return checkedFile(written.file, () => parseConfig(completeSections(projectOf(folder), read).sections));
}

/** Through a pipe and into memory: an open state lies in no file. */
async function exported(stack: string, signal: AbortSignal): Promise<string> {
  const run = await execa("pulumi", ["stack", "export", "--show-secrets", "--non-interactive", "--stack", stack], {
    reject: false,
    stdin: "ignore",
    signal,
  });
  signal.throwIfAborted();
  if (run.exitCode === 0) return run.stdout;
  throw new UserError(
    `The state of ${stack} cannot be read: ${printable(run.stderr || "there is no `pulumi` on PATH")}`,
    "Log in to its backend, and give its passphrase or key as for `pulumi up`.",
  );
}

async function helmProgram(signal: AbortSignal): Promise<string> {
  const { tools } = await ensureToolchain({ groups: ["test"], signal });
  const found = tools.find(({ name }) => name === "helm");
  if (!found) throw new Error("the toolchain has no helm");
  return found.path;
}
