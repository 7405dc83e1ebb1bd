import { parentPort, workerData } from "node:worker_threads";
import { execa } from "execa";
import type { EngineEnd, EngineThreadData } from "./engineCommand";
import { EventReader } from "./engineEvents";

/**
 * Runs the engine and reads its events, in a thread of its own: the engine keeps events, each with the states of a resource,
 * until somebody takes them, and the main thread is busy with the program that the engine runs.
 */

/** Keeps what the engine says last, where it says why it stopped. */
const mostErrorCharacters = 256 * 1024;

async function main({ command, args, cwd, env }: EngineThreadData): Promise<EngineEnd> {
  const child = execa(command, args, { cwd, env, stdin: "ignore", buffer: false, reject: false });
  const reader = new EventReader((event) => parentPort?.postMessage({ event }));
  child.stdout?.on("data", (chunk: Buffer) => reader.take(chunk));
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString()}`.slice(-mostErrorCharacters);
  });
  // It cancels what it can and writes its state; whoever waits for that decides how long.
  parentPort?.on("message", () => {
    child.kill("SIGINT", { forceKillAfterTimeout: false });
  });
  // What is on its way when the process has ended still counts.
  const closed = new Promise<void>((done) => {
    void child.once("close", () => done()).once("error", () => done());
  });
  const { exitCode, signal, originalMessage }: { exitCode?: number; signal?: string; originalMessage?: string } =
    await child;
  await closed;
  return {
    exitCode,
    why: originalMessage ?? (signal === undefined ? `ended with ${exitCode}` : `was killed with ${signal}`),
    stderr,
  };
}

void main(workerData as EngineThreadData).then((end) => {
  parentPort?.postMessage({ end });
  parentPort?.close();
});
