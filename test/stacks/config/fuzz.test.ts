import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../stacks/config/errors";
import { parseConfig } from "../../../stacks/config/load";
import { Dice } from "../../../tooling/faults/dice";
import { campaign } from "../../../tooling/fuzz/campaign";
import { corpus } from "../../../tooling/fuzz/corpus";
import { answerTo, judge } from "../../../tooling/fuzz/judge";
import { corpusMaterial } from "../../../tooling/fuzz/material";
import { mutant } from "../../../tooling/fuzz/mutate";
import { sampleSections, withValue } from "../../support/factory";

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

describe("what was found in this way", () => {
  const key = "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n";
  const said = (path: readonly (string | number)[], value: unknown): string => {
    try {
      parseConfig(withValue(sampleSections(), path, value));
    } catch (error) {
      if (error instanceof ConfigurationError) return error.message;
      throw error;
    }
    return "";
  };

  it("is said without what a structure's own toString would do", () => {
    expect(said(["providers", 0, "hosts", 0, "cpu"], { toString: 1 })).toContain('{"toString":1} is not known; write');
  });

  it("is said without a secret that stands for a role, or that another setting is compared with", () => {
    expect(said(["role"], key)).toContain("trustfoundry:role: [not shown] is not known; write one of trust");
    const message = said(["providers", 0, "name"], key);
    expect(message).toContain("trustfoundry:models[0].providers[0]: ");
    expect(message).toContain("is no provider; write one of [not shown]");
    expect(message).not.toContain("MC4CAQ");
  });

  it("is refused where it stands, before anything is rendered that could not be", () => {
    expect(said(["factory"], "acme\ud800")).toContain("trustfoundry:factory: has half of a character, ");
    expect(said(["models", 0, "\udfff"], 1)).toContain("trustfoundry:models[0]: has half of a character, ");
  });

  it("is said in a message with an end, whatever there is to say, and never to the terminal", () => {
    const many = Array.from({ length: 500 }, (_, index) => [`k${index}`, 1]);
    expect(said(["models", 0, "gpu"], Object.fromEntries(many))).toMatch(/\n {2}… and \d+ more$/);
    expect(said(["k".repeat(100_000)], 1).length).toBeLessThan(1000);
    expect(said(["factory"], "\u001b[2J\u202eacme")).not.toMatch(/[\u001b\u202e]/);
  });
});

describe("the judge of answers", () => {
  it.each<[string, () => string, string]>([
    ["a defect", () => String((undefined as never as { x: string }).x), "ends as TypeError"],
    ["something that changes", () => String(Math.random()), "is rendered in two ways"],
  ])("finds %s", (_, answer, fault) => {
    expect(judge(answer, { marked: true }).faults.join()).toContain(fault);
  });
});
