import { createHash } from "node:crypto";
import { closeSync, fsyncSync, lstatSync, openSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { AttributeValue, FirmwarePlan } from "../../components/host/firmware/plan";
import { privateDirectory, writePrivate } from "../controlplane/files";
import { withLock } from "../controlplane/lock";
import { FirmwareError } from "./target";

/**
 * What was done to one machine, written before each step that changes something, so that a later run knows what may have
 * happened. It belongs to the machine's serial number; stages belong to one plan, one-time actions outlive it. No secret
 * is in it.
 */
const value = z.union([z.string(), z.number(), z.boolean()]);

const stageSchema = z.strictObject({
  /**
   * `staging`: settings may have been sent; `staged`: they were seen pending; `applying`: the restart may have been asked
   * for; `done`: in force, as read back.
   */
  phase: z.enum(["staging", "staged", "applying", "done"]),
  /** By the machine's own names. */
  attributes: z.record(z.string(), value),
  /** What else became pending by it: the machine's own consequences, within the plan or allowed by the operator. */
  alongside: z.record(z.string(), value).default({}),
  /** Ids of the one-time actions among them. */
  once: z.array(z.string()).default([]),
  /** The machine's mark of its last start, from before the phase. */
  lastStart: z.string().optional(),
});
export type StageRecord = z.infer<typeof stageSchema>;

const onceSchema = z.strictObject({
  /**
   * `sent`: may have been staged, and may have happened; `done`: happened, or the operator says so; `unknown`: the machine
   * could not tell, and the operator has to.
   */
  state: z.enum(["sent", "done", "unknown"]),
  attribute: z.string().optional(),
  value: value.optional(),
  lastStart: z.string().optional(),
  /** When it was written, for comparison with the machine's own log. */
  at: z.string(),
});
export type OnceRecord = z.infer<typeof onceSchema>;

const journalSchema = z.strictObject({
  version: z.literal(1),
  serial: z.string(),
  run: z.strictObject({ plan: z.string(), stages: z.record(z.string(), stageSchema) }).optional(),
  once: z.record(z.string(), onceSchema).default({}),
});
export type JournalContent = z.infer<typeof journalSchema>;

/** What the state machine reads and writes; a write has to be on the disk when it returns. */
export interface Journal {
  read(): JournalContent;
  write(content: JournalContent): void;
}

export function emptyJournal(serial: string): JournalContent {
  return { version: 1, serial, once: {} };
}

/** By what a plan does. Its notes and sources may change under way. */
export function planDigest({ stages }: FirmwarePlan): string {
  const deeds = stages.map(({ appliedBy, settings }) => ({
    appliedBy,
    settings: settings.map(({ note, source, grade, ...deed }) => {
      void [note, source, grade];
      return deed;
    }),
  }));
  return createHash("sha256")
    .update(JSON.stringify(sorted(deeds)))
    .digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([k, v]) => [k, sorted(v)]));
}

/** Where journals lie: `TRUSTFOUNDRY_HOME`, or the user's data directory. */
export function journalHome(environment: NodeJS.ProcessEnv = process.env): string {
  const home =
    environment.TRUSTFOUNDRY_HOME ??
    join(environment.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "trustfoundry");
  return join(home, "firmware");
}

/** One folder a machine: its serial number, made fit for a file system that the machine has no say in. */
export function machineFolder(home: string, serial: string): string {
  const plain = serial.replace(/[^A-Za-z0-9-]/g, "_").slice(0, 40);
  return join(home, `${plain}-${createHash("sha256").update(serial).digest("hex").slice(0, 12)}`);
}

/** The journal of this machine, for reading alone: nothing is made. */
export function readJournal(home: string, serial: string): JournalContent {
  return fileJournal(machineFolder(home, serial), serial).read();
}

/** Runs with this machine's journal, while nobody else of this user's does. */
export async function withJournal<T>(
  home: string,
  serial: string,
  signal: AbortSignal | undefined,
  work: (journal: Journal, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const folder = machineFolder(home, serial);
  requireOwn(folder);
  privateDirectory(folder);
  return withLock(folder, signal, (locked) => work(fileJournal(folder, serial), locked));
}

/** Below a folder that others may write to, somebody could have put another one there, or a link. */
function requireOwn(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found && (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid())))
    throw new FirmwareError(
      `${folder} is a link, or not your folder; name a folder that you alone may write to with --journal.`,
    );
}

function fileJournal(folder: string, serial: string): Journal {
  const file = join(folder, "journal.json");
  return {
    read() {
      const text = textOf(file);
      if (text === undefined) return emptyJournal(serial);
      const parsed = journalSchema.safeParse(jsonOf(text));
      if (!parsed.success || parsed.data.serial !== serial)
        throw new FirmwareError(
          `${file} is not a journal of the machine ${serial}, and without it nobody knows which one-time actions were done.`,
          "Find out what was done to the machine; then move the file away.",
        );
      return parsed.data;
    },
    write(content) {
      if (writePrivate(file, `${JSON.stringify(content, undefined, 2)}\n`)) syncFolder(folder);
    },
  };
}

/**
 * Undefined where there is none, and only then: a link that leads nowhere, or a folder that may not be entered, would let a
 * one-time action be done another time.
 */
function textOf(file: string): string | undefined {
  try {
    if (lstatSync(file).isFile()) return readFileSync(file, "utf8");
  } catch (error) {
    const { code = "unknown reason" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new FirmwareError(
      `${file} cannot be read (${code}); give the journal back to yourself, or name its folder with --journal.`,
    );
  }
  throw new FirmwareError(
    `${file} is a link or no file; put the journal itself there, or name its folder with --journal.`,
  );
}

/** The new name of the file has to last, too, before anything is sent. */
function syncFolder(folder: string): void {
  const open = openSync(folder, "r");
  try {
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type Values = Readonly<Record<string, AttributeValue>>;
