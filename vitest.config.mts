import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/sequencer";
import { workers } from "./test/workers";

export default defineConfig({
  test: {
    maxWorkers: workers(),
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/acceptance/**"],
          pool: "forks",
          // Loading the same modules anew for each file took most of the time. asFound sees that it can be left out.
          isolate: false,
          setupFiles: ["test/support/asFound.ts"],
          // Properties and the whole corpus take seconds where other work shares the cores.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "acceptance",
          include: ["test/acceptance/**/*.test.ts"],
          globalSetup: ["test/acceptance/globalSetup.ts"],
          pool: "forks",
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
