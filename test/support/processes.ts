import { readdirSync, readFileSync } from "node:fs";

/** Command lines of live processes that name a path: what a rehearsal left running. */
export function processesNaming(path: string): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((entry) => {
      try {
        const line = readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        const environment = readFileSync(`/proc/${entry}/environ`, "utf8");
        // A kubeconfig or home in the environment counts, too: engine and plugins name them there.
        return line.includes(path) || environment.includes(path) ? [line] : [];
      } catch {
        return [];
      }
    });
}
