import type { UpgradePlan } from "../../../tooling/upgrade/plan";
import type { Progress } from "../../../tooling/upgrade/progress";
import { begunForward, givenDuring, givenNow } from "../../../tooling/upgrade/progress";
import type { Moment, World } from "../../../tooling/upgrade/run";
import type { Step } from "../../../tooling/upgrade/steps";

/** The command was killed: nothing after this happens. */
export class Killed extends Error {}

type Side = "former" | "next";

/** A plan with two providers, whose hosts change, too. */
export const plan: UpgradePlan = {
  formatVersion: 1,
  kind: "upgrade",
  title: "a test",
  owner: "owner",
  until: "2099-01-01T00:00:00Z",
  keyBroker: [],
  models: [
    {
      name: "llama",
      formerDigest: "a".repeat(64),
      formerSequence: 1,
      causes: ["guest image"],
      words: [],
      rolls: true,
      bootedByHosts: true,
      formerOpensNext: false,
      nextOpensFormer: false,
      providers: ["north", "south"],
    },
  ],
  providers: ["north", "south"].map((name) => ({ name, hosts: ["a new Kata"], tidy: [], rollouts: ["one by one"] })),
};

/**
 * A factory in which everything is done in small pieces, each of which may be the last one before a kill: replicas of the
 * key broker one by one, hosts one by one, pods one by one. After each piece the truth is looked at from outside: the
 * machine's own checks are no witness for themselves.
 */
export class FakeFactory implements World<Step> {
  /** What each replica of the key broker lets in. */
  readonly replicas: Set<Side>[] = [new Set<Side>(["former"]), new Set<Side>(["former"])];
  readonly hosts: Record<string, Side[]> = { north: ["former", "former"], south: ["former", "former"] };
  /** Which side's guest each pod is: what it was placed as, and booted by; a guest is what booted it. */
  readonly pods: Record<string, Side[]> = { north: ["former", "former"], south: ["former", "former"] };
  issued: Side = "former";
  inbox: Record<string, Side> = { north: "former", south: "former" };
  /** Everything that was ever wrong. */
  readonly wrongs: string[] = [];
  /** Pieces that may still be done before the kill. */
  left = Infinity;
  pieces = 0;
  /** A defect that somebody built in: what `piece` calls does something else. */
  broken: "admits nothing" | "retires early" | undefined;

  perform(step: Step, progress: Progress): Promise<string> {
    const other: Side = step.towards === "next" ? "former" : "next";
    const provider = step.provider ?? "";
    switch (step.kind) {
      case "release":
        this.piece(() => (this.issued = step.towards));
        break;
      case "admit": {
        const both = step.towards === "next" || begunForward(progress).includes("admit");
        if (this.broken === "admits nothing") break;
        this.roll(new Set<Side>(both && this.broken !== "retires early" ? [step.towards, other] : [step.towards]));
        break;
      }
      case "retire":
        this.roll(new Set<Side>([step.towards]));
        break;
      case "hosts":
        this.hosts[provider]?.forEach((_, index, all) => this.piece(() => (all[index] = step.towards)));
        break;
      case "handover":
        this.piece(() => (this.inbox[provider] = this.issued));
        break;
      case "workloads":
        // A pod that starts is booted by what hosts have.
        this.pods[provider]?.forEach((pod, index, all) => {
          if (pod !== this.inbox[provider]) this.piece(() => (all[index] = this.hosts[provider]?.[0] ?? "former"));
        });
        break;
      case "prove":
      case "tidy":
        this.piece(() => undefined);
    }
    return Promise.resolve("");
  }

  violations({ progress }: Moment<Step>): Promise<string[]> {
    return Promise.resolve(this.against(givenNow(progress), progress.underWay !== undefined));
  }

  watch({ progress, step }: Moment<Step>) {
    const given = givenDuring(progress, step);
    return { stop: () => Promise.resolve(this.against(given, true)) };
  }

  private against(given: ReturnType<typeof givenNow>, midway: boolean): string[] {
    const found = this.replicas.flatMap((replica, index) =>
      (["former", "next"] as const).flatMap((side) =>
        given[side] === "either" || (given[side] === "key") === replica.has(side)
          ? []
          : [
              `replica ${index}: ${side} is ${given[side]} by the plan, and ${replica.has(side) ? "key" : "nothing"} in truth`,
            ],
      ),
    );
    return midway ? found : found;
  }

  private roll(lets: Set<Side>): void {
    this.replicas.forEach((_, index, all) => this.piece(() => (all[index] = new Set(lets))));
  }

  private piece(act: () => void): void {
    if (this.left <= 0) throw new Killed();
    this.left--;
    this.pieces++;
    act();
    this.look();
  }

  /** The invariant itself: every guest that is there, or that starts again now, gets its key from every replica. */
  private look(): void {
    for (const [provider, pods] of Object.entries(this.pods)) {
      const starting = this.hosts[provider] ?? [];
      for (const guest of new Set([...pods, ...starting]))
        this.replicas.forEach((replica, index) => {
          if (!replica.has(guest)) this.wrongs.push(`${provider}: a ${guest} guest gets no key of replica ${index}`);
        });
    }
  }
}
