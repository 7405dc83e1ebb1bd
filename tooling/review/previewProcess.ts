import { fork } from "node:child_process";
import { join } from "node:path";
import { Interrupted, UserError } from "../ui";
import type { Look } from "./lookAt";
import type { Answer, Request } from "./previewWorker";
import { quietEnvironment } from "./side";

/** Runs a side's own code in a process that knows nothing but its request. Throws a UserError where it gives no answer. */
export function lookInProcess(request: Request, signal?: AbortSignal): Promise<Look> {
  const child = fork(join(__dirname, "previewWorker.ts"), {
    execArgv: ["--import", require.resolve("tsx")],
    // In a group of its own: the terminal's Ctrl-C reaches it through us alone.
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    cwd: request.root,
    env: { ...quietEnvironment(), PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  const said: Buffer[] = [];
  child.stderr?.on("data", (data: Buffer) => said.push(data));
  const end = () => {
    // The engine and its plugins are of the same group.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
  };
  return new Promise<Look>((resolve, reject) => {
    const abort = () => {
      end();
      reject(new Interrupted());
    };
    signal?.addEventListener("abort", abort, { once: true });
    child.once("message", (answer: Answer) => {
      if ("look" in answer) resolve(answer.look);
      else reject(new UserError(`The preview of ${request.stackName} could not be made: ${answer.failure}`));
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      signal?.removeEventListener("abort", abort);
      const last = Buffer.concat(said).toString().trim().split("\n").slice(-5);
      reject(
        new UserError(`The preview of ${request.stackName} ended with code ${code} and said nothing.`, undefined, last),
      );
    });
    child.send(request);
    if (signal?.aborted) abort();
  });
}
