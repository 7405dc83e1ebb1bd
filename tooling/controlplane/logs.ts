import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { UserError } from "../ui";
import type { Exit } from "./processes";

const tailBytes = 64 * 1024;

/** The end of a log file; empty where there is none. */
export function logTail(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(file);
    const length = Math.min(size, tailBytes);
    const buffer = Buffer.alloc(length);
    readSync(file, buffer, 0, length, size - length);
    return buffer.toString("utf8");
  } finally {
    closeSync(file);
  }
}

/** Why a process of a control plane ended. */
export type Cause = "diskFull" | "portTaken" | "killed" | "failed";

export function causeOf(log: string, exit: Exit | undefined): Cause {
  if (/no space left on device|ENOSPC|disk quota exceeded/i.test(log)) return "diskFull";
  if (/address already in use/i.test(log)) return "portTaken";
  if (exit?.signal) return "killed";
  return "failed";
}

export interface EndedProcess {
  readonly cluster: string;
  readonly program: string;
  readonly logFile: string;
  readonly exit: Exit | undefined;
}

/** One clear message for a process that ended on its own. */
export function endedProcess({ cluster, program, logFile, exit }: EndedProcess): UserError {
  const log = logTail(logFile);
  const cause = causeOf(log, exit);
  const who = `${program} of the control plane ${cluster}`;
  if (cause === "diskFull") return diskFull(logFile);
  if (cause === "killed")
    return new UserError(
      `${who} was killed by ${exit?.signal ?? "a signal"}${exit?.signal === "SIGKILL" ? "; the machine may be short of memory" : ""}.`,
      `Run the command again. Its log: ${logFile}`,
    );
  const code = exit?.code === undefined || exit.code === null ? "" : ` with exit code ${exit.code}`;
  return new UserError(`${who} ended${code}. Its last lines:\n${lastLines(log, 6)}`, `The whole log: ${logFile}`);
}

/** The same sentence wherever a full disk shows. */
export function diskFull(path: string): UserError {
  return new UserError(
    `The disk that holds ${path} is full.`,
    "Free some space and run the command again; it continues where it stopped. TRUSTFOUNDRY_HOME moves rehearsals to another disk.",
  );
}

/** Turns ENOSPC of this process's own writes into the sentence about the full disk. */
export async function withDiskFullMessage<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC" || code === "EDQUOT") throw diskFull(directory);
    throw error;
  }
}

/** The last lines that say something: errors and warnings first, each cut to a readable length. */
export function lastLines(log: string, count: number): string {
  const lines = log.split("\n").filter((line) => line.trim() !== "");
  const telling = lines.filter((line) =>
    /^[EF]\d{4} |"level":"(error|fatal|panic|ERROR)"|^(Error|panic|fatal)/.test(line),
  );
  const chosen = (telling.length > 0 ? telling : lines).slice(-count);
  return chosen.map((line) => `    ${line.length > 300 ? `${line.slice(0, 300)}…` : line}`).join("\n");
}
