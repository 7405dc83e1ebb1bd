import { Dice } from "../faults/dice";
import { corpus } from "./corpus";
import { answerTo, judge, polluted } from "./judge";
import { corpusMaterial } from "./material";
import { mutant } from "./mutate";

export interface Finding {
  readonly title: string;
  readonly faults: readonly string[];
}

export interface Campaign {
  readonly accepted: number;
  readonly refused: number;
  readonly findings: readonly Finding[];
  /** The inputs that took longest, with the milliseconds of a core. Observed and not judged. */
  readonly slowest: readonly { readonly title: string; readonly milliseconds: number }[];
}

/** Asks `count` wrong configurations; the same seed makes the same ones. */
export function campaign(seed: number, count: number, first = 0): Campaign {
  const dice = new Dice(seed);
  const material = corpusMaterial();
  const bases = corpus(material);
  const findings: Finding[] = [];
  const slowest: { title: string; milliseconds: number }[] = [];
  const outcomes = { accepted: 0, refused: 0 };
  for (let index = first; index < first + count; index++) {
    const changed = mutant(bases, dice, index);
    const began = process.cpuUsage();
    const { outcome, faults } = judge(answerTo(changed, material, index % 2 === 0), changed);
    slowest.push({ title: changed.title, milliseconds: process.cpuUsage(began).user / 1000 });
    if (slowest.length > 1000) keepSlowest(slowest);
    outcomes[outcome]++;
    if (faults.length > 0) findings.push({ title: changed.title, faults });
    if (polluted()) throw new Error(`${changed.title}: has become a part of every object`);
  }
  keepSlowest(slowest);
  return { ...outcomes, findings, slowest };
}

function keepSlowest(all: { milliseconds: number }[]): void {
  all.sort((a, b) => b.milliseconds - a.milliseconds).splice(5);
}
