import Ajv from "ajv";
import { describe, expect, it } from "vitest";
import { stageDefinition } from "../../../tooling/controlplane/stageDefinition";
import { baseStages } from "../../../tooling/controlplane/stages";

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
}

/** An API server refuses unknown fields under strict validation; so does this schema. */
function closed(schema: Schema): Schema {
  return {
    ...schema,
    ...(schema.properties && {
      additionalProperties: false,
      properties: Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, closed(value)])),
    }),
    ...(schema.items && { items: closed(schema.items) }),
  };
}

const { spec } = stageDefinition() as { spec: { versions: { schema: { openAPIV3Schema: Schema } }[] } };
const specSchema = spec.versions[0]?.schema.openAPIV3Schema.properties?.spec ?? {};
const validate = new Ajv({ strict: false, formats: { int64: true } }).compile(closed(specSchema));

describe("the definition of Stage", () => {
  const good = { resourceRef: { kind: "Node" }, selector: {}, steps: [{ delete: true }] };

  it.each([
    ["a whole stage", good, true],
    ["no selector: it would match nothing", { ...good, selector: undefined }, false],
    ["no step", { ...good, steps: [] }, false],
    ["the deprecated next", { ...good, next: { delete: true } }, false],
    ["a misspelt field", { ...good, dellay: {} }, false],
    [
      "an unknown operator",
      { ...good, selector: { matchExpressions: [{ jq: { key: ".a", operator: "Is" } }] } },
      false,
    ],
    ["a negative delay", { ...good, delay: { durationMilliseconds: -1 } }, false],
  ])("%s", (_title, candidate, accepted) => {
    expect(validate(JSON.parse(JSON.stringify(candidate)))).toBe(accepted);
  });
});

describe("the base stages", () => {
  const stages = baseStages();

  it("act out kubelet and volume provisioner, and nothing that an operator's chart brings", () => {
    expect(stages.map(({ metadata }) => metadata.name)).toEqual([
      "node-heartbeat",
      "node-initialize",
      "pod-complete",
      "pod-delete",
      "pod-ready",
      "pod-stop",
      "volume-reclaim",
    ]);
    expect(JSON.stringify(stages)).not.toMatch(/nvidia|katacontainers|feature\.node/);
  });

  it.each(stages.map((stage) => [stage.metadata.name, stage] as const))("%s is a valid stage", (_name, stage) => {
    expect(validate(stage.spec), JSON.stringify(validate.errors)).toBe(true);
    expect(stage.metadata.labels).toEqual({ "trustfoundry.dev/base-stage": "true" });
  });

  it("leave the heartbeat to run only when nothing else does", () => {
    for (const { metadata, spec: stage } of stages) expect(stage.weight === 0).toBe(metadata.name === "node-heartbeat");
  });

  it("have nodes report the more seldom the more there are, and never so seldom that one is given up", () => {
    const delay = (nodes: number) =>
      baseStages({ nodes }).find(({ metadata }) => metadata.name === "node-heartbeat")?.spec.delay;
    expect(delay(4)).toEqual({ durationMilliseconds: 2000, jitterDurationMilliseconds: 3000 });
    expect(delay(1000)).toEqual({ durationMilliseconds: 50_000, jitterDurationMilliseconds: 75_000 });
    // The pauses of all other stages are those of a single node.
    const others = (nodes: number) =>
      baseStages({ nodes }).filter(({ metadata }) => metadata.name !== "node-heartbeat");
    expect(others(1000)).toEqual(others(1));
  });

  it("select by jq alone: a CEL expression on an absent key would stop all stages of its kind", () => {
    expect(JSON.stringify(stages.map(({ spec: stage }) => stage.selector))).not.toContain('"cel"');
  });
});
