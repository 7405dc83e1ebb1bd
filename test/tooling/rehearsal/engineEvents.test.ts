import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EngineEvent } from "../../../tooling/rehearsal/engineEvents";
import { EventReader } from "../../../tooling/rehearsal/engineEvents";

const urn = 'urn:pulumi:a-workloads::trustfoundry::kubernetes:apps/v1:Deployment::model "é"';
const state = {
  type: "kubernetes:apps/v1:Deployment",
  urn,
  inputs: { data: `${"x".repeat(20_000)}"diagnosticEvent":{` },
};
const step = (op: string) => ({ metadata: { op, urn, type: state.type, old: state, new: state } });
const diagnostic = { severity: "error", message: `long\n${"é".repeat(10_000)}`, urn };

let sequence = 0;
const line = (event: object) => `${JSON.stringify({ sequence: sequence++, timestamp: 1_780_000_000, ...event })}\n`;

const output = Buffer.from(
  [
    line({ preludeEvent: { config: { a: "b" } } }),
    line({ resourcePreEvent: step("create") }),
    line({ diagnosticEvent: diagnostic }),
    line({ resOutputsEvent: step("create") }),
    "something that is no event\n",
    // Somebody else's words in the middle of a line.
    line({ diagnosticEvent: diagnostic }).replace("long", 'lo"ng'),
    line({ policyEvent: { enforcementLevel: "mandatory", policyName: "p", message: "m" } }),
    line({ resourcePreEvent: step("delete-replaced") }),
    line({ summaryEvent: { resourceChanges: { create: 1 } } }),
    // What a killed engine had begun to write.
    line({ summaryEvent: { resourceChanges: { create: 2 } } }).slice(0, -3),
  ].join(""),
);

const expected = [
  { step: { op: "create", urn } },
  { diagnosticEvent: diagnostic },
  { policyEvent: { enforcementLevel: "mandatory", policyName: "p", message: "m" } },
  { step: { op: "delete-replaced", urn } },
  { summaryEvent: { resourceChanges: { create: 1 } } },
];

function read(chunks: readonly Buffer[]): EngineEvent[] {
  const events: EngineEvent[] = [];
  const reader = new EventReader((event) => events.push(event));
  for (const chunk of chunks) reader.take(chunk);
  return events;
}

describe("events of the engine", () => {
  it("are read as far as a run is told of them", () => {
    expect(read([output])).toMatchObject(expected);
  });

  it("are the same however they arrive", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: output.length - 1 }), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), output.length];
        expect(read(at.slice(1).map((end, index) => output.subarray(at[index], end)))).toMatchObject(expected);
      }),
      { numRuns: 200 },
    );
    expect(read([...output].map((byte) => Buffer.from([byte])))).toMatchObject(expected);
  });

  it("take no memory for states, however large", () => {
    const before = process.memoryUsage().arrayBuffers;
    const reader = new EventReader(() => undefined);
    reader.take(Buffer.from(line({ resOutputsEvent: {} }).replace("}}\n", "")));
    const chunk = Buffer.alloc(2 ** 20, "x");
    for (let n = 0; n < 200; n++) reader.take(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 2 ** 20);
  });
});
