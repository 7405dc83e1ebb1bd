import { createInterface } from "node:readline/promises";
import { FirmwareError } from "./target";
import type { MachineIdentity } from "./target";

export interface Intent {
  readonly yes?: true;
  /** Serial number of the machine that is meant. */
  readonly machine?: string;
}

/** Refuses intents that cannot be meant, before anything is asked of anybody. */
export function requireIntent({ yes, machine }: Intent, isInteractive: boolean): void {
  if (yes && machine === undefined)
    throw new FirmwareError(
      "--yes needs --machine <serial number>: nobody is asked, so that the machine has to be named.",
    );
  if (!yes && !isInteractive)
    throw new FirmwareError("Nobody can be asked here; write --yes --machine <serial number> where that is meant.");
}

/** Refuses another machine than the one that was named. */
export function requireMachine({ machine }: Intent, { serial, model }: MachineIdentity): void {
  if (machine !== undefined && machine !== serial)
    throw new FirmwareError(
      `--machine ${machine} is not the machine at this address, which is ${serial} (${model}); nothing was changed.`,
    );
}

/** Asks for the serial number, which nobody types by habit. */
export async function confirmed({ serial }: MachineIdentity, what: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`${what}\nType the serial number ${serial} to go on: `, { signal });
    return answer.trim() === serial;
  } finally {
    terminal.close();
  }
}
