import type { ConnectionSource } from "./connections";
import type { GuestConnection } from "./guestConnection";
import { NoAnswer } from "./noAnswer";
import { VerdictRefused } from "./verdictRefused";

/**
 * The same release at several places, of which any may end: connections to the first that answers and is accepted. Each is
 * judged for itself before anything is sent to it; the one that was good last is asked first.
 */
export class Endpoints implements ConnectionSource {
  private first = 0;
  private readonly origins = new WeakMap<GuestConnection, ConnectionSource>();

  constructor(
    private readonly sources: readonly ConnectionSource[],
    /** Told of each place that is passed over, with the reason. */
    private readonly onPassedOver: (reason: string) => void = () => undefined,
  ) {}

  async acquire(signal?: AbortSignal): Promise<GuestConnection> {
    const failures: (VerdictRefused | NoAnswer)[] = [];
    for (let tried = 0; tried < this.sources.length; tried++) {
      const index = (this.first + tried) % this.sources.length;
      const source = this.sources[index];
      if (!source) continue;
      try {
        const connection = await source.acquire(signal);
        this.first = index;
        this.origins.set(connection, source);
        return connection;
      } catch (error) {
        if (signal?.aborted || !(error instanceof VerdictRefused || error instanceof NoAnswer)) throw error;
        failures.push(error);
        if (this.sources.length > 1) this.onPassedOver(error.message);
      }
    }
    const [only] = failures;
    if (only && failures.length === 1) throw only;
    throw new VerdictRefused(
      `None of ${failures.length} places is verified. ${failures.map(({ message }) => message).join(" ")}`,
    );
  }

  release(connection: GuestConnection): void {
    const source = this.origins.get(connection);
    if (source) source.release(connection);
    else connection.close();
  }

  close(): void {
    for (const source of this.sources) source.close();
  }
}
