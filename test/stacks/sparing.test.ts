import { afterEach, describe, expect, it } from "vitest";
import type { StackConfig } from "../../stacks/config/load";
import { spare } from "../../stacks/sparing";

const usual = Error.stackTraceLimit;

function limitAfter(config: object, environment: NodeJS.ProcessEnv = {}): number {
  spare(config as StackConfig, environment);
  return Error.stackTraceLimit;
}

const many = (length: number) => Array.from({ length }, () => ({}));

describe("a program", () => {
  afterEach(() => {
    Error.stackTraceLimit = usual;
  });

  it.each([
    ["releases", { role: "workloads", releases: many(256) }],
    ["hosts", { role: "infrastructure", providers: [{ hosts: many(200) }, { hosts: many(56) }] }],
  ])("of many does without traces, from 256 %s on", (_, config) => {
    expect(limitAfter(config)).toBe(0);
    expect(new Error("what went wrong").stack).toBe("Error: what went wrong");
  });

  it.each([
    ["releases", { role: "workloads", releases: many(255) }],
    ["hosts", { role: "infrastructure", providers: [{ hosts: many(200) }, { hosts: many(55) }] }],
    ["releases of a key broker, which are no resources", { role: "trust", models: many(1000) }],
  ])("of fewer keeps them: %s", (_, config) => {
    expect(limitAfter(config)).toBe(usual);
  });

  it("keeps them for who looks for leaked promises", () => {
    const config = { role: "workloads", releases: many(1000) };
    expect(limitAfter(config, { PULUMI_DEBUG_PROMISE_LEAKS: "true" })).toBe(usual);
  });
});
