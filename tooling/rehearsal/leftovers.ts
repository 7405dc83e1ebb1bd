import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** In the environment of a stack's process and of all that it starts: which run they belong to. */
export const runVariable = "TRUSTFOUNDRY_RUN";

/**
 * Ends plugins whose engine was killed. They ask every five minutes only whether it is there
 * (github.com/pulumi/pulumi/pkg/v3 v3.216.0, resource/provider/main.go), and hold hundreds of MB until then. While an
 * engine of the run lives, which is then writing its state, nothing is touched. Elsewhere than on Linux they end by
 * themselves, later.
 */
export function endLeftovers(run: string): void {
  if (process.platform !== "linux") return;
  const own = processesOfRun(run);
  if (own.some(({ program }) => program === "pulumi")) return;
  for (const { pid, program, line } of own)
    if (program.startsWith("pulumi-") || line.includes("run-policy-pack"))
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
}

function processesOfRun(run: string): { pid: number; program: string; line: string }[] {
  const mark = `\0${runVariable}=${run}\0`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        if (!`\0${readFileSync(`/proc/${entry}/environ`, "latin1")}\0`.includes(mark)) return [];
        const line = readFileSync(`/proc/${entry}/cmdline`, "utf8");
        const [executable = ""] = line.split("\0");
        return [{ pid: Number(entry), program: basename(executable), line }];
      } catch {
        return [];
      }
    });
}
