import { describe, expect, it } from "vitest";
import { quotaOf, workers } from "./workers";

const gib = 2 ** 30;

describe("test files that run at a time", () => {
  it.each([
    { cpus: 8, memory: 64, files: 8 },
    { cpus: 8, memory: 16, files: 4 },
    { cpus: 2, memory: 24, files: 2 },
    { cpus: 1, memory: 4, files: 2 },
    { cpus: 2.5, memory: 24, files: 2 },
  ])("are $files for $cpus CPUs and $memory GiB", ({ cpus, memory, files }) => {
    expect(workers(cpus, memory * gib)).toBe(files);
  });

  it.each([
    ["200000 100000", 2],
    ["50000 100000\n", 0.5],
    ["max 100000", Infinity],
    ["", Infinity],
  ])("know of a quota %j", (quota, cpus) => {
    expect(quotaOf(quota)).toBe(cpus);
  });
});
