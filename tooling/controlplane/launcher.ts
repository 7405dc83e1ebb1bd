import type { Command } from "./commands";
import { causeOf, endedProcess, logTail } from "./logs";
import type { Layout } from "./layout";
import { ownerOption } from "./layout";
import { findProcesses, isAlive, startProcess, stopProcess } from "./processes";
import type { ProcessId, Started } from "./processes";
import type { Program, StateFile } from "./state";
import { programs } from "./state";

/** Another process took a port between its choice and its use. */
export class PortConflict extends Error {}

/** Clients first, the store last: nobody is left talking to a server that is gone. */
const stopOrder: readonly (readonly Program[])[] = [
  ["kwok", "kube-scheduler", "kube-controller-manager"],
  ["kube-apiserver"],
  ["etcd"],
];
const graceMilliseconds = 10_000;

/** Starts, watches and stops the processes of one control plane; each is in the state file before anything else happens. */
export class Launcher {
  private readonly startedHere = new Map<Program, Started>();

  constructor(
    private readonly layout: Layout,
    private readonly name: string,
    readonly state: StateFile,
  ) {}

  /** Whether this program runs, and was started by this very command line if one is given. */
  runs(program: Program, digest?: string): boolean {
    const recorded = this.state.state.processes[program];
    return recorded !== undefined && (digest === undefined || recorded.commandDigest === digest) && isAlive(recorded);
  }

  /** Starts a program unless it runs already; one with an outdated command line, or a stray one, is stopped before. */
  async ensure(command: Command): Promise<"kept" | "started"> {
    const { program, executable, args, digest } = command;
    if (this.runs(program, digest)) return "kept";
    await this.stop([program], graceMilliseconds);
    const started = await startProcess({
      executable,
      args,
      directory: this.layout.directory,
      logFile: this.layout.log(program),
    });
    this.startedHere.set(program, started);
    this.state.setProcess(program, { ...started.id, commandDigest: digest });
    return "started";
  }

  /** Throws when one of these programs does not run: a PortConflict, or a UserError that says why it ended. */
  check(expected: readonly Program[]): void {
    for (const program of expected) {
      const started = this.startedHere.get(program);
      // Of a child the system tells more than that it is gone, a moment later.
      if (started ? !started.exit : this.runs(program)) continue;
      const exit = started?.exit;
      const logFile = this.layout.log(program);
      if (causeOf(logTail(logFile), exit) === "portTaken") throw new PortConflict(`${program} found its port taken`);
      throw endedProcess({ cluster: this.name, program, logFile, exit });
    }
  }

  /** Programs that were started and not stopped since, by us. */
  recorded(): Program[] {
    return programs.filter((program) => this.state.state.processes[program]);
  }

  async stopAll(): Promise<void> {
    for (const group of stopOrder) await this.stop(group, graceMilliseconds);
  }

  /** Undoes what this command has started. */
  async stopStarted(): Promise<void> {
    for (const group of stopOrder)
      await this.stop(
        group.filter((program) => this.startedHere.has(program)),
        graceMilliseconds,
      );
  }

  private async stop(group: readonly Program[], grace: number): Promise<void> {
    await Promise.all(
      group.map(async (program) => {
        await Promise.all(this.processesOf(program).map((id) => stopProcess(id, grace)));
        if (this.state.state.processes[program]) this.state.setProcess(program, undefined);
        this.startedHere.delete(program);
      }),
    );
  }

  /** The recorded process, and any that a killed command started and could not record. */
  private processesOf(program: Program): ProcessId[] {
    const recorded = this.state.state.processes[program];
    const strays = findProcesses(program, `${ownerOption[program]}${this.layout.directory}/`);
    return [...(recorded && isAlive(recorded) ? [recorded] : []), ...strays.filter(({ pid }) => pid !== recorded?.pid)];
  }
}

/** Stops whatever runs for a directory whose own records are gone. */
export async function stopStrays(directory: string): Promise<number> {
  const strays = programs.flatMap((program) => findProcesses(program, `${ownerOption[program]}${directory}/`));
  await Promise.all(strays.map((id) => stopProcess(id, graceMilliseconds)));
  return strays.length;
}
