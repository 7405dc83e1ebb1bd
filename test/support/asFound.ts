import { afterAll, beforeAll, expect } from "vitest";

// Unit tests share their processes: what a file leaves changed would decide over the next one.

const found = () => ({
  directory: process.cwd(),
  environment: { ...process.env },
  exitCode: process.exitCode,
  stackTraceLimit: Error.stackTraceLimit,
});

let before: ReturnType<typeof found>;
beforeAll(() => {
  before = found();
});
// Registered before any of the file's own, and so the last to run.
afterAll(() => {
  expect(found(), "this file leaves its process as it found it").toEqual(before);
});
