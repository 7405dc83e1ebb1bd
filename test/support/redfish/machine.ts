import type { AttributeValue } from "../../../components/host/firmware/plan";

/** One attribute of a simulated machine's firmware. */
export interface SimulatedAttribute {
  readonly display: string;
  readonly type?: "Enumeration" | "Integer" | "String" | "Boolean";
  readonly allowed?: readonly string[];
  readonly current: AttributeValue;
  /** Read-only until these values are in force: applied, not merely pending. */
  readonly needs?: Readonly<Record<string, AttributeValue>>;
  /** Goes back to this value by itself at the start that does it, and is counted. */
  readonly once?: { readonly back: AttributeValue };
  /** Gone from the values after a start until the management controller alone is restarted. */
  readonly vanishes?: boolean;
}

export interface MachineArgs {
  readonly vendor: "dell" | "hpe" | "lenovo";
  readonly serial?: string;
  readonly cpu: "amd" | "intel";
  readonly attributes: Readonly<Record<string, SimulatedAttribute>>;
  /** Whether it says when it started last. Default true. */
  readonly tellsLastStart?: boolean;
  /** Values that a one-time action puts back, as some firmware does. */
  readonly putBack?: Readonly<Record<string, AttributeValue>>;
  /** How often its system has to be read until it has started. Default 2. */
  readonly readsUntilStarted?: number;
  /** Dell: whether a PATCH takes an apply time and makes the job by itself. Default true. */
  readonly takesApplyTime?: boolean;
}

/** SIMULATED: a machine's firmware as the facts describe it, without a network. It counts what must not happen twice. */
export class SimulatedMachine {
  readonly current: Record<string, AttributeValue>;
  pending: Record<string, AttributeValue> = {};
  /** Starts of the host, one-time actions by name, restarts of the controller. */
  restarts = 0;
  readonly done: Record<string, number> = {};
  controllerRestarts = 0;
  power: "On" | "Off" = "On";
  /** Attributes that its firmware drops at the next start instead of taking them. */
  readonly drops = new Set<string>();
  /** Attributes that a PATCH is accepted for without effect. */
  readonly ignores = new Set<string>();
  readonly jobs: { readonly Id: string; JobState: string; readonly JobType: string }[] = [];
  private vanished = new Set<string>();
  private readsLeft = 0;
  private changes = 0;

  constructor(readonly args: MachineArgs) {
    this.current = Object.fromEntries(Object.entries(args.attributes).map(([name, { current }]) => [name, current]));
  }

  get starting(): boolean {
    return this.readsLeft > 0;
  }

  get etag(): string {
    return `W/"${this.changes}"`;
  }

  values(): Record<string, AttributeValue> {
    return Object.fromEntries(Object.entries(this.current).filter(([name]) => !this.vanished.has(name)));
  }

  isReadOnly(name: string): boolean {
    const needs = this.args.attributes[name]?.needs ?? {};
    return Object.entries(needs).some(([parent, value]) => this.current[parent] !== value);
  }

  /** Why the machine refuses, or undefined: then the values are pending, but for those that it ignores. */
  stage(attributes: Readonly<Record<string, AttributeValue>>, applyTime: boolean): string | undefined {
    for (const [name, value] of Object.entries(attributes)) {
      const known = this.args.attributes[name];
      if (!known || this.vanished.has(name)) return `The attribute ${name} is unknown.`;
      if (this.isReadOnly(name)) return `The attribute ${name} is read-only.`;
      if (known.allowed && !known.allowed.includes(String(value))) return `The value ${String(value)} is not allowed.`;
    }
    for (const [name, value] of Object.entries(attributes)) if (!this.ignores.has(name)) this.pend(name, value);
    if (applyTime && this.args.vendor === "dell") this.addJob();
    return undefined;
  }

  pend(name: string, value: AttributeValue): void {
    this.changes += 1;
    if (this.current[name] === value) delete this.pending[name];
    else this.pending[name] = value;
  }

  addJob(): string {
    const Id = `JID_${this.jobs.length + 1}`;
    this.jobs.push({ Id, JobState: "Scheduled", JobType: "BIOSConfiguration" });
    return Id;
  }

  restart(): void {
    this.power = "On";
    this.restarts += 1;
    this.readsLeft = this.args.readsUntilStarted ?? 2;
  }

  restartController(): void {
    this.controllerRestarts += 1;
    this.vanished = new Set();
  }

  /** Called when the system is read: time passes by being asked. */
  read(): void {
    if (this.readsLeft === 0) return;
    this.readsLeft -= 1;
    if (this.readsLeft === 0) this.start();
  }

  private start(): void {
    const job = this.jobs.find(({ JobState }) => JobState === "Scheduled");
    // Without a job an iDRAC leaves pending settings pending.
    if (this.args.vendor === "dell" && !job) return;
    if (job) job.JobState = "Completed";
    for (const [name, value] of Object.entries(this.pending)) this.take(name, value);
    if (Object.keys(this.pending).length > 0)
      this.vanished = new Set(
        Object.entries(this.args.attributes).flatMap(([name, { vanishes }]) => (vanishes ? [name] : [])),
      );
    this.pending = {};
    this.changes += 1;
  }

  private take(name: string, value: AttributeValue): void {
    if (this.drops.has(name)) return;
    const once = this.args.attributes[name]?.once;
    if (!once) {
      this.current[name] = value;
      return;
    }
    this.done[name] = (this.done[name] ?? 0) + 1;
    this.current[name] = once.back;
    Object.assign(this.current, this.args.putBack ?? {});
  }
}
