import { afterEach, describe, expect, it, vi } from "vitest";
import type { StackConfig } from "../../stacks/config/load";
import { spare } from "../../stacks/sparing";

const usual = Error.stackTraceLimit;

const setFlags = vi.fn();

function limitAfter(config: object, environment: NodeJS.ProcessEnv = {}): number {
  spare(config as StackConfig, environment, setFlags);
  return Error.stackTraceLimit;
}

const many = (length: number) => Array.from({ length }, () => ({}));

describe("a program", () => {
  afterEach(() => {
    Error.stackTraceLimit = usual;
    setFlags.mockClear();
  });

  it.each([
    ["releases", { role: "workloads", releases: many(256) }],
    ["hosts", { role: "infrastructure", providers: [{ hosts: many(200) }, { hosts: many(56) }] }],
  ])("of many does without traces, from 256 %s on", (_, config) => {
    expect(limitAfter(config)).toBe(0);
    expect(setFlags.mock.calls).toEqual([["--heap-growing-percent=50"]]);
    expect(new Error("what went wrong").stack).toBe("Error: what went wrong");
  });

  it.each([
    ["releases", { role: "workloads", releases: many(255) }],
    ["hosts", { role: "infrastructure", providers: [{ hosts: many(200) }, { hosts: many(55) }] }],
    ["releases of a key broker, which are no resources", { role: "trust", models: many(1000) }],
  ])("of fewer keeps them: %s", (_, config) => {
    expect(limitAfter(config)).toBe(usual);
    expect(setFlags).not.toHaveBeenCalled();
  });

  it("keeps them for who looks for leaked promises", () => {
    const config = { role: "workloads", releases: many(1000) };
    expect(limitAfter(config, { PULUMI_DEBUG_PROMISE_LEAKS: "true" })).toBe(usual);
  });
});
