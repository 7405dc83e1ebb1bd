import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** In the environment of a stack's process and of all that it starts: which run they belong to. */
export const runVariable = "TRUSTFOUNDRY_RUN";

/**
 * Ends plugins whose engine was killed. They ask every five minutes only whether it is there
 * (github.com/pulumi/pulumi/pkg/v3 v3.216.0, resource/provider/main.go), and hold hundreds of MB until then. While an
 * engine of the run lives, which is then writing its state, nothing is touched. Elsewhere than on Linux they end by
 * themselves, later.
 */
export function endLeftovers(run: string): "ended" | "engineLives" {
  if (process.platform !== "linux") return "ended";
  const own = processesOfRun(run);
  if (own.some(({ program }) => program === "pulumi")) return "engineLives";
  for (const { pid, program, line } of own)
    if (program.startsWith("pulumi-") || line.includes("run-policy-pack"))
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
  return "ended";
}

/** The same once the engine is gone, which ends soon after its program was killed; it is not waited for in vain. */
export async function afterEngine(run: string): Promise<void> {
  for (let tries = 0; tries < 150 && endLeftovers(run) === "engineLives"; tries++) await wait(200);
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
