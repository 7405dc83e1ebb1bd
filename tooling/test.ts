import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { runMain } from "./ui";

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly unknown[];
    readonly name: string;
  }[];
}

/**
 * Runs all tests: unit tests first, then the acceptance tests on real control planes (their set-up builds the
 * toolchain). Ends with the line `N passed, N failed, N skipped`. Arguments go to vitest.
 */
async function main(signal: AbortSignal): Promise<void> {
  const root = resolve(__dirname, "..");
  const scratch = mkdtempSync(join(tmpdir(), "trustfoundry-test-"));
  try {
    const report = join(scratch, "report.json");
    const vitest = await execa(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
        ...process.argv.slice(2),
      ],
      { cwd: root, stdio: "inherit", reject: false, signal },
    );
    const { passed, failed, skipped } = totals(report);
    console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
    if (vitest.exitCode !== 0 || failed > 0 || passed === 0) process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A file that could not be loaded has no tests of its own to fail; it counts as one failure. */
function totals(path: string): { passed: number; failed: number; skipped: number } {
  try {
    const report = JSON.parse(readFileSync(path, "utf8")) as VitestReport;
    const unloaded = report.testResults.filter(
      ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
    );
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + unloaded.length,
      skipped: report.numPendingTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

void runMain(main);
