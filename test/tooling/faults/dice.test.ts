import { describe, expect, it } from "vitest";
import { allKills, livesOf } from "../../../tooling/faults/campaign";
import { Dice } from "../../../tooling/faults/dice";
import { pointOf } from "../../../tooling/faults/kill";

describe("faults of a seed", () => {
  const kills = allKills().flat();

  it("are of every stack, phase and victim, and sixty of program, engine and plugin in what makes and removes", () => {
    expect(kills).toHaveLength(96);
    expect(new Set(kills.map((kill) => JSON.stringify(kill))).size).toBe(96);
    const combinations = new Set(kills.map(({ stack, phase, victim }) => `${stack} ${phase} ${victim}`));
    expect(combinations.size).toBe(60);
    const essential = kills.filter(
      ({ phase, victim }) => phase !== "refresh" && ["program", "engine", "plugin"].includes(victim),
    );
    expect(essential).toHaveLength(63);
    const points = essential.map((kill) =>
      JSON.stringify([kill, pointOf(new Dice(1), kill, { requests: 1e6, steps: 1e6 })]),
    );
    expect(new Set(points).size).toBe(63);
  });

  it("are taken in whole lives, until there are as many as asked for", () => {
    const lives = [kills.slice(0, 4), kills.slice(4, 8), kills.slice(8, 11)];
    expect(livesOf(lives, 1)).toEqual(lives.slice(0, 1));
    expect(livesOf(lives, 5)).toEqual(lives.slice(0, 2));
    expect(livesOf(lives, Infinity)).toEqual(lives);
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
