import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claims } from "../../components/verdict/claims";
import { broken } from "../../policies/breakage";
import type { Breakage } from "../../policies/breakage";
import { violationMessage } from "../../policies/crossguard";
import type { Resource, Rule } from "../../policies/rule";
import { appliesTo } from "../../policies/isolation";
import { pillars } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { root } from "../support/factory";
import { asTheSdkShowsThem, pathsOf, segments, unknownValue, valueAt, withInput } from "./support";

const directory = join(root, "policies", "rules");
const files = pillars.flatMap((pillar) =>
  readdirSync(join(directory, pillar)).map((file) => ({ pillar, name: basename(file, ".ts") })),
);
const camelCase = (id: string) => id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const pathsFound = (rule: Rule, resources: readonly Resource[]) => [
  ...new Set(rule.evaluate(resources).findings.map(({ path }) => path)),
];
const cases = rules.flatMap((rule) =>
  rule.breakages.map((breakage) => ({ rule, breakage, title: `${rule.id}: ${breakage.mistake}` })),
);
const target = (rule: Rule, breakage: Breakage) => rule.compliant[breakage.resource ?? 0] as Resource;

describe("the list of rules", () => {
  it("has every rule's file, under its pillar, once", () => {
    expect(rules.map(({ id, pillar }) => ({ pillar, name: camelCase(id) })).sort(byName)).toEqual(files.sort(byName));
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });

  it("names a threat of its own in each rule, and a mistake of its own in each breakage", () => {
    for (const texts of [rules.map(({ threat }) => threat), cases.map(({ breakage }) => breakage.mistake)])
      expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
  });

  it("covers all six pillars, two rules each at least", () => {
    for (const pillar of pillars)
      expect(rules.filter((rule) => rule.pillar === pillar).length, pillar).toBeGreaterThan(1);
  });
});

describe.each(rules.map((rule) => ({ rule, id: rule.id })))("$id", ({ rule }) => {
  it("says what it demands in sentences of the house's form", () => {
    expect(rule.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(rule.title).toMatch(/^([A-Z]|kata-deploy ).*[^.]$/);
    for (const sentence of [rule.threat, rule.remediation]) expect(sentence).toMatch(/^[A-Z].*[.]$/s);
    expect(rule.source.url).toMatch(/^https:\/\//);
    expect(rule.source.text).not.toBe("");
    expect(rule.breakages.length).toBeGreaterThan(0);
    for (const claim of rule.claims) expect(Object.keys(claims), rule.id).toContain(claim);
  });

  it("finds what it looks at in its own example, and passes it", () => {
    const evaluation = rule.evaluate(asTheSdkShowsThem(rule.compliant));
    expect(evaluation).toEqual({ applies: true, findings: [], unknown: [] });
  });

  it("has nothing to say about other resources", () => {
    const other = { type: "aws:s3/bucket:Bucket", name: "bucket", props: { spec: { containers: [{ image: "a" }] } } };
    expect(rule.evaluate([other])).toEqual({ applies: false, findings: [], unknown: [] });
  });

  it("neither refuses nor fails while a value is unknown, whichever it is", () => {
    const expected = new Set(rule.breakages.map(({ expect }) => expect));
    rule.compliant.forEach((resource, index) => {
      for (const path of pathsOf(resource.props).filter((path) => path.length > 0)) {
        const resources = asTheSdkShowsThem(withInput(rule.compliant, index, path, unknownValue));
        // A rule about the presence of a key may judge by the key alone, but then only where it says so.
        for (const found of pathsFound(rule, resources)) expect(expected, path.join(".")).toContain(found);
      }
    });
  });

  it("survives whatever somebody writes", () => {
    const places = rule.compliant.flatMap((resource, index) =>
      pathsOf(resource.props).map((path) => ({ index, path })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), ({ index, path }, value) => {
        rule.evaluate(asTheSdkShowsThem(withInput(rule.compliant, index, path, value)));
      }),
      { numRuns: 200 },
    );
  });
});

describe("each mistake is refused, at its place and nowhere else", () => {
  it.each(cases)("$title", ({ rule, breakage }) => {
    const evaluation = rule.evaluate(asTheSdkShowsThem(broken(rule.compliant, breakage)));
    expect(evaluation.unknown).toEqual([]);
    expect([...new Set(evaluation.findings.map(({ path }) => path))]).toEqual([breakage.expect]);
    for (const finding of evaluation.findings)
      expect(violationMessage(rule, finding)).not.toMatch(/undefined|\[object/);
  });
});

describe("a mistake that cannot be seen yet is not passed in silence", () => {
  const hidden = cases.filter(({ breakage }) => breakage.path !== "dependsOn" && !breakage.path.endsWith("/-"));
  it.each(hidden)("$title", ({ rule, breakage }) => {
    const resources = withInput(rule.compliant, breakage.resource ?? 0, segments(breakage.path), unknownValue);
    const evaluation = rule.evaluate(asTheSdkShowsThem(resources));
    const told = evaluation.unknown.length > 0 || evaluation.findings.some(({ path }) => path === breakage.expect);
    expect(told).toBe(true);
  });
});

describe("mistakes in other forms of the same object", () => {
  const objects = cases.filter(
    ({ rule, breakage }) =>
      rule.scope === "resource" &&
      /^kubernetes:[^:]+:[A-Z]\w+$/.test(target(rule, breakage).type) &&
      !/Patch$|helm\.sh|yaml|kustomize/.test(target(rule, breakage).type),
  );
  const charts = cases.filter(({ rule, breakage }) => target(rule, breakage).type === "kubernetes:helm.sh/v3:Release");

  it("are many", () => {
    expect(objects.length).toBeGreaterThan(40);
    expect(charts.length).toBeGreaterThan(8);
  });

  it.each(objects)("in a list: $title", ({ rule, breakage }) => {
    const [type, props] = brokenTarget(rule, breakage);
    const list = { type: `${type}List`, name: "all", props: { items: [target(rule, breakage).props, props] } };
    expect(pathsFound(rule, [list])).toEqual([["items[1]", breakage.expect].filter(Boolean).join(".")]);
  });

  it.each(objects)("in a patch: $title", ({ rule, breakage }) => {
    const [type, props] = brokenTarget(rule, breakage);
    const found = pathsFound(rule, [{ type: `${type}Patch`, name: "patch", props }]);
    // What a patch leaves out may well be there.
    const leftOut = "remove" in breakage || valueAt(props, breakage.expect.split("#")[0] ?? "") === undefined;
    expect(found).toEqual(leftOut ? [] : [breakage.expect]);
  });

  it.each(charts)("rendered by Pulumi: $title", ({ rule, breakage }) => {
    const resources = broken(rule.compliant, breakage).map((resource) => ({
      ...resource,
      type: resource.type.replace("helm.sh/v3:Release", "helm.sh/v4:Chart"),
    }));
    expect(pathsFound(rule, resources)).toEqual([breakage.expect]);
  });

  it("in a custom resource that holds a pod", () => {
    const podRules = cases.filter(
      ({ rule, breakage }) => rule.scope === "resource" && target(rule, breakage).type.endsWith(":Deployment"),
    );
    expect(podRules.length).toBeGreaterThan(20);
    for (const { rule, breakage } of podRules.filter(({ breakage }) => breakage.path.startsWith("/spec/template"))) {
      const [, props] = brokenTarget(rule, breakage);
      const { template } = props.spec as { template: object };
      const serving = {
        type: "kubernetes:serving.example.com/v1:ModelService",
        name: "model",
        props: { metadata: props.metadata, spec: { predictor: template } },
      };
      const expected = breakage.expect.replace("spec.template", "spec.predictor");
      expect(pathsFound(rule, [serving]), `${rule.id}: ${breakage.mistake}`).toEqual([expected]);
    }
  });
});

describe("examples", () => {
  it("of one rule violate no other", () => {
    // Examples of nodes that are TEEs themselves are asked what nodes are, the others what everybody is.
    for (const unit of [undefined, "node"] as const) {
      const examples = rules
        .filter(({ isolationUnit }) => isolationUnit === unit)
        .flatMap(({ compliant }) => compliant);
      for (const rule of rules.filter((rule) => rule.scope === "resource" && appliesTo(rule, unit)))
        expect(rule.evaluate(examples).findings.map(({ resource, path }) => [rule.id, resource.name, path])).toEqual(
          [],
        );
    }
  });
});

function brokenTarget(rule: Rule, breakage: Breakage): [type: string, props: Readonly<Record<string, unknown>>] {
  const { type, props } = broken(rule.compliant, breakage)[breakage.resource ?? 0] as Resource;
  return [type, props];
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
