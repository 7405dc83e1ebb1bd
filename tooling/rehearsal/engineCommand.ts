import { delimiter, dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { credentials } from "@grpc/grpc-js";
import type * as automation from "@pulumi/pulumi/automation";
import { EventsClient } from "@pulumi/pulumi/proto/events_grpc_pb.js";
import { EventRequest } from "@pulumi/pulumi/proto/events_pb.js";
import type { EngineEvent } from "./engineEvents";

export interface EngineThreadData {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How the engine's process ended. */
export interface EngineEnd {
  readonly exitCode?: number | undefined;
  readonly why: string;
  readonly stderr: string;
}

type Said = { readonly event: EngineEvent; readonly end?: undefined } | { readonly end: EngineEnd };

interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

type Run = (
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
  onOutput?: unknown,
  onError?: unknown,
  signal?: AbortSignal,
) => Promise<Result>;

const operations = new Set(["up", "preview", "refresh", "destroy"]);

/**
 * The engine's command, made to write each operation's events as JSON. Its screens for people keep every resource's old and
 * new state until the end, and the Automation API all that is on them: for a thousand workloads more than a gigabyte. Nobody
 * looks at them here.
 */
export function quietCommand(
  command: automation.PulumiCommand,
  onEvent: (event: EngineEvent) => void,
): automation.PulumiCommand {
  const inner = command as automation.PulumiCommand & { readonly run: Run };
  const run: Run = async (args, cwd, environment, onOutput, onError, signal) => {
    const [operation = ""] = args;
    if (!operations.has(operation)) return inner.run([...args], cwd, environment, onOutput, onError, signal);
    // As the Automation API sets it (@pulumi/pulumi 3.248.0, automation/cmd.ts), and a preview's events as they come.
    const env = {
      ...environment,
      PATH: [dirname(inner.command), environment.PATH ?? process.env.PATH ?? ""].join(delimiter),
      // Engine and plugin collect garbage when half as much again is in use, in place of twice as much: docs/benchmarks.md.
      GOGC: process.env.GOGC ?? "50",
      PULUMI_AUTOMATION_API: "true",
      PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
    };
    const [own, eventLog] = withoutEventLog(args);
    let summary: EngineEvent | undefined;
    const listen = (event: EngineEvent) => {
      if (event.summaryEvent) summary = event;
      onEvent(event);
    };
    const data = { command: inner.command, args: [...own, "--json", "--non-interactive"], cwd, env };
    const { exitCode, why, stderr } = await inThread(data, listen, signal);
    if (exitCode !== 0) throw new Error(`pulumi ${operation} ${why}\n${stderr}`);
    if (eventLog !== undefined && summary) await tell(eventLog, summary);
    return { stdout: "", stderr, code: 0 };
  };
  return Object.assign(Object.create(command) as automation.PulumiCommand, { run });
}

function inThread(data: EngineThreadData, onEvent: (event: EngineEvent) => void, signal?: AbortSignal) {
  return new Promise<EngineEnd>((done, fail) => {
    // TypeScript as the first file of a thread is beyond Node 20 with tsx; as the second it is not.
    const files = [require.resolve("tsx/cjs"), join(__dirname, "engineThread.ts")];
    const load = files.map((file) => `require(${JSON.stringify(file)});`).join("\n");
    const thread = new Worker(load, { eval: true, workerData: data, execArgv: [] });
    const interrupt = () => thread.postMessage("interrupt");
    signal?.addEventListener("abort", interrupt);
    if (signal?.aborted) interrupt();
    let end: EngineEnd | undefined;
    thread.on("message", (said: Said) => {
      if (said.end) end = said.end;
      else onEvent(said.event);
    });
    thread.once("error", fail);
    thread.once("exit", () => {
      signal?.removeEventListener("abort", interrupt);
      if (end) done(end);
      else fail(new Error("the engine's thread ended before the engine"));
    });
  });
}

/** A preview of the Automation API wants events for itself, of which it uses the summary alone. */
function withoutEventLog(args: readonly string[]): [own: string[], eventLog?: string] {
  const at = args.indexOf("--event-log");
  const eventLog = at < 0 ? undefined : args[at + 1];
  return eventLog === undefined ? [[...args]] : [args.filter((_, n) => n !== at && n !== at + 1), eventLog];
}

/** Tells the Automation API of an event, as the engine would. */
async function tell(eventLog: string, event: EngineEvent): Promise<void> {
  const client = new EventsClient(eventLog.replace("tcp://", ""), credentials.createInsecure());
  try {
    await new Promise<void>((done, fail) => {
      const stream = client.streamEvents((error: Error | null) => (error ? fail(error) : done()));
      stream.write(new EventRequest().setEvent(JSON.stringify(event)));
      stream.end();
    });
  } finally {
    client.close();
  }
}
