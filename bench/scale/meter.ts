import { loadavg } from "node:os";
import type { ProcessRow } from "./processTable";
import { commandLineOf, controlPlaneRole, family, processTable, roleOf } from "./processTable";

/** What something took. */
export interface Cost {
  readonly seconds: number;
  /** User and kernel time of all its processes: what other work on the machine changes least. */
  readonly cpuSeconds: number;
  /** The same of etcd, API server, controllers, scheduler and kwok. */
  readonly controlPlaneCpuSeconds: number;
  /** CPU time by process: program, pulumi, pulumi-resource-kubernetes, kubectl … */
  readonly cpuByRole: Readonly<Record<string, number>>;
  /** Most resident memory of all its processes together, and of each kind. */
  readonly peakBytes: number;
  readonly peakByRole: Readonly<Record<string, number>>;
  /** What the machine was busy with besides: average number of running processes, at the end. */
  readonly load: number;
}

const lookEveryMilliseconds = 100;

/**
 * Measures a piece of work and what it makes other processes do: all that descend from this one. A process that lives for
 * less than a look is not seen, and of the others the last tenth of a second may be missing.
 */
export async function measured<T>(work: () => Promise<T>): Promise<{ readonly cost: Cost; readonly result: T }> {
  const ledger = new Ledger();
  const look = () =>
    ledger.add(
      family(processTable(), new Set([process.pid])).filter(({ pid }) => pid !== process.pid),
      (pid) => roleOf(commandLineOf(pid)),
    );
  look();
  ledger.begin();
  const timer = setInterval(look, lookEveryMilliseconds);
  const started = performance.now();
  try {
    const result = await work();
    const seconds = (performance.now() - started) / 1000;
    look();
    return { cost: { seconds, ...ledger.sums(), load: loadavg()[0] ?? Number.NaN }, result };
  } finally {
    clearInterval(timer);
  }
}

interface Entry {
  readonly role: string;
  readonly before: number;
  last: number;
}

/** Adds up what is seen of processes again and again. */
export class Ledger {
  private readonly entries = new Map<string, Entry>();
  private peakBytes = 0;
  private readonly peakByRole: Record<string, number> = {};
  private hasBegun = false;

  /** From now on; what was computed before does not count. */
  begin(): void {
    this.hasBegun = true;
  }

  add(rows: readonly ProcessRow[], role: (pid: number) => string): void {
    const byRole: Record<string, number> = {};
    for (const { pid, started, cpuSeconds, residentBytes } of rows) {
      const id = `${pid}/${started}`;
      const known = this.entries.get(id);
      const entry = known ?? { role: role(pid), before: this.hasBegun ? 0 : cpuSeconds, last: cpuSeconds };
      entry.last = cpuSeconds;
      this.entries.set(id, entry);
      byRole[entry.role] = (byRole[entry.role] ?? 0) + residentBytes;
    }
    delete byRole[controlPlaneRole];
    this.peakBytes = Math.max(this.peakBytes, sum(Object.values(byRole)));
    for (const [name, bytes] of Object.entries(byRole))
      this.peakByRole[name] = Math.max(this.peakByRole[name] ?? 0, bytes);
  }

  sums(): Omit<Cost, "seconds" | "load"> {
    const cpuByRole: Record<string, number> = {};
    for (const { role, before, last } of this.entries.values())
      cpuByRole[role] = (cpuByRole[role] ?? 0) + last - before;
    const { [controlPlaneRole]: controlPlaneCpuSeconds = 0, ...own } = cpuByRole;
    return {
      cpuSeconds: sum(Object.values(own)),
      controlPlaneCpuSeconds,
      cpuByRole: own,
      peakBytes: this.peakBytes,
      peakByRole: this.peakByRole,
    };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
