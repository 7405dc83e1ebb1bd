import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Operation, StackSettings } from "../../tooling/rehearsal/stackRunner";

/** What the process of a stack with a file backend is asked for, and what it answers. */
export interface FileRequest {
  readonly operation: Operation | "resourceCount";
  readonly run: StackSettings;
  /** For the engine alone. */
  readonly variables: Readonly<Record<string, string>>;
}

export type FileAnswer = { readonly resources: number } | { readonly failure: string };

/** A stack whose state the engine keeps itself, in files: what the journal of a rehearsal is compared with. */
export class FileStack {
  private readonly child: ChildProcess;

  constructor(
    private readonly run: StackSettings,
    private readonly variables: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ) {
    this.child = fork(join(__dirname, "fileStackWorker.ts"), {
      execArgv: ["--import", require.resolve("tsx")],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      ...(signal && { signal }),
    });
  }

  async ask(operation: FileRequest["operation"]): Promise<number> {
    this.child.send({ operation, run: this.run, variables: this.variables } satisfies FileRequest);
    const ended = once(this.child, "exit").then(() => ({ failure: "its process ended" }));
    const answered = once(this.child, "message").then(([answer]) => answer as FileAnswer);
    const answer: FileAnswer = await Promise.race([answered, ended]);
    if ("failure" in answer) throw new Error(`${this.run.place.stackName}: ${answer.failure}`);
    return answer.resources;
  }

  close(): void {
    this.child.kill("SIGKILL");
  }
}
