import { describe, expect, it } from "vitest";
import { Dice } from "../../../tooling/faults/dice";
import { campaign } from "../../../tooling/fuzz/campaign";
import { corpus } from "../../../tooling/fuzz/corpus";
import { answerTo, judge } from "../../../tooling/fuzz/judge";
import { corpusMaterial } from "../../../tooling/fuzz/material";
import { mutant } from "../../../tooling/fuzz/mutate";

/** `npm run fuzz` takes another one each time. */
const seed = 20261127;
const each = 2500;

describe(`wrong configurations (seed ${seed})`, () => {
  const material = corpusMaterial();
  const bases = corpus(material);

  it.each(bases.map((base) => [base.name, base]))("are made from one that is right: %s", (name, { sections }) => {
    for (const handedOver of [true, false]) {
      const answer = answerTo({ title: name, sections: { ...sections }, marked: false }, material, handedOver);
      expect(judge(answer, { marked: false })).toEqual({ outcome: "accepted", faults: [] });
    }
  });

  it("are made of all roles, and the same ones by the same seed", () => {
    expect(new Set(bases.map(({ sections }) => sections.role))).toEqual(
      new Set(["trust", "keys", "infrastructure", "workloads", "rehearsal"]),
    );
    const made = (by: number) => JSON.stringify(mutant(bases, new Dice(by), 7));
    expect(made(seed)).toBe(made(seed));
    expect(made(seed)).not.toBe(made(seed + 1));
  });

  it.each([0, 1, 2, 3])(
    `are answered, or refused by one message for people: ${each} from number %i × ${each}`,
    (part) => {
      const { accepted, refused, findings } = campaign(seed, each, part * each);
      expect(findings).toEqual([]);
      expect(accepted + refused).toBe(each);
      // Neither all of them nor none: both sides of the schema are tried.
      expect(accepted).toBeGreaterThan(each / 20);
      expect(refused).toBeGreaterThan(each / 2);
    },
    600_000,
  );
});

describe("the judge of answers", () => {
  it.each<[string, () => string, string]>([
    ["a defect", () => String((undefined as never as { x: string }).x), "ends as TypeError"],
    ["something that changes", () => String(Math.random()), "is rendered in two ways"],
  ])("finds %s", (_, answer, fault) => {
    expect(judge(answer, { marked: true }).faults.join()).toContain(fault);
  });
});
