import { fork } from "node:child_process";
import { join } from "node:path";
import type { Exception } from "../../policies/exceptions";
import type { IsolationUnit } from "../../policies/isolation";
import type { StackRole } from "../drift/found";
import type { DriftOutcome } from "../drift/run";
import { UserError } from "../ui";
import type { StackEngine, StackPlace } from "./stackRunner";

/** What one party's process looks for drift with: the party's own stacks and credentials. */
export interface DriftRequest {
  readonly stacks: readonly { readonly role: StackRole; readonly place: StackPlace }[];
  readonly engine: StackEngine;
  readonly party: { readonly role: "modelOwner" | "infrastructureProvider"; readonly name: string };
  /** The model owner's name, whose namespace at a provider it is. */
  readonly tenant: string;
  readonly unit: IsolationUnit;
  readonly exceptions: readonly Exception[];
  readonly heal: boolean;
  readonly known: readonly string[];
}

export type DriftAnswer =
  | { readonly kind: "outcome"; readonly outcome: DriftOutcome }
  | {
      readonly kind: "failure";
      readonly message: string;
      readonly hint?: string;
      readonly details?: readonly string[];
      readonly defect?: string;
    };

/** Looks, and heals, in a process of the party's own: its secrets are opened there, and no other party's are. */
export function driftInProcess(request: DriftRequest, signal: AbortSignal): Promise<DriftOutcome> {
  const child = fork(join(__dirname, "driftWorker.ts"), {
    execArgv: ["--import", require.resolve("tsx")],
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const said: Buffer[] = [];
  const interrupt = () => child.kill("SIGKILL");
  return new Promise<DriftOutcome>((resolve, reject) => {
    child.stderr?.on("data", (data: Buffer) => said.push(data));
    child.on("message", (answer: DriftAnswer) => {
      if (answer.kind === "outcome") resolve(answer.outcome);
      else if (answer.defect) reject(Object.assign(new Error(answer.message), { stack: answer.defect }));
      else reject(new UserError(answer.message, answer.hint, answer.details));
    });
    child.on("error", reject);
    child.on("exit", () =>
      reject(
        new UserError(
          `The process of ${request.party.name} ended before it had an answer.`,
          "Run the command again.",
          Buffer.concat(said).toString().trim().split("\n").slice(-10),
        ),
      ),
    );
    signal.addEventListener("abort", interrupt, { once: true });
    child.send(request);
  }).finally(() => {
    signal.removeEventListener("abort", interrupt);
    child.removeAllListeners();
    child.kill("SIGKILL");
    signal.throwIfAborted();
  });
}
