import type { AttributeValue, FirmwarePlan } from "../../../components/host/firmware/plan";
import type { Journal, JournalContent } from "../../../tooling/firmware/journal";
import { emptyJournal } from "../../../tooling/firmware/journal";
import { FirmwareError } from "../../../tooling/firmware/target";
import type { FirmwareTarget, MachineIdentity, RegisteredAttribute } from "../../../tooling/firmware/target";

/** One setting of a made-up plan, and how the made-up machine behaves about it. */
export interface MadeSetting {
  readonly stage: number;
  /** Index of a setting of an earlier stage. */
  readonly parent?: number;
  readonly once: boolean;
  /** Of a one-time action: whether firmware takes it back once done. */
  readonly takenBack: boolean;
  readonly initially: boolean;
  /** Has no value after each restart, until what manages the machine is restarted. */
  readonly vanishes: boolean;
  /** Accepts changes and drops them. */
  readonly stubborn: boolean;
  /** Is pending, and then not taken by the start. */
  readonly refused: boolean;
  /** Goes back to its old value with the first restart of the last stage: firmware that undoes. */
  readonly undone: boolean;
}

export interface MadeMachine {
  readonly settings: readonly MadeSetting[];
  /** Whether the machine has a mark of its last start. */
  readonly marked: boolean;
  /** Whether vanished attributes can be brought back. */
  readonly reappears: boolean;
  /** Looks that a restart takes until its pending values are in force. */
  readonly restartLooks: number;
}

export type Call = "identify" | "registry" | "current" | "pending" | "stage" | "apply" | "settled" | "reappear";

/** What goes wrong with the n-th call that changes something, from 0. */
export interface MadeFault {
  readonly at: number;
  readonly kind: "fails before" | "fails after" | "ignored";
}

export const nameOf = (index: number): string => `Attribute${index}`;
export const idOf = (index: number): string => `setting-${index}`;
const on = "Enabled";
const off = "Disabled";

/** A machine in memory, which keeps account of whatever must not happen to it. */
export class FakeMachine {
  readonly current: Record<string, string> = {};
  private nextStart: Record<string, string> = {};
  private hidden = new Set<string>();
  private starts = 1;
  /** Looks left of a restart that was accepted. */
  private restarting: number | undefined;
  private changing = 0;
  private undid = false;
  faults: readonly MadeFault[] = [];
  /** How often each one-time action was done. */
  readonly done: Record<string, number> = {};
  /** Whatever a careful caller never does. */
  readonly violations: string[] = [];
  staged = 0;
  restarts = 0;

  /** `looked`: called whenever somebody looks, which is what time is counted in. */
  constructor(
    readonly made: MadeMachine,
    private readonly looked: () => void = () => {},
  ) {
    for (const [index, { initially, once }] of made.settings.entries())
      this.current[nameOf(index)] = initially && !once ? on : off;
  }

  /** Whether parents are in force. */
  private open(index: number): boolean {
    const parent = this.made.settings[index]?.parent;
    return parent === undefined || this.current[nameOf(parent)] === on || this.made.settings[parent]?.once === true;
  }

  private look(): void {
    this.looked();
    if (this.restarting !== undefined && this.restarting-- <= 0) this.start();
  }

  private start(): void {
    this.restarting = undefined;
    this.starts++;
    const last = Math.max(...this.made.settings.map(({ stage }) => stage));
    const ofLast = Object.keys(this.nextStart).some((name) => this.settingOf(name)?.stage === last);
    for (const [name, value] of Object.entries(this.nextStart)) {
      const setting = this.settingOf(name);
      if (setting?.refused) continue;
      this.current[name] = value;
      if (!setting?.once || value !== on) continue;
      this.done[name] = (this.done[name] ?? 0) + 1;
      if (setting.takenBack) this.current[name] = off;
    }
    this.nextStart = {};
    for (const [index, { vanishes, undone, stage }] of this.made.settings.entries()) {
      if (vanishes) this.hidden.add(nameOf(index));
      if (undone && ofLast && stage < last && !this.undid) this.current[nameOf(index)] = off;
    }
    if (ofLast) this.undid = true;
  }

  /** Power fails, or somebody else restarts the machine. */
  restartByOthers(): void {
    this.start();
  }

  private settingOf(name: string): MadeSetting | undefined {
    return this.made.settings[Number(name.replace("Attribute", ""))];
  }

  private async change(work: () => void): Promise<void> {
    const fault = this.faults.find(({ at }) => at === this.changing)?.kind;
    this.changing++;
    if (fault === "fails before") throw new FirmwareError("No answer; nothing was done.");
    if (fault !== "ignored") work();
    if (fault === "fails after") throw new FirmwareError("No answer; it was done.");
  }

  /** A connection of its own, as another process would have one. */
  target(): FirmwareTarget {
    const visible = () => Object.entries(this.current).filter(([name]) => !this.hidden.has(name));
    return {
      identify: async (): Promise<MachineIdentity> => {
        this.look();
        return {
          manufacturer: "Made Up Inc.",
          model: "Fake 1",
          serial: "FAKE0001",
          cpuVendor: "intel",
          biosVersion: "1.0",
          powerState: "on",
          ...(this.made.marked && { lastStart: `start ${this.starts}` }),
        };
      },
      registry: async () =>
        this.made.settings.map((_setting, index): RegisteredAttribute => ({
          name: nameOf(index),
          type: "enumeration",
          allowed: [on, off],
          readOnly: !this.open(index),
        })),
      current: async () => Object.fromEntries(visible()),
      pending: async () => {
        this.look();
        return { ...this.nextStart };
      },
      stage: (attributes) =>
        this.change(() => {
          this.staged++;
          if (this.restarting !== undefined) this.violations.push("staged during a restart");
          for (const [name, value] of Object.entries(attributes)) this.take(name, value);
        }),
      apply: () =>
        this.change(() => {
          this.restarts++;
          if (Object.keys(this.nextStart).length === 0) this.violations.push("restarted with nothing pending");
          if (this.restarting !== undefined) this.violations.push("restarted during a restart");
          this.restarting = this.made.restartLooks;
        }),
      settled: async () => {
        if (this.restarting !== undefined) this.start();
        if (Object.keys(this.nextStart).length > 0)
          throw new FirmwareError("Settings are still pending; nothing has restarted.");
      },
      ...(this.made.reappears && {
        reappear: async () => {
          const any = this.hidden.size > 0;
          this.hidden.clear();
          return any;
        },
      }),
      close: async () => undefined,
    };
  }

  private take(name: string, value: AttributeValue): void {
    const index = Number(name.replace("Attribute", ""));
    const setting = this.settingOf(name);
    if (!setting || !this.open(index) || this.hidden.has(name)) {
      this.violations.push(`wrote ${name}, which was not writable`);
      return;
    }
    if (setting.once && (this.done[name] ?? 0) > 0) this.violations.push(`sent ${name} again after it was done`);
    if (!setting.stubborn) this.nextStart[name] = String(value);
  }

  /** Whether everything that the plan wants is so. */
  get complete(): boolean {
    return this.made.settings.every(({ once }, index) =>
      once ? this.done[nameOf(index)] === 1 : this.current[nameOf(index)] === on,
    );
  }
}

export function planOf({ settings }: MadeMachine): FirmwarePlan {
  const stages = [...new Set(settings.map(({ stage }) => stage))].sort((one, other) => one - other);
  return {
    host: "fake",
    vendor: "made up",
    protocol: "redfish",
    tee: "tdx",
    stages: stages.map((stage) => ({
      title: `stage ${stage}`,
      appliedBy: "restart",
      settings: settings.flatMap((setting, index) =>
        setting.stage !== stage
          ? []
          : [
              {
                id: idOf(index),
                find: { names: [nameOf(index)] },
                values: [on],
                ...(setting.once && { once: true }),
                ...(setting.parent !== undefined && { after: [idOf(setting.parent)] }),
              },
            ],
      ),
    })),
    checks: [],
    notes: [],
  };
}

/** A journal on a disk that survives, whatever becomes of the process. */
export function fakeJournal(): Journal {
  let text = JSON.stringify(emptyJournal("FAKE0001"));
  return {
    read: () => JSON.parse(text) as JournalContent,
    write: (content) => {
      text = JSON.stringify(content);
    },
  };
}
