import { describe, expect, it } from "vitest";
import { allKills } from "../../../tooling/faults/campaign";
import { Dice } from "../../../tooling/faults/dice";
import { pointOf } from "../../../tooling/faults/kill";

describe("faults of a seed", () => {
  const kills = allKills().flat();

  it("are sixty kills: every stack, phase and victim", () => {
    expect(kills).toHaveLength(60);
    expect(new Set(kills.map((kill) => JSON.stringify(kill))).size).toBe(60);
  });

  it("are the same each time, and others for another seed", () => {
    const measure = { requests: 40, steps: 30 };
    const points = (seed: number) => kills.map((kill) => pointOf(new Dice(seed), kill, measure));
    expect(points(1)).toEqual(points(1));
    expect(points(1)).not.toEqual(points(2));
    for (const { moment, number } of points(3)) {
      expect(number).toBeGreaterThanOrEqual(1);
      expect(number).toBeLessThanOrEqual(moment === "atStep" ? measure.steps : measure.requests);
    }
  });

  it("fall on steps where a run asks for no change at all", () => {
    for (const kill of kills) expect(pointOf(new Dice(4), kill, { requests: 0, steps: 3 }).moment).toBe("atStep");
  });
});
