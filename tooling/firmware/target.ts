import type { AttributeValue } from "../../components/host/firmware/plan";
import type { RegisteredAttribute } from "../../components/host/firmware/registry";
import { UserError, printable } from "../ui";

export type { RegisteredAttribute } from "../../components/host/firmware/registry";

export interface MachineIdentity {
  readonly manufacturer: string;
  readonly model: string;
  /** Serial number or service tag: the journal of what was done belongs to this machine. */
  readonly serial: string;
  /** Read from the machine, never taken from its model's name. */
  readonly cpuVendor: "amd" | "intel";
  readonly biosVersion: string;
  readonly powerState: "on" | "off" | "other";
  /**
   * The machine's own mark of its last start, or of its last deployment. While it stays the same, nothing pending can
   * have been consumed: that tells whether a request whose answer was lost has arrived. Left out where there is none.
   */
  readonly lastStart?: string;
}

/**
 * A machine, or a service that stands for it, whose firmware is read and set. Every call may fail with a FirmwareError
 * that names address and remedy and never shows a credential. Reading changes nothing.
 */
export interface FirmwareTarget {
  identify(signal?: AbortSignal): Promise<MachineIdentity>;
  registry(signal?: AbortSignal): Promise<readonly RegisteredAttribute[]>;
  /** Values in force. */
  current(signal?: AbortSignal): Promise<Readonly<Record<string, AttributeValue>>>;
  /** Values that the next restart, or deployment, puts in force. */
  pending(signal?: AbortSignal): Promise<Readonly<Record<string, AttributeValue>>>;
  /** Asks for these values. That it returns is no proof: `pending` is read afterwards. */
  stage(attributes: Readonly<Record<string, AttributeValue>>, signal?: AbortSignal): Promise<void>;
  /** Restarts the host, or deploys the profile, and returns once that was accepted. */
  apply(signal?: AbortSignal): Promise<void>;
  /** Waits until nothing is pending and the machine has finished its start. */
  settled(signal?: AbortSignal): Promise<void>;
  /**
   * Where this vendor's attributes are known to vanish after a restart: restarts what manages the machine, not the host,
   * so that they show again. False where that is not known to help with these names; then nothing was done.
   */
  reappear?(names: readonly string[], signal?: AbortSignal): Promise<boolean>;
  /** What the machine says about the settings that it applied or refused last, for a person. */
  remarks?(signal?: AbortSignal): Promise<readonly string[]>;
  /** Logs out; a session left behind keeps one of a few places. */
  close(): Promise<void>;
}

/** One sentence for the user: what was asked of whom, what came back, and what to do. */
export class FirmwareError extends UserError {
  constructor(message: string, hint?: string) {
    // Names and values in it are the machine's: they must not end a line, nor steer a terminal.
    super(printable(message, longest), hint === undefined ? undefined : printable(hint, longest));
  }
}

/** Of a message; a machine with hundreds of attributes may have to be listed. */
const longest = 8000;
