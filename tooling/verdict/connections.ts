import type { Verdict } from "../../components/verdict/verdict";
import type { GuestAnswer } from "./askGuest";
import { askGuest } from "./askGuest";
import type { GuestAddress } from "./guestAddress";
import { GuestConnection } from "./guestConnection";
import { refusalOf, VerdictRefused } from "./verdictRefused";

export interface ConnectionsArgs {
  readonly address: GuestAddress;
  /** Judges an answer; throws where there can be no verdict. */
  readonly judge: (answer: GuestAnswer) => Promise<Verdict>;
  /** How long a verdict about a TLS key counts, in seconds. */
  readonly reverifySeconds: number;
  /** How long a connection and an answer about evidence may take, each, in milliseconds. */
  readonly timeoutMs: number;
  readonly now: () => number;
  /** Told of each verdict, good or bad. */
  readonly onVerdict?: (verdict: Verdict) => void;
}

/** Where verified connections come from, and go back to. */
export interface ConnectionSource {
  /** A connection for one request; VerdictRefused or NoAnswer where nothing may be sent. */
  readonly acquire: (signal?: AbortSignal) => Promise<GuestConnection>;
  readonly release: (connection: GuestConnection) => void;
  readonly close: () => void;
}

/** Keys that are remembered at most: as many as a service has guests behind one address. */
const mostKeys = 256;
const mostIdle = 16;

/**
 * Connections to a guest that prompts may go through: each ends in a key of which a verdict was accepted a short while ago.
 * The verdict on a key that is new, or old, is asked for over the very connection that is going to be used, since the next
 * one may end in another guest.
 */
export class VerifiedConnections implements ConnectionSource {
  private readonly idle: GuestConnection[] = [];
  /** By key, until when its verdict counts. */
  private readonly accepted = new Map<string, number>();
  private closed = false;

  constructor(private readonly args: ConnectionsArgs) {}

  /** A connection for one request; VerdictRefused where nothing may be sent. Give it back with `release`. */
  async acquire(signal?: AbortSignal): Promise<GuestConnection> {
    if (this.closed) throw new VerdictRefused("The client was closed.");
    const connection = this.takeIdle() ?? (await GuestConnection.open(this.args.address, this.args.timeoutMs, signal));
    if (this.isAccepted(connection)) return connection;
    try {
      await this.verify(connection, signal);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** The connection's answer was read to its end: it can carry another request. */
  release(connection: GuestConnection): void {
    if (this.closed || !connection.usable() || this.idle.length >= mostIdle) connection.close();
    else this.idle.push(connection);
  }

  close(): void {
    this.closed = true;
    for (const connection of this.idle.splice(0)) connection.close();
  }

  private async verify(connection: GuestConnection, signal?: AbortSignal): Promise<void> {
    const { address, judge, timeoutMs, reverifySeconds, now, onVerdict } = this.args;
    // The age of a verdict counts from its question.
    const asked = now();
    const verdict = await judge(await askGuest(connection, address.origin, timeoutMs, signal));
    onVerdict?.(verdict);
    const key = keyOf(connection);
    this.accepted.delete(key);
    if (!verdict.accepted) throw new VerdictRefused(refusalOf(verdict), verdict);
    if (this.accepted.size >= mostKeys) this.accepted.delete([...this.accepted.keys()][0] ?? "");
    this.accepted.set(key, asked + reverifySeconds * 1000);
  }

  private isAccepted(connection: GuestConnection): boolean {
    const until = this.accepted.get(keyOf(connection));
    return until !== undefined && this.args.now() < until;
  }

  private takeIdle(): GuestConnection | undefined {
    for (let connection = this.idle.pop(); connection; connection = this.idle.pop()) {
      if (connection.usable()) return connection;
      connection.close();
    }
    return undefined;
  }
}

function keyOf({ spki }: GuestConnection): string {
  return spki.toString("base64");
}
