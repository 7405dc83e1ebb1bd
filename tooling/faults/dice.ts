import { createHash } from "node:crypto";

/** Numbers that follow from a seed and a purpose alone, so that each fault can be repeated. */
export class Dice {
  constructor(readonly seed: number) {}

  /** In [0, 1). */
  number(purpose: string): number {
    const digest = createHash("sha256").update(`${this.seed}/${purpose}`).digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  }

  /** One of 1 … most. */
  upTo(purpose: string, most: number): number {
    return 1 + Math.floor(this.number(purpose) * most);
  }

  pick<T>(purpose: string, choices: readonly T[]): T {
    const chosen = choices[Math.floor(this.number(purpose) * choices.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  }

  /** The same things in an order of this seed's own. */
  shuffled<T>(purpose: string, things: readonly T[]): T[] {
    return things
      .map((thing, index) => ({ thing, rank: this.number(`${purpose}/${index}`) }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ thing }) => thing);
  }
}
