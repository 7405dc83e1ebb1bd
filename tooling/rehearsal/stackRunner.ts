import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { automation } from "@pulumi/pulumi";
import { stringify } from "yaml";
import { bringOver } from "../state/bringOver";
import { inspectStates } from "../state/leases";
import { openState } from "../state/service";
import type { OpenState } from "../state/service";
import { UserError } from "../ui";
import { failureMessage } from "./diagnostics";
import { quietCommand } from "./engineCommand";
import type { EngineEvent } from "./engineEvents";
import { Heard } from "./heard";
import { ensurePassphrase, stateDirectory } from "./paths";

export const projectName = "trustfoundry";

/** Everything that one party's stack needs and no other party sees. */
export interface StackPlace {
  readonly stackName: string;
  readonly party: string;
  /** Directory of this stack alone: settings, state, passphrase, Pulumi home. */
  readonly directory: string;
  /** File with the passphrase that encrypts this stack's secrets, mode 0600. */
  readonly passphraseFile: string;
  /** Credentials of this stack for its own cluster. */
  readonly kubeconfig: string;
}

export interface StackEngine {
  readonly pulumiRoot: string;
  /** Added in front of PATH: engine, plugins, analyzers. */
  readonly binDir: string;
}

/** What a stack is run with: plain data, so that it can be handed to the stack's own process. */
export interface StackSettings {
  readonly place: StackPlace;
  readonly engine: StackEngine;
  /** Settings without the project's prefix; structures stay structures. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Settings that Pulumi encrypts with the stack's passphrase. */
  readonly secrets?: Readonly<Record<string, unknown>>;
  /** Absolute paths of policy packs. */
  readonly policyPacks: readonly string[];
  /** Directory of a project that was generated from one of stacks/partners, whose presets and files count. Default: none. */
  readonly project?: string;
}

export interface StackRun extends StackSettings {
  /** The very function that `pulumi up` runs by stacks/program.ts. */
  readonly program: automation.PulumiFn;
  readonly signal?: AbortSignal;
  /** A line for a progress display: what happens to which resource. */
  readonly onProgress?: (line: string) => void;
}

export type Operation = "preview" | "up" | "refresh" | "destroy";

export interface StackOutcome {
  readonly stackName: string;
  /** Resource operations by kind: create, update, delete, same … */
  readonly changes: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/** Whether anything differed from the state. */
export function changed(outcome: StackOutcome): boolean {
  return Object.entries(outcome.changes).some(
    ([kind, count]) => kind !== "same" && kind !== "read" && (count ?? 0) > 0,
  );
}

/** Runs one operation of one stack by the real engine. Throws a UserError that says what went wrong in its own words. */
export async function runStack(operation: Operation, run: StackRun): Promise<StackOutcome> {
  if (operation === "destroy") await refuseUnknown(run);
  const heard = new Heard(run.onProgress);
  return withStack(
    run,
    (stack) => runOperation(operation, run, stack, heard),
    (event) => heard.take(event),
  );
}

/** What was being created when a run was killed is in no state yet: the engine would destroy all but that. */
async function refuseUnknown({ place, engine: { binDir } }: StackRun): Promise<void> {
  const states = await inspectStates({ directory: stateDirectory(place), binDir });
  const { pendingOperations = [] } = states.find(({ stack }) => stack === place.stackName) ?? {};
  const creations = pendingOperations.filter(({ type }) => type === "creating").length;
  if (creations > 0)
    throw new UserError(
      `destroy of stack ${place.stackName} was refused: an earlier run was ended while it created ${creations} ${creations === 1 ? "resource" : "resources"}, which would be left behind.`,
      "`npm run rehearse -- repair` looks which exist; then run the command again.",
    );
}

async function runOperation(
  operation: Operation,
  run: StackRun,
  stack: automation.Stack,
  heard: Heard,
): Promise<StackOutcome> {
  const options = { color: "never" as const, ...(run.signal ? { signal: run.signal } : {}) };
  let outputs: automation.OutputMap = {};
  const policyPacks = [...run.policyPacks];
  try {
    if (operation === "preview") await stack.preview({ ...options, policyPacks });
    // The answer has the outputs: to ask for them again would start the engine twice more.
    if (operation === "up") ({ outputs } = await stack.up({ ...options, policyPacks }));
    if (operation === "refresh") await stack.refresh(options);
    if (operation === "destroy") await stack.destroy(options);
  } catch (error) {
    throw new UserError(
      failureMessage({
        operation,
        stackName: run.place.stackName,
        violations: heard.violations,
        errors: [...heard.errors],
        error,
      }),
    );
  }
  return {
    stackName: run.place.stackName,
    changes: heard.changes,
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([key, output]) => [key, output.secret ? undefined : output.value]),
    ),
    warnings: [...heard.warnings],
  };
}

/** The number of resources that a stack's state holds, without the stack itself and providers. */
export async function resourceCount(run: Pick<StackRun, "place" | "engine" | "program">): Promise<number> {
  return withStack({ ...run, config: {}, policyPacks: [] }, async (stack) => {
    const state = await stack.exportStack();
    const resources = (state.deployment as { resources?: { type: string }[] } | undefined)?.resources ?? [];
    return resources.filter(({ type }) => !type.startsWith("pulumi:")).length;
  });
}

type Selected = Omit<StackRun, "onProgress" | "signal">;

/** Runs something on a stack with its settings, made where there is none; its state is open for as long as that lasts. */
export async function withStack<T>(
  run: Selected,
  use: (stack: automation.Stack) => Promise<T>,
  onEvent?: (event: EngineEvent) => void,
): Promise<T> {
  const state = await openState({ directory: stateDirectory(run.place), binDir: run.engine.binDir });
  try {
    return await use(await stackIn(state, run, onEvent));
  } finally {
    await state.close();
  }
}

/** As `withStack`, for a process that does nothing else: the state stays open until it ends. */
export async function selectStack(run: Selected): Promise<automation.Stack> {
  return stackIn(await openState({ directory: stateDirectory(run.place), binDir: run.engine.binDir }), run);
}

async function stackIn(
  state: OpenState,
  run: Selected,
  onEvent: (event: EngineEvent) => void = () => undefined,
): Promise<automation.Stack> {
  const { place, engine } = run;
  const home = join(place.directory, "home");
  mkdirSync(home, { recursive: true, mode: 0o700 });
  ensurePassphrase(place.passphraseFile);
  writeFileSync(join(place.directory, "Pulumi.yaml"), stringify(projectSettings(engine.binDir)));
  const command = await automation.PulumiCommand.get({ root: engine.pulumiRoot, skipVersionCheck: true });
  const select = async (backend: Readonly<Record<string, string>>) =>
    automation.LocalWorkspace.createOrSelectStack(
      { projectName, stackName: place.stackName, program: run.program },
      {
        workDir: place.directory,
        pulumiHome: home,
        pulumiCommand: quietCommand(command, onEvent),
        secretsProvider: "passphrase",
        envVars: {
          PATH: `${engine.binDir}:${process.env.PATH ?? ""}`,
          KUBECONFIG: place.kubeconfig,
          ...backend,
          PULUMI_CONFIG_PASSPHRASE_FILE: place.passphraseFile,
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
      },
    );
  const { stackName } = place;
  await bringOver({ directory: stateDirectory(place), stackName, select, to: state.environment });
  const stack = await select(state.environment);
  await writeSettings(stack, run);
  return stack;
}

/** The plugin is named, since the engine warns of those that it finds on PATH. */
function projectSettings(binDir: string): object {
  return {
    name: projectName,
    runtime: "nodejs",
    // The state's address is in the environment, and another one each time. Whoever runs `pulumi` here without it must not
    // make a second, empty stack in a backend of his own.
    backend: { url: "http://127.0.0.1:9" },
    plugins: {
      providers: [{ name: "kubernetes", path: binDir }],
      analyzers: [{ name: "policy", path: binDir }],
    },
  };
}

/**
 * Plain settings are written as the YAML that a person would write; only secrets go through the engine, which encrypts
 * them. The salt that `stack init` put into the file stays.
 */
async function writeSettings(
  stack: automation.Stack,
  run: Pick<StackRun, "place" | "config" | "secrets">,
): Promise<void> {
  if (Object.keys(run.config).length === 0) return;
  const settings = await stack.workspace.stackSettings(run.place.stackName);
  const kept = Object.fromEntries(
    Object.entries((settings.config ?? {}) as Record<string, unknown>).filter(
      ([, value]) => typeof value === "object" && value !== null && "secure" in value,
    ),
  );
  const config = Object.fromEntries(Object.entries(run.config).map(([key, value]) => [`${projectName}:${key}`, value]));
  const file = join(run.place.directory, `Pulumi.${run.place.stackName}.yaml`);
  const text = {
    ...(settings.encryptionSalt ? { encryptionsalt: settings.encryptionSalt } : {}),
    config: { ...config, ...kept },
  };
  // The engine reads YAML 1.1, where a bare 2028-01-01T00:00:00Z is a point in time and no text.
  writeFileSync(file, stringify(text, { lineWidth: 0, version: "1.1" }), { mode: 0o600 });
  for (const [key, value] of Object.entries(run.secrets ?? {}))
    await stack.setConfig(`${projectName}:${key}`, { value: JSON.stringify(value), secret: true });
}

/** Removes a stack whose state is empty, and its directory. */
export async function removeStack(run: Pick<StackRun, "place" | "engine" | "program">): Promise<void> {
  await withStack({ ...run, config: {}, policyPacks: [] }, (stack) => stack.workspace.removeStack(run.place.stackName));
  rmSync(run.place.directory, { recursive: true, force: true });
}
