/** A mistake or a condition that a user can mend: shown as its message alone. */
export class UserError extends Error {
  constructor(
    message: string,
    /** What to do next, shown on a line of its own. */
    readonly hint?: string,
  ) {
    super(message);
    this.name = "UserError";
  }
}

/** Whether a person watches: a live list is drawn only then. */
export function isInteractive(): boolean {
  return Boolean(process.stdout.isTTY) && !process.env.CI;
}

/** Prints one clear message and makes the process end with exit code 1. */
export function fail(message: string): void {
  process.stderr.write(`\n✗ ${message}\n`);
  process.exitCode = 1;
}

/** Runs a command's main function; a user's mistake shows no stack trace. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (error instanceof UserError) fail(error.hint ? `${error.message}\n  → ${error.hint}` : error.message);
    else if (process.env.TRUSTFOUNDRY_DEBUG) throw error;
    else {
      const message = error instanceof Error ? error.message : String(error);
      fail(`${message}\n  This is a defect of Trustfoundry; TRUSTFOUNDRY_DEBUG=1 shows the trace.`);
    }
  }
}
