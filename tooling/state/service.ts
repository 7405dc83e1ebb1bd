import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { privateDirectory } from "../controlplane/files";
import { UserError } from "../ui";
import type { ServiceAddress } from "./address";
import { ask, attach, readAddress } from "./address";

/** Name of the service's program in the toolchain. */
export const stateProgram = "trustfoundry-state";

/** What the service's program says by its exit code: another one has the directory. */
const exitLocked = 3;

/** How often a service that was killed is started again for one user of it. */
const mostRestarts = 5;

/**
 * How long, in milliseconds, the engine gathers entries of its journal before it sends them. A step waits until its beginning
 * is stored, and again for its end (cloudJournaler.AddJournalEntry of pulumi/pkg 3.216.0), so that each period is spent up to
 * twice a step; the engine's own 50 ms spare requests across a network, and here is none. The engine takes 0 for its own.
 */
const batchPeriodMilliseconds = 2;

/** Users of services that this process has had. */
let users = 0;

export interface StateArgs {
  /** Directory of the states alone; made where it is not there. */
  readonly directory: string;
  /** Folder with the toolchain's programs. */
  readonly binDir: string;
}

/** A state service that answers, for as long as this is not closed. */
export interface OpenState {
  readonly address: ServiceAddress;
  /** What an engine needs to keep its state there. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lets the service end when nobody else needs it. */
  close(): Promise<void>;
}

/**
 * Opens the states in a directory: by a service of its own, which ends with this process at the latest, or by the one that
 * another process runs there already.
 */
export async function openState(args: StateArgs): Promise<OpenState> {
  const { directory, binDir } = args;
  if (!existsSync(join(binDir, stateProgram)))
    throw new UserError(`${stateProgram} is not in ${binDir}.`, "`npm run toolchain` makes it.");
  privateDirectory(directory);
  const service = await startOrAttach(args);
  // Where the engine notes the token of each service that it talks to: of no use after its end.
  const session = mkdtempSync(join(directory, "session-"));
  const holder = `${process.pid}-${++users}`;
  return {
    address: service.address,
    environment: stateEnvironment(service.address, session, holder),
    close: async () => {
      // An engine that was killed holds nothing any more.
      await service.close(() => ask(service.address, "POST", "/trustfoundry/release", holder));
      rmSync(session, { recursive: true, force: true });
    },
  };
}

/** Environment of an engine whose state is kept by a service. */
export function stateEnvironment(
  { port, token }: ServiceAddress,
  credentials: string,
  holder: string,
): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: `http://127.0.0.1:${port}`,
    // What is behind the dot says who holds a lease.
    PULUMI_ACCESS_TOKEN: `${token}.${holder}`,
    PULUMI_CREDENTIALS_PATH: credentials,
    PULUMI_ENABLE_JOURNALING: "true",
    PULUMI_JOURNALING_BATCH_PERIOD: String(batchPeriodMilliseconds),
    // Providers of somebody's own would go before the project's.
    PULUMI_DEBUG_PROVIDERS: "",
  };
}

interface Service {
  readonly address: ServiceAddress;
  /** Says a last thing to the service, and lets it end. */
  close(last: () => Promise<unknown>): Promise<void>;
}

async function startOrAttach(args: StateArgs): Promise<Service> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const started = await startService(args, { token: randomBytes(32).toString("base64url"), port: 0, resume: false });
    if (started) return keepRunning(args, started);
    // Between its lock and its address, or its last answer and its end, the other one is not to be reached.
    const address = readAddress(args.directory);
    const guest = address && (await attach(address));
    if (guest) return { address, close: (last) => last().then(guest) };
    await wait(100);
  }
  throw new UserError(
    `Another process holds the states in ${args.directory}, and its service does not answer.`,
    "Wait for its end, or end it first.",
  );
}

interface Started {
  readonly address: ServiceAddress;
  readonly child: ChildProcess;
}

interface StartLine {
  readonly token: string;
  readonly port: number;
  readonly resume: boolean;
}

/** Starts a service; undefined where another one has the directory. */
async function startService({ directory, binDir }: StateArgs, start: StartLine): Promise<Started | undefined> {
  const child = spawn(join(binDir, stateProgram), ["serve", directory], {
    // In a session of its own: a Ctrl-C in the terminal must not reach it before the engine has written its state.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR },
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
  const exited = once(child, "exit") as Promise<[number | null]>;
  // It may have ended before it reads.
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify(start)}\n`);
  const lines = createInterface({ input: child.stdout });
  const first = once(lines, "line") as Promise<[string]>;
  const answer = await Promise.race([first.then(([line]) => ({ line })), exited.then(([code]) => ({ code }))]);
  if ("line" in answer) {
    // Nothing of it keeps this process running.
    child.unref();
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref();
    return { child, address: JSON.parse(answer.line) as ServiceAddress };
  }
  if (answer.code === exitLocked) return undefined;
  if (/no space left on device|disk quota exceeded/.test(said.join(" ")))
    throw new UserError(
      `The disk with the states in ${directory} is full.`,
      "Free some space and run the command again; it continues where it stopped.",
    );
  if (/read-only file system/.test(said.join(" ")))
    throw new UserError(
      `The disk with the states in ${directory} is read-only.`,
      "Make it writable and run the command again; it continues where it stopped.",
    );
  throw new UserError(
    `The states in ${directory} cannot be opened.`,
    "docs/state.md says how a damaged state is looked at and repaired.",
    said.slice(-10),
  );
}

/** A service that is killed while it is in use is started again where it was: engines find it and go on. */
function keepRunning(args: StateArgs, { address, child }: Started): Service {
  let closed = false;
  let current: Promise<Started | undefined> = Promise.resolve({ address, child });
  let restarts = 0;
  const watch = (running: ChildProcess) =>
    running.once("exit", () => {
      if (closed || restarts++ >= mostRestarts) return;
      current = startService(args, { ...address, resume: true }).catch(() => undefined);
      void current.then((again) => again && watch(again.child));
    });
  watch(child);
  const close = async (last: () => Promise<unknown>) => {
    closed = true;
    // One that is being started again still thinks that its engine will come.
    const running = await current;
    await last();
    if (!running || running.child.exitCode !== null || running.child.signalCode !== null) return;
    const exited = once(running.child, "exit");
    running.child.ref();
    running.child.stdin?.end();
    // It stays for as long as an engine, or another process, needs it: that is no reason to wait here.
    await Promise.race([exited, wait(2000, undefined, { ref: true })]);
    running.child.unref();
  };
  return { address, close };
}
