import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { automation } from "@pulumi/pulumi";
import type { PackName } from "../../policies/pack";
import type { StackConfig } from "../../stacks/config/load";
import { main } from "../../stacks/program";
import type { Step as ShownStep } from "../progress";
import { listenTo } from "../review/engineSays";
import type { EngineSays } from "../review/engineSays";
import { placeholderSecrets } from "../review/placeholders";
import { stoppedBy } from "../review/preview";
import { unique } from "../review/text";
import { throwAwayStack } from "../review/throwAwayStack";
import { withoutCluster } from "../review/withoutCluster";
import type { StackEngine } from "../rehearsal/stackRunner";
import { checkout } from "../toolchain/ensure";
import { accountOf } from "./account";
import { fetchesCharts } from "./charts";
import { accountVariable, cloudPlugins, kubernetesStandIn } from "./plugins";
import { hearProgram, inOrder } from "./stepsOf";
import type { Deployed, Told } from "./stepsOf";

export interface PlanArgs {
  readonly config: StackConfig;
  /** What `config` was parsed from: settings without the project's prefix, without secrets. */
  readonly sections: Readonly<Record<string, unknown>>;
  readonly pack: PackName;
  readonly engine: StackEngine;
  /** Whose paths and catalog.lock count. Default: this checkout. */
  readonly project?: string;
  /** Default: the project's own. */
  readonly program?: (kubeconfig: string) => Promise<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/** One run of the engine: what the program told, and what the pack and the stand-ins had to say. */
export interface Run extends Told {
  readonly says: Omit<EngineSays, "resources">;
}

export interface Plan extends Run {
  /** Whether `up` was played through, too, so that every value was known to every rule. */
  readonly playedThrough: boolean;
}

/**
 * A stack planned by the real engine and the real program, without a network: clouds are stood in for, and a cluster is
 * not asked. SIMULATED.
 */
export class OfflineStack {
  private constructor(
    private readonly args: PlanArgs,
    private readonly directory: string,
    private readonly stack: automation.Stack,
  ) {}

  static async open(args: PlanArgs): Promise<OfflineStack> {
    const directory = mkdtempSync(join(tmpdir(), "trustfoundry-plan-"));
    try {
      const plugins = {
        ...cloudPlugins(join(directory, "clouds")),
        ...(fetchesCharts(args.config) && kubernetesStandIn(join(directory, "kubernetes"))),
      };
      const stack = await throwAwayStack({
        automation,
        directory: join(directory, "stack"),
        engine: args.engine,
        stackName: "plan",
        sections: args.sections,
        program: args.program ?? (hasCluster(args) ? withoutCluster(require, reviewed(args)) : applied(args)),
        plugins,
        variables: { [accountVariable]: JSON.stringify(accountOf(args.config)) },
      });
      return new OfflineStack(args, directory, stack);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Whether `up` can be played through: a cluster would have to be there. */
  get canUp(): boolean {
    return !hasCluster(this.args);
  }

  preview(): Promise<Run> {
    return this.run((options) => this.stack.preview(options));
  }

  async up(): Promise<Run> {
    const run = await this.run((options) => this.stack.up(options));
    return { ...run, steps: inOrder(run.steps, await this.deployment()) };
  }

  /** What the engine keeps of the stack. */
  async deployment(): Promise<Deployed> {
    return (await this.stack.exportStack()).deployment as Deployed;
  }

  /** The engine's own handle, for what a plan itself does not do. */
  get engineStack(): automation.Stack {
    return this.stack;
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async run(
    start: (options: automation.PreviewOptions & automation.UpOptions) => Promise<unknown>,
  ): Promise<Run> {
    const [program, heard] = [hearProgram(), listenTo()];
    const onEvent = (event: automation.EngineEvent) => {
      program.onEvent(event);
      heard.onEvent(event);
    };
    const policyPacks = [join(checkout, "policies", "packs", this.args.pack)];
    let says: EngineSays;
    try {
      await start({ onEvent, policyPacks, color: "never", signal: this.args.signal });
      says = heard.said();
    } catch (error) {
      if (this.args.signal?.aborted) throw error;
      says = stoppedBy(heard.said(), error);
    }
    return { ...program.told(), says: { ...says, refusals: withoutEchoes(unique(says.refusals)) } };
  }
}

/** The engine repeats what a component says, with the component's name in front. */
function withoutEchoes(refusals: readonly string[]): string[] {
  return refusals.filter((refusal) => !refusals.some((other) => refusal.endsWith(`: ${other}`)));
}

const hasCluster = ({ config }: Pick<PlanArgs, "config">) => "cluster" in config && config.cluster !== undefined;

/** As `pulumi up` runs it. */
const applied =
  ({ project }: PlanArgs) =>
  (kubeconfig: string) =>
    main({ kubeconfigs: [kubeconfig], projectDirectory: project });
/** As a review runs it: neither a cluster nor the owner's secrets are at hand. */
const reviewed =
  ({ project }: PlanArgs) =>
  (kubeconfig: string) =>
    main({ kubeconfigs: [kubeconfig], projectDirectory: project, review: { trustSecrets: placeholderSecrets } });

/**
 * Previews a stack and, where no cluster belongs to it, plays `up` through, so that what a preview cannot know is judged,
 * too. The state is thrown away.
 */
export async function planned(args: PlanArgs, show: (steps: readonly ShownStep[]) => Promise<void>): Promise<Plan> {
  let stack: OfflineStack | undefined;
  let plan: Plan | undefined;
  const opened = () => stack ?? fail("a plan's stack is not open");
  const steps: ShownStep[] = [
    {
      title: "Open a stack that nobody keeps",
      run: async () => {
        stack = await OfflineStack.open(args);
      },
    },
    {
      title: `Preview with the pack ${args.pack}`,
      run: async () => {
        plan = { ...(await opened().preview()), playedThrough: false };
        return verdict(plan);
      },
    },
    {
      title: "Play `up` through, SIMULATED",
      run: async () => {
        if (!plan || isRefused(plan)) return "not after a refusal";
        const { warnings, ...run } = await opened().up();
        // What is not known at preview may be worded otherwise; what was said then is said in any case.
        plan = { ...run, warnings: unique([...plan.warnings, ...warnings]), playedThrough: true };
        return verdict(plan);
      },
    },
  ];
  try {
    await show(hasCluster(args) ? steps.slice(0, 2) : steps);
  } finally {
    stack?.close();
  }
  return plan ?? fail("the steps of a plan were not run");
}

function fail(what: string): never {
  throw new Error(what);
}

const verdict = (run: Pick<Run, "says">) => (isRefused(run) ? "refused" : "nothing refused");

export const isRefused = ({ says }: Pick<Run, "says">) =>
  says.refusals.length > 0 || says.violations.some(({ level }) => level === "mandatory");
