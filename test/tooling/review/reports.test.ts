import { readFileSync } from "node:fs";
import Ajv from "ajv";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { Log } from "sarif";
import { describe, expect, it } from "vitest";
import { junit } from "../../../tooling/review/junit";
import { sarif } from "../../../tooling/review/sarif";
import { file, reviewOf, reviewSides, rule, side, stack, violation } from "./support";

/** The schema of OASIS as a package brings it along; written in draft 4, of which it uses nothing that draft 7 reads otherwise. */
const { $schema, id, ...schema } = JSON.parse(
  readFileSync(require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8"),
) as Record<string, unknown>;
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile<Log>(schema);

const known = { rule: rule.id, type: "t", resource: "x", path: "spec.a" };
const exceptions = [
  { rule: rule.id, resource: "x", reason: "moving <b>&\"'\u0000\uFFFE", owner: "carol", until: "2026-12-01" },
];
const full = reviewSides(
  side([file([stack({ violations: [{ ...violation, resource: "gone" }] })])]),
  side([
    file(
      [
        stack({
          violations: [violation, { ...violation, level: "advisory", resource: "y" }],
          notYetKnown: [known],
          exceptionUses: [known],
        }),
      ],
      { exceptions },
    ),
    file([stack({ name: "other", refusals: ["trustfoundry:models[0].cpus: 0 is not right"] })], {
      file: "Pulumi.o ther.yaml",
    }),
  ]),
);

describe("SARIF", () => {
  const log = JSON.parse(sarif(full)) as Log;
  const [run] = log.runs;

  it("is a schema's instance", () => {
    expect($schema).toContain("draft-04");
    expect(id).toContain("sarif-2.1.0");
    expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...log, version: "2.0.0" })).toBe(false);
  });

  it("says level, place and whether base had it", () => {
    expect(run?.results?.find(({ ruleId, level }) => ruleId === rule.id && level === "error")).toMatchObject({
      baselineState: "new",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "Pulumi.prod.yaml", uriBaseId: "PROJECT" },
            region: { startLine: 4 },
          },
        },
      ],
    });
    const same = JSON.parse(sarif(reviewOf({ violations: [violation] }, { violations: [violation] }))) as Log;
    expect(same.runs[0]?.results).toMatchObject([{ baselineState: "unchanged" }]);
  });

  it("keeps a violation's fingerprint when its wording changes", () => {
    const mark = (message: string) =>
      (JSON.parse(sarif(reviewOf({}, { violations: [{ ...violation, message }] }))) as Log).runs[0]?.results?.[0]
        ?.partialFingerprints;
    expect(mark("one")).toEqual(mark("other"));
    expect(mark("one")).toBeDefined();
  });

  it("shows what exceptions let pass as suppressed", () => {
    expect(run?.results?.filter(({ suppressions }) => suppressions)).toMatchObject([
      {
        ruleId: rule.id,
        suppressions: [{ kind: "external", justification: expect.stringContaining("carol") as string }],
      },
    ]);
  });

  it("has a rule for every result, and addresses that are addresses", () => {
    const rules = run?.tool.driver.rules?.map((descriptor) => descriptor.id) ?? [];
    expect(run?.results?.filter(({ ruleId }) => !rules.includes(ruleId ?? ""))).toEqual([]);
    expect(JSON.stringify(run?.results)).toContain("Pulumi.o%20ther.yaml");
  });

  it("is the same for the same review", () => expect(sarif(full)).toBe(sarif(structuredClone(full))));
});

describe("JUnit", () => {
  interface Case {
    readonly "@name": string;
    readonly failure?: { readonly "@message": string; readonly "#text": string };
    readonly "system-out"?: string;
  }
  interface Suite {
    readonly "@name": string;
    readonly "@tests": string;
    readonly "@failures": string;
    readonly testcase?: readonly Case[];
  }
  const text = junit(full);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    isArray: (name) => name === "testcase" || name === "testsuite",
  });
  const { testsuites } = parser.parse(text) as { testsuites: Suite & { readonly testsuite: readonly Suite[] } };

  it("is XML, whatever stands in it", () => {
    expect(XMLValidator.validate(text)).toBe(true);
    expect(/[^\P{Cc}\n]/u.test(text)).toBe(false);
    expect(text).not.toContain("\uFFFE");
  });

  it("fails the rule that is violated and says where", () => {
    const [first] = testsuites.testsuite[0]?.testcase ?? [];
    expect(first).toMatchObject({ "@name": rule.id });
    expect(first?.failure?.["#text"]).toMatch(/^Pulumi\.prod\.yaml:4: prod: tenant-egress-named at llama-8b-egress/);
    expect(first?.["system-out"]).toMatch(/warning: .* at y[\s\S]*exception used: .*moving <b>&"'/);
  });

  it("fails a case for what could not be judged, and counts", () => {
    const last = testsuites.testsuite.find((suite) => suite["@name"] === "judged whole");
    expect(last).toMatchObject({ "@tests": "1", "@failures": "1" });
    const failures = testsuites.testsuite.flatMap(({ testcase = [] }) => testcase.filter(({ failure }) => failure));
    expect(testsuites["@failures"]).toBe(String(failures.length));
  });

  it("has no failure where nothing is violated or weaker", () => {
    expect(junit(reviewOf({}, {}))).toContain('failures="0"');
    expect(junit(reviewOf({}, {}))).not.toContain("<failure");
  });
});
