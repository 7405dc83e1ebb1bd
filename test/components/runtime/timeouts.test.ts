import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultPullTimeouts, pullTimeoutProblems } from "../../../components/runtime/timeouts";

describe("a chain of pull timeouts", () => {
  it("holds by default", () => {
    expect(pullTimeoutProblems(defaultPullTimeouts)).toEqual([]);
  });

  it("holds exactly when each outlasts the next one in", () => {
    const seconds = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(seconds, seconds, seconds, (kubeletSeconds, shimSeconds, agentSeconds) => {
        const problems = pullTimeoutProblems({ kubeletSeconds, shimSeconds, agentSeconds });
        expect(problems.length === 0).toBe(kubeletSeconds >= shimSeconds && shimSeconds >= agentSeconds);
      }),
    );
  });

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %s seconds", (shimSeconds) => {
    expect(pullTimeoutProblems({ ...defaultPullTimeouts, shimSeconds })).toEqual([
      `shimSeconds is ${shimSeconds}; write whole seconds, 1 or more`,
    ]);
  });

  it("says which one would give up first, and what to write", () => {
    expect(pullTimeoutProblems({ kubeletSeconds: 120, shimSeconds: 600, agentSeconds: 1200 })).toEqual([
      "kubeletSeconds (120) is shorter than shimSeconds (600): kubelet would give up first; write 600 or more",
      "shimSeconds (600) is shorter than agentSeconds (1200): the shim would give up first; write 1200 or more",
    ]);
  });
});
