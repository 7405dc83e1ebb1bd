import { beforeAll, describe, expect, it } from "vitest";
import { configurationAttacks, ruleAttacks } from "../../attacks/corpus";
import { rules } from "../../policies/rules";
import type { Outcome } from "../../tooling/attack/run";
import { run } from "../../tooling/attack/run";
import { allProblems, throughLines } from "../../tooling/attack/screen";

// What `npm run attack` runs: real engine, real packs in processes of their own, real API server.

describe("npm run attack", () => {
  let outcome: Outcome;
  beforeAll(async () => {
    outcome = await run({});
  }, 1_200_000);

  it("refuses every attack where it was tried, by the rule that is meant against it", () => {
    expect(outcome.results.map(({ attack }) => attack.id)).toEqual(ruleAttacks.map(({ id }) => id));
    for (const { attack, preview, admission } of outcome.results) {
      if (attack.where !== "admission") expect(preview, attack.id).toContain(attack.rule);
      if (attack.where !== "preview") expect(admission, attack.id).toContain(attack.rule);
    }
    expect(outcome.configurationRefused).toBe(configurationAttacks.length);
  });

  it("says nothing of what is good", () => {
    expect(outcome.falseAlarms).toEqual([]);
  });

  it("needs each rule, and finds the same with half of them taken out", () => {
    expect(outcome.takenOut).toBe(rules.filter(({ scope }) => scope === "resource").length);
    expect(allProblems(outcome)).toEqual([]);
  });
});

describe("npm run attack -- --without <rule>", () => {
  it("lets through what the rule alone refuses, at preview and at the API server", async () => {
    const outcome = await run({ without: ["no-host-ports"] });
    const alone = outcome.results.find(({ attack }) => attack.id === "model-on-a-host-port");
    expect(alone).toMatchObject({ preview: [], admission: [] });
    expect(throughLines(outcome).join("\n")).toContain("model-on-a-host-port");
    expect(allProblems(outcome)).not.toEqual([]);
  }, 600_000);
});
