import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { guestIdentity } from "../../../components/workload/guestIdentity";
import { documentFileName } from "../../../components/workload/release/document";
import { verifyRelease } from "../../../components/workload/release/verify";
import type { TrustConfig } from "../../../stacks/config/factory";
import { UserError } from "../../ui";
import type { Claim, Judge } from "../judge";
import type { KeyBrokers } from "../keyBrokers";
import type { ReleasePair, UpgradePlan } from "../plan";
import type { GivenTo, Progress } from "../progress";
import { givenDuring, givenNow } from "../progress";
import type { Moment, World } from "../run";
import type { Step } from "../steps";
import { instructions } from "./instructions";

/** Looks at the model owner's own key broker. */
export interface OwnerCluster {
  readonly keyBrokers: KeyBrokers;
  readonly judge: Judge;
}

export interface ProjectWorldArgs {
  readonly plan: UpgradePlan;
  readonly pairs: readonly ReleasePair[];
  readonly config: Pick<TrustConfig, "factory" | "parties" | "signers" | "simulated">;
  readonly configFile: string;
  readonly dir: string;
  /** Without it, the key broker is not looked at, and its steps are confirmed by a person. */
  readonly cluster?: OwnerCluster;
  /** The step that a person says is done. */
  readonly confirmed?: string;
}

/**
 * A model owner's real project. People do the steps, by `pulumi up` and by files: nothing is changed here. What can be seen is
 * looked at, the releases' signatures and the live policies of the key broker; the rest is taken at its party's word.
 */
export class ProjectWorld implements World<Step> {
  constructor(private readonly args: ProjectWorldArgs) {}

  async perform(step: Step, progress: Progress): Promise<string> {
    const { cluster, confirmed, configFile, dir, plan } = this.args;
    const todo = (left: readonly string[]) =>
      new UserError(`${step.party} has to: ${step.does}.`, `Then run the command again.`, [
        ...instructions(step, { configFile, dir, until: plan.until }),
        ...left.map((each) => `not yet: ${each}`),
      ]);
    if (step.kind === "release") {
      const left = await this.unreleased(step);
      if (left.length > 0) throw todo(left);
      return "signed, and what was planned";
    }
    if (cluster && (step.kind === "admit" || step.kind === "retire")) {
      const done = { ...progress, underWay: undefined, done: [...progress.done, step.id] };
      const left = [...(await cluster.keyBrokers.unsettled()), ...(await this.against(cluster, givenNow(done)))];
      if (left.length > 0) throw todo(left);
      return "live policies, SIMULATED evidence";
    }
    if (confirmed !== step.id) throw todo([`nobody can see it from here; once it is done, add --confirm ${step.id}`]);
    return `at the word of ${step.party}`;
  }

  async violations({ progress, step, when }: Moment<Step>): Promise<readonly string[]> {
    const { cluster } = this.args;
    if (!cluster) return [];
    // The step that is next may be done already: people do it first, and then ask.
    return this.against(cluster, when === "before" ? givenDuring(progress, step) : givenNow(progress));
  }

  watch(): { readonly stop: () => Promise<readonly string[]> } {
    return { stop: () => Promise.resolve([]) };
  }

  private async against({ keyBrokers, judge }: OwnerCluster, given: GivenTo): Promise<string[]> {
    const claims = this.args.plan.models.flatMap(({ name, formerOpensNext, nextOpensFormer }): Claim[] => {
      const pair = this.args.pairs.find(({ next }) => next.name === name);
      if (!pair) return [];
      const either = {
        former: given.former === "nothing" && formerOpensNext,
        next: given.next === "nothing" && nextOpensFormer,
      };
      return (["former", "next"] as const).map((side) => ({
        who: `a guest of the ${side} release of ${name}`,
        guest: pair[side],
        given: either[side] ? "either" : given[side],
      }));
    });
    const serving = await keyBrokers.serving();
    const found = serving.length === 0 ? ["no replica of the key broker serves"] : [];
    for (const decisions of serving) found.push(...(await judge.violations(decisions, claims)));
    return [...new Set(found)];
  }

  private async unreleased({ towards }: Step): Promise<string[]> {
    const { plan, pairs, dir, config } = this.args;
    const { signers, factory, parties, simulated } = config;
    const found: string[] = [];
    for (const { name } of plan.models) {
      const file = documentFileName(name);
      const path = join(dir, file);
      const pair = pairs.find(({ next }) => next.name === name);
      if (!pair || !signers || !existsSync(path)) {
        found.push(`there is no ${file} in ${dir}`);
        continue;
      }
      const text = readFileSync(path, "utf8");
      const outcome = await verifyRelease(text, {
        signers,
        factory,
        owner: parties.modelOwner,
        name,
        simulated,
        now: new Date(),
      });
      if ("refusals" in outcome) found.push(...outcome.refusals.map((refusal) => `${file}: ${refusal}`));
      else if (guestIdentity(outcome.release) !== guestIdentity(pair[towards]))
        found.push(`${file} describes other guests than were planned`);
    }
    return found;
  }
}
