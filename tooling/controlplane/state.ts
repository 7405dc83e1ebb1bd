import { rmSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, writePrivate } from "./files";
import type { Ports } from "./ports";
import type { ProcessId } from "./processes";

/** Programs of a control plane, in the order in which they start. */
export const programs = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;
export type Program = (typeof programs)[number];

export interface RecordedProcess extends ProcessId {
  /** Changes with the command line: a process whose digest is another one is started anew. */
  readonly commandDigest: string;
}

/** What a control plane remembers between two commands. No secret is in it. */
export interface ClusterState {
  readonly formatVersion: 1;
  readonly name: string;
  readonly ports?: Ports;
  /** Marks the run of kwok that nodes must have registered with. */
  readonly boot?: string;
  readonly processes: Readonly<Partial<Record<Program, RecordedProcess>>>;
}

/** The state file of one control plane. Each change is written at once and whole. */
export class StateFile {
  private readonly path: string;
  private current: ClusterState;

  constructor(
    directory: string,
    private readonly name: string,
  ) {
    this.path = join(directory, "state.json");
    this.current = parseState(readIfThere(this.path), name);
  }

  get state(): ClusterState {
    return this.current;
  }

  update(change: Partial<Omit<ClusterState, "formatVersion" | "name">>): void {
    this.current = { ...this.current, ...change };
    writePrivate(this.path, `${JSON.stringify(this.current, null, 2)}\n`);
  }

  setProcess(program: Program, process: RecordedProcess | undefined): void {
    const processes = { ...this.current.processes, [program]: process };
    this.update({ processes });
  }

  remove(): void {
    rmSync(this.path, { force: true });
    this.current = emptyState(this.name);
  }
}

/** A file that cannot be read counts as none: processes are found by their command lines, too. */
export function parseState(text: string | undefined, name: string): ClusterState {
  if (!text) return emptyState(name);
  try {
    const state = JSON.parse(text) as Partial<ClusterState> | null;
    if (state?.formatVersion !== 1 || typeof state.processes !== "object" || state.processes === null)
      return emptyState(name);
    return { ...state, formatVersion: 1, name, processes: state.processes };
  } catch {
    return emptyState(name);
  }
}

function emptyState(name: string): ClusterState {
  return { formatVersion: 1, name, processes: {} };
}
