import type { UpgradePlan } from "../../../tooling/upgrade/plan";
import { givenDuring, givenNow } from "../../../tooling/upgrade/progress";
import type { Moment, World } from "../../../tooling/upgrade/run";
import type { Step } from "../../../tooling/upgrade/steps";

/** The command was killed: nothing after this happens. */
export class Killed extends Error {}

type Side = "former" | "next";
type Defect = "admits nothing" | "retires early" | "admits early" | "retires nothing" | "lets the next in for good";

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
  /** Sides whose guests are wrong ones: not let in yet, or no longer. */
  readonly shutOut = new Set<Side>(["next"]);
  /** Everything that was ever wrong. */
  readonly wrongs: string[] = [];
  /** Pieces that may still be done before the kill. */
  left = Infinity;
  pieces = 0;
  /** A defect that somebody built in: what `piece` calls does something else. */
  broken: Defect | undefined;

  perform(step: Step): Promise<string> {
    const other: Side = step.towards === "next" ? "former" : "next";
    const provider = step.provider ?? "";
    switch (step.kind) {
      case "release":
        this.piece(() => (this.issued = step.towards));
        if (this.broken === "admits early") this.replicas.forEach((replica) => replica.add("next"));
        break;
      case "admit":
        this.shutOut.clear();
        if (this.broken === "admits nothing") break;
        this.roll(new Set<Side>(this.broken === "retires early" ? [step.towards] : [step.towards, other]));
        break;
      case "retire":
        if (this.broken === "retires nothing") break;
        this.roll(new Set<Side>(this.broken === "lets the next in for good" ? [step.towards, "next"] : [step.towards]));
        this.shutOut.add(other);
        this.look();
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
    return Promise.resolve(this.against(givenNow(progress)));
  }

  watch({ progress, step }: Moment<Step>) {
    const given = givenDuring(progress, step);
    return { stop: () => Promise.resolve(this.against(given)) };
  }

  private against(given: ReturnType<typeof givenNow>): string[] {
    return this.replicas.flatMap((replica, index) =>
      (["former", "next"] as const).flatMap((side) =>
        given[side] === "either" || (given[side] === "key") === replica.has(side)
          ? []
          : [
              `replica ${index}: ${side} is ${given[side]} by the plan, and ${replica.has(side) ? "key" : "nothing"} in truth`,
            ],
      ),
    );
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

  /** The invariant itself: every guest that is there, or that starts again now, gets its key from every replica; no other does. */
  private look(): void {
    for (const side of this.shutOut)
      this.replicas.forEach((replica, index) => {
        if (replica.has(side)) this.wrongs.push(`replica ${index} gives keys to ${side} guests, which are shut out`);
      });
    for (const [provider, pods] of Object.entries(this.pods)) {
      const starting = this.hosts[provider] ?? [];
      for (const guest of new Set([...pods, ...starting]))
        this.replicas.forEach((replica, index) => {
          if (!replica.has(guest)) this.wrongs.push(`${provider}: a ${guest} guest gets no key of replica ${index}`);
        });
    }
  }
}
