import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { openCluster } from "./access";
import { serverUrl } from "./commands";
import { nodesNotReady } from "./content";
import { clusterNames } from "./instance";
import { Layout } from "./layout";
import { isAlive } from "./processes";
import { programs, StateFile } from "./state";
import type { Program } from "./state";

export interface ProcessStatus {
  readonly program: Program;
  readonly pid?: number;
  readonly running: boolean;
  readonly logFile: string;
}

export interface ClusterStatus {
  readonly name: string;
  readonly directory: string;
  /** `running`: all processes run and the server is ready; `stopped`: none runs; `impaired`: anything between. */
  readonly state: "running" | "impaired" | "stopped";
  readonly server?: string;
  readonly processes: readonly ProcessStatus[];
  readonly nodes: { readonly total: number; readonly ready: number };
}

/** How an instance's control planes are: asks the processes and the API servers, changes nothing. Empty where there is none. */
export async function instanceStatus({ directory }: { readonly directory: string }): Promise<ClusterStatus[]> {
  if (!existsSync(directory)) return [];
  const path = realpathSync(directory);
  return Promise.all(clusterNames(path).map((name) => clusterStatus(path, name)));
}

async function clusterStatus(directory: string, name: string): Promise<ClusterStatus> {
  const layout = new Layout(join(directory, name));
  const { state } = new StateFile(layout.directory, name);
  const processes = programs.map((program): ProcessStatus => {
    const recorded = state.processes[program];
    return {
      program,
      pid: recorded?.pid,
      running: recorded !== undefined && isAlive(recorded),
      logFile: layout.log(program),
    };
  });
  const server = state.ports && serverUrl(state.ports);
  const running = processes.filter((process) => process.running).length;
  const answer = running > 0 ? await ask(directory, name, state.boot) : undefined;
  return {
    name,
    directory: layout.directory,
    state: running === 0 ? "stopped" : answer && running === programs.length ? "running" : "impaired",
    server,
    processes,
    nodes: answer ?? { total: 0, ready: 0 },
  };
}

/** Undefined when the server does not answer that it is ready. */
async function ask(
  directory: string,
  name: string,
  boot: string | undefined,
): Promise<{ total: number; ready: number } | undefined> {
  const api = openCluster(directory, name);
  if (!api) return undefined;
  try {
    if (!(await api.isReady())) return undefined;
    const { total, waiting } = await nodesNotReady(api, boot);
    return { total, ready: total - waiting.length };
  } catch {
    return undefined;
  } finally {
    api.close();
  }
}
