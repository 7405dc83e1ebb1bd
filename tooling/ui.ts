import { obeyed } from "../components/screen";

/** A mistake or a condition that a user can mend: shown as its message alone. */
export class UserError extends Error {
  constructor(
    message: string,
    /** What to do next, shown on a line of its own. */
    readonly hint?: string,
    /** What a failing program said last. */
    readonly details: readonly string[] = [],
  ) {
    super(message);
    this.name = "UserError";
  }
}

/** The user pressed Ctrl-C, or the system asked this process to end. */
export class Interrupted extends UserError {
  constructor() {
    super("Interrupted.", "Run the command again; it continues where it stopped.");
    this.name = "Interrupted";
  }
}

/** Exit code of a command that was interrupted, as shells know it. */
const interruptedExitCode = 130;

/** Whether a person watches: a live list is drawn only then. */
export function isInteractive(): boolean {
  return Boolean(process.stdout.isTTY) && !process.env.CI;
}

/** What another side says, on a screen: in one line, a terminal must not obey it, and a long story is cut. */
export function printable(text: string, most = 300): string {
  const plain = text.replace(obeyed, " ").replace(/ {2,}/g, " ").trim();
  return plain.length > most ? `${plain.slice(0, most)} …` : plain;
}

/** JSON for a screen or a file: the same values, with every such character escaped. */
export function printableJson(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, undefined, 2).replace(obeyed, (found) => (found === "\n" ? found : escaped(found)));
}

/** What a user reads about an error: its message, what a program said, what to do. */
export function describeError(error: unknown): string {
  return described(error).replace(obeyed, (found) => (found === "\n" || found === "\t" ? found : " "));
}

/** What the system says of disks is no defect of ours, wherever it comes up. */
const diskRemedies: Readonly<Record<string, string>> = {
  ENOSPC: "Free some space on that disk",
  EDQUOT: "Free some of your quota on that disk",
  EROFS: "Make that filesystem writable",
};

function described(error: unknown): string {
  if (error instanceof UserError) {
    const details = error.details.map((line) => `  | ${line}`);
    return [error.message, ...details, ...(error.hint ? [`  → ${error.hint}`] : [])].join("\n");
  }
  const message = error instanceof Error ? error.message : String(error);
  const remedy = diskRemedies[(error as NodeJS.ErrnoException | undefined)?.code ?? ""];
  if (remedy !== undefined) return `${message}\n  → ${remedy}, then run the command again.`;
  return `${message}\n  This is a defect of Trustfoundry; TRUSTFOUNDRY_DEBUG=1 shows the trace.`;
}

const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a command's main function; a user's mistake shows one clear message and no stack trace. The signal is raised by
 * Ctrl-C, by SIGTERM and when the starting process is gone, and the function is waited for, so that it can clean up; a
 * second Ctrl-C ends at once.
 */
export async function runMain(main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(interruptedExitCode);
    process.stderr.write("\nInterrupted; cleaning up …\n");
    controller.abort(new Interrupted());
  };
  for (const name of endings) process.on(name, interrupt);
  process.once("disconnect", interrupt);
  // Listening to the channel must not keep a finished command alive.
  process.channel?.unref();
  try {
    await main(controller.signal);
  } catch (error) {
    const interrupted = controller.signal.aborted;
    if (!(error instanceof UserError) && !interrupted && process.env.TRUSTFOUNDRY_DEBUG) throw error;
    process.stderr.write(`\n✗ ${describeError(interrupted ? controller.signal.reason : error)}\n`);
    process.exitCode = interrupted ? interruptedExitCode : 1;
  } finally {
    for (const name of endings) process.removeListener(name, interrupt);
    process.removeListener("disconnect", interrupt);
  }
}

/** `3 min 7 s` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
