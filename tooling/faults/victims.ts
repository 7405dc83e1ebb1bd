import { readdirSync, readFileSync } from "node:fs";

export const victims = ["program", "engine", "plugin", "analyzer", "state", "everything"] as const;
export type Victim = (typeof victims)[number];

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly line: string;
}

const marks: Readonly<Record<Exclude<Victim, "everything">, RegExp>> = {
  // The program is served from the process that drives the engine.
  program: /stackWorker\.ts/,
  engine: /\/pulumi (up|preview|refresh|destroy|stack|config) /,
  plugin: /pulumi-resource-kubernetes/,
  analyzer: /run-policy-pack/,
  state: /trustfoundry-state serve/,
};

/** Ends what this process has started of one kind, as `kill -9` does. Returns how many there were. */
export function killVictim(victim: Victim): number {
  const found = descendants(process.pid).filter(({ line }) =>
    victim === "everything" ? Object.values(marks).some((mark) => mark.test(line)) : marks[victim].test(line),
  );
  for (const { pid } of found)
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  return found.length;
}

/** Processes of runs that still work on a directory, whoever is their parent now. */
export function processesOf(directory: string): { readonly pid: number; readonly line: string }[] {
  return all()
    .filter(({ line }) => Object.values(marks).some((mark) => mark.test(line)))
    .filter(({ pid, line }) => line.includes(directory) || environment(pid).includes(directory));
}

function descendants(of: number): Process[] {
  const every = all();
  const found: Process[] = [];
  for (let parents = [of]; parents.length > 0;) {
    const children = every.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map(({ pid }) => pid);
  }
  return found;
}

function all(): Process[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
        const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const line = readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ");
        return state === "Z" ? [] : [{ pid: Number(entry), parent: Number(parent), line }];
      } catch {
        return [];
      }
    });
}

function environment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}
