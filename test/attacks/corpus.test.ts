import { describe, expect, it } from "vitest";
import { attackers } from "../../attacks/attack";
import { baseNames, baseOf, isolationUnitOf, resourcesOf } from "../../attacks/bases";
import { configurationAttacks, ruleAttacks } from "../../attacks/corpus";
import { refusingAttack, stage } from "../../attacks/judge";
import { appliesTo } from "../../policies/isolation";
import { rules } from "../../policies/rules";
import { parseConfig } from "../../stacks/config/load";
import { asTheSdkShowsThem } from "../policies/support";
import { sampleSections, withValue } from "../support/factory";

const all = [...ruleAttacks, ...configurationAttacks];
/** What an API server alone is asked about is tried by test/acceptance/attack.test.ts. */
const previewed = ruleAttacks.filter(({ where }) => where !== "admission");
const refused = new Map(previewed.map((attack) => [attack.id, refusingAttack(rules, attack, asTheSdkShowsThem)]));
const repeated = (texts: readonly string[]) => texts.filter((text, index) => texts.indexOf(text) !== index);

describe("the corpus", () => {
  it("is large, and each attack has an id and a threat of its own", () => {
    expect(all.length).toBeGreaterThanOrEqual(120);
    expect(repeated(all.map(({ id }) => id))).toEqual([]);
    expect(repeated(all.map(({ threat }) => threat))).toEqual([]);
    // A rule's own breakages and threats are other words for other eyes.
    expect(all.filter(({ threat }) => rules.some((rule) => rule.threat === threat))).toEqual([]);
  });

  it("says of each attack what, by whom and in whole sentences", () => {
    for (const { id, threat, attacker } of all) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(threat, id).toMatch(/^[A-Z].*[.]$/);
      expect(Object.keys(attackers), id).toContain(attacker);
    }
    expect(new Set(all.map(({ attacker }) => attacker)).size).toBe(Object.keys(attackers).length);
  });

  it("changes something, or asks something of what is there, and no more than a few objects", () => {
    for (const attack of ruleAttacks.filter(({ change }) => change.length > 0)) {
      const { pieces, touched } = stage(attack);
      const dropped = pieces.length < baseOf(attack.base).length;
      expect(touched.length + (dropped ? 1 : 0), attack.id).toBeGreaterThan(0);
      expect(touched.length, attack.id).toBeLessThan(4);
    }
  });
});

describe("each attack is refused by the rule that is meant against it, and by those that it names", () => {
  it.each(previewed.map((attack) => ({ attack, id: attack.id })))("$id", ({ attack: { id, rule, alsoBlockedBy } }) => {
    expect(refused.get(id)?.sort()).toEqual([rule, ...(alsoBlockedBy ?? [])].sort());
  });
});

describe("attacks on an API server", () => {
  it("are meant for rules that have a policy there", () => {
    const policies = rules.filter(({ admission }) => admission).map(({ id }) => id);
    for (const { id, rule, where } of ruleAttacks) if (where !== "preview") expect(policies, id).toContain(rule);
    // The one cluster that they are tried on has the policies of hosts on bare metal.
    for (const { id, base, where } of ruleAttacks)
      if (where !== "preview") expect(isolationUnitOf(base), id).toBeUndefined();
  });

  it("try every rule's policy", () => {
    const tried = ruleAttacks.filter(({ where }) => where !== "preview").map(({ rule }) => rule);
    // Policies for nodes that are TEEs themselves: test/acceptance/clouds/cluster.test.ts.
    const here = rules.filter((rule) => appliesTo(rule, undefined));
    const untried = here.filter(({ id, admission }) => admission && !tried.includes(id)).map(({ id }) => id);
    expect(untried, 'rules with an admission policy and no attack whose "where" is both or admission').toEqual([]);
  });
});

describe("each rule is the only one that refuses some attack", () => {
  it.each(rules.map(({ id }) => id))("%s", (rule) => {
    const alone = [...refused].filter(([, ids]) => ids.length === 1 && ids[0] === rule);
    expect(alone.length, `attacks in attacks/corpus that ${rule} alone refuses at preview`).toBeGreaterThan(0);
  });
});

describe("what is good is refused by nobody", () => {
  it.each(baseNames)("base %s", (name) => {
    const resources = asTheSdkShowsThem(resourcesOf(baseOf(name)));
    const asked = rules.filter((rule) => appliesTo(rule, isolationUnitOf(name)));
    const found = asked.flatMap((rule) => {
      const { findings, unknown } = rule.evaluate(resources);
      return [...findings, ...unknown].map(({ resource, path }) => [rule.id, resource.name, path]);
    });
    expect(found).toEqual([]);
  });
});

describe("the stack configuration refuses, by path", () => {
  it.each(configurationAttacks.map((attack) => ({ attack, id: attack.id })))("$id", ({ attack }) => {
    const sections = attack.set.reduce(
      (sections, { path, value }) => withValue(sections, path, value),
      sampleSections(),
    );
    expect(() => parseConfig(sections)).toThrow(`${attack.expect}: `);
  });
});
