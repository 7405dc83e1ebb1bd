import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { UserError } from "../ui";
import { afterEngine, endLeftovers, runVariable } from "./leftovers";
import type { Operation, StackOutcome, StackSettings } from "./stackRunner";

/** What a stack's process is asked for. */
export interface Request {
  readonly ask: Operation | "resourceCount";
  readonly run: StackSettings;
}

/** What it says: any number of progress lines, then one of the others. */
export type Answer =
  | { readonly kind: "progress"; readonly line: string }
  | { readonly kind: "outcome"; readonly outcome: StackOutcome }
  | { readonly kind: "count"; readonly count: number }
  | {
      readonly kind: "failure";
      readonly message: string;
      readonly hint?: string;
      readonly details?: readonly string[];
      readonly defect?: string;
    };

/**
 * One party's stack in a process of its own, as on a machine of its own. The Automation API would let several stacks
 * share a process, but then an error of one party's program is reported to the others, and every party's secrets lie in
 * one memory. Settings and secrets travel over the channel: neither command line nor environment shows them.
 */
export class StackProcess {
  private readonly child: ChildProcess;
  private readonly runId = randomUUID();

  constructor(
    private readonly settings: StackSettings,
    private readonly signal?: AbortSignal,
  ) {
    this.child = fork(join(__dirname, "stackWorker.ts"), {
      execArgv: ["--import", require.resolve("tsx")],
      // In a group of its own: the terminal's Ctrl-C reaches it through us alone, once.
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: { ...process.env, [runVariable]: this.runId },
    });
  }

  /** Runs one operation. Throws a UserError that says what went wrong in the stack's own words. */
  async run(operation: Operation, onProgress?: (line: string) => void): Promise<StackOutcome> {
    const answer = await this.ask(operation, onProgress);
    if (answer.kind !== "outcome") throw new Error(`unexpected answer ${answer.kind}`);
    return answer.outcome;
  }

  /** How many resources the state holds. */
  async resourceCount(): Promise<number> {
    const answer = await this.ask("resourceCount");
    if (answer.kind !== "count") throw new Error(`unexpected answer ${answer.kind}`);
    return answer.count;
  }

  /** Ends the process; it has nothing left to do. */
  close(): void {
    this.child.kill("SIGKILL");
    endLeftovers(this.runId);
  }

  private ask(
    ask: Request["ask"],
    onProgress?: (line: string) => void,
  ): Promise<Exclude<Answer, { kind: "progress" }>> {
    const { child, signal, settings } = this;
    const said: Buffer[] = [];
    const hear = (data: Buffer) => said.push(data);
    const interrupt = () => child.kill("SIGINT");
    return new Promise<Exclude<Answer, { kind: "progress" }>>((resolve, reject) => {
      const done = (settle: () => void) => {
        child.removeAllListeners();
        child.stderr?.removeListener("data", hear);
        signal?.removeEventListener("abort", interrupt);
        settle();
      };
      child.stderr?.on("data", hear);
      child.on("message", (answer: Answer) => {
        if (answer.kind === "progress") onProgress?.(answer.line);
        else if (answer.kind !== "failure") done(() => resolve(answer));
        else if (answer.defect) done(() => reject(Object.assign(new Error(answer.message), { stack: answer.defect })));
        else done(() => reject(new UserError(answer.message, answer.hint, answer.details)));
      });
      const gone = (code: number | null, ended: NodeJS.Signals | null) => {
        const fail = () => reject(endedProcess(settings.place.stackName, code, ended, Buffer.concat(said).toString()));
        // A run that comes right after this one must not meet the engine of this one.
        void afterEngine(this.runId).finally(() => done(fail));
      };
      child.on("error", (error) => {
        const { exitCode, signalCode } = child;
        // It ended since it was asked last: there is nobody to ask.
        if (exitCode !== null || signalCode !== null) gone(exitCode, signalCode);
        else done(() => reject(error));
      });
      child.on("exit", gone);
      signal?.addEventListener("abort", interrupt, { once: true });
      child.send({ ask, run: settings } satisfies Request);
      if (signal?.aborted) interrupt();
    });
  }
}

function endedProcess(stackName: string, code: number | null, signal: NodeJS.Signals | null, said: string): UserError {
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${code ?? "unknown"}`;
  return new UserError(
    `The process of stack ${stackName} ${how}.`,
    "Run the command again; it continues where it stopped.",
    said
      .trim()
      .split("\n")
      .filter((line) => line !== "")
      .slice(-10),
  );
}
