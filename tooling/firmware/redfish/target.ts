import { setTimeout as wait } from "node:timers/promises";
import type { AttributeValue } from "../../../components/host/firmware/plan";
import type { RedfishLayout } from "../../../components/host/firmware/vendorSchema";
import { printable } from "../address";
import { FirmwareError } from "../target";
import type { FirmwareTarget, MachineIdentity, RegisteredAttribute } from "../target";
import { findRegistry, readRegistry } from "./attributeRegistry";
import { Refused } from "./client";
import type { RedfishClient } from "./client";
import { Unanswered } from "./unanswered";
import { cpuVendorOf, findSystem, hasStarted, identityOf, readSystem } from "./host";
import { configurationJobs } from "./jobs";
import type { ConfigurationJobs } from "./jobs";
import { managerPath, restartController } from "./manager";
import { biosSchema, settingsSchema } from "./schemas";
import type { Bios, System } from "./schemas";

type Values = Readonly<Record<string, AttributeValue>>;

export interface Pace {
  readonly pollMilliseconds: number;
  /** For a host with eight GPUs and terabytes of memory to come up, twice if its firmware wants that. */
  readonly settleMilliseconds: number;
  /** For a management controller to come back. */
  readonly reappearMilliseconds: number;
}

export const usualPace: Pace = {
  pollMilliseconds: 15_000,
  settleMilliseconds: 60 * 60_000,
  reappearMilliseconds: 15 * 60_000,
};

/** One host behind a management controller that speaks Redfish. */
export class RedfishTarget implements FirmwareTarget {
  private madeJobs: ConfigurationJobs | undefined;
  private systemPath: string | undefined;
  private biosPath: string | undefined;
  /** Paths by the registries' names: a restart may bring another registry. */
  private readonly registries = new Map<string, string>();
  private cpuVendor: MachineIdentity["cpuVendor"] | undefined;
  /** Tag of the pending settings as last read: a change is decided by that state and refused by any other. */
  private settingsTag: string | undefined;

  constructor(
    private readonly client: RedfishClient,
    private readonly layout: RedfishLayout,
    private readonly pace: Pace = usualPace,
  ) {}

  async identify(signal?: AbortSignal): Promise<MachineIdentity> {
    const system = await this.system(signal);
    // Of all of its processors: not asked for at each look.
    const cpuVendor = (this.cpuVendor ??= await cpuVendorOf(this.client, system, signal));
    return identityOf(this.client.host, system, cpuVendor);
  }

  async registry(signal?: AbortSignal): Promise<readonly RegisteredAttribute[]> {
    const { bios } = await this.bios(signal);
    const name = bios.AttributeRegistry ?? "";
    const place = { ...this.layout, systemPath: this.systemPath ?? "" };
    const path = this.registries.get(name) ?? (await findRegistry(this.client, name, place, signal));
    this.registries.set(name, path);
    const registry = await readRegistry(this.client, path, signal);
    return registry.attributes(valuesOf(bios), await this.pending(signal));
  }

  async current(signal?: AbortSignal): Promise<Values> {
    return valuesOf((await this.bios(signal)).bios);
  }

  /** Some controllers list the changes alone, some all values as they will be: what differs is pending either way. */
  async pending(signal?: AbortSignal): Promise<Values> {
    const { bios, settingsPath } = await this.bios(signal);
    const current = valuesOf(bios);
    const { value, etag } = await this.client.get(settingsPath, settingsSchema, signal);
    this.settingsTag = etag;
    return Object.fromEntries(Object.entries(valuesOf(value)).filter(([name, wanted]) => current[name] !== wanted));
  }

  async stage(attributes: Values, signal?: AbortSignal): Promise<void> {
    const { bios, settingsPath } = await this.bios(signal);
    const onReset = bios["@Redfish.Settings"]?.SupportedApplyTimes?.includes("OnReset");
    const applyTime = { "@Redfish.SettingsApplyTime": { ApplyTime: "OnReset" } };
    const tag = this.settingsTag;
    this.settingsTag = undefined;
    await this.client.patch(settingsPath, { Attributes: attributes, ...(onReset && applyTime) }, tag, signal);
  }

  async apply(signal?: AbortSignal): Promise<void> {
    const { settingsPath } = await this.bios(signal);
    const system = await this.system(signal);
    await (await this.jobs(system, signal))?.ensure(settingsPath, signal);
    const reset = system.Actions?.["#ComputerSystem.Reset"];
    if (!reset)
      throw new FirmwareError(`${this.client.host} offers no way to restart the host; restart it by hand, then go on.`);
    const allowed = reset["ResetType@Redfish.AllowableValues"];
    const ResetType = resetType(system.PowerState === "Off", allowed ?? undefined, this.layout);
    if (ResetType === undefined)
      throw new FirmwareError(
        `${this.client.host} allows no restart that is known here (${printable((allowed ?? []).join(", "))}).`,
        "Restart the host by hand; then run the command again, and it goes on.",
      );
    await this.client.post(this.client.ownPath(reset.target), { ResetType }, signal);
  }

  async settled(signal?: AbortSignal): Promise<void> {
    const deadline = Date.now() + this.pace.settleMilliseconds;
    for (;;) {
      const { settled, why } = await this.look(signal);
      if (settled) return;
      if (Date.now() > deadline)
        throw new FirmwareError(
          `${this.client.host}: the host has not settled within ${this.pace.settleMilliseconds / 60_000} min (${why}).`,
          "Look at its console. When it is up, run the command again; it goes on from here and repeats nothing.",
        );
      await wait(this.pace.pollMilliseconds, undefined, { signal });
    }
  }

  async reappear(names: readonly string[], signal?: AbortSignal): Promise<boolean> {
    const { vanishing } = this.layout;
    const sought = names.filter((name) => vanishing?.names.includes(name));
    if (!vanishing || sought.length === 0) return false;
    await restartController(this.client, await this.system(signal), vanishing.managerReset, signal);
    const deadline = Date.now() + this.pace.reappearMilliseconds;
    while (Date.now() < deadline) {
      await wait(this.pace.pollMilliseconds, undefined, { signal });
      const current = await this.unlessAway(() => this.current(signal));
      if (current && sought.every((name) => current[name] !== undefined)) break;
    }
    return true;
  }

  async remarks(signal?: AbortSignal): Promise<readonly string[]> {
    const { bios } = await this.bios(signal);
    const messages = bios["@Redfish.Settings"]?.Messages ?? [];
    return messages.slice(0, 10).flatMap(({ Message, MessageId }) => {
      const said = Message ?? MessageId;
      return said ? [printable(said)] : [];
    });
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private async look(signal?: AbortSignal): Promise<{ settled: boolean; why: string }> {
    const seen = await this.unlessAway(async () => {
      const system = await this.system(signal);
      if (!hasStarted(system)) return "the host is starting";
      const jobs = await this.jobs(system, signal);
      if (jobs && !(await jobs.finished(signal))) return "its configuration job is not done";
      const pending = Object.keys(await this.pending(signal));
      return pending.length > 0 ? `still pending: ${printable(pending.join(", "))}` : undefined;
    });
    return seen === null ? { settled: false, why: "its controller does not answer" } : outcome(seen);
  }

  /** A controller that starts anew does not answer for a while, or answers that it cannot yet; that is waited for. */
  private async unlessAway<T>(read: () => Promise<T>): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof Unanswered && error.silence !== "hopeless") return null;
      if (error instanceof Refused && (error.status >= 500 || error.status === 429 || error.status === 404))
        return null;
      throw error;
    }
  }

  private async system(signal?: AbortSignal) {
    const path = (this.systemPath ??= await findSystem(this.client, this.layout, signal));
    return readSystem(this.client, path, signal);
  }

  private async jobs(system: System, signal?: AbortSignal): Promise<ConfigurationJobs | undefined> {
    const { job } = this.layout;
    if (!job) return undefined;
    const manager = await managerPath(this.client, system, signal);
    return (this.madeJobs ??= configurationJobs(this.client, `${manager.replace(/\/+$/, "")}${job.path}`));
  }

  private async biosLink(signal?: AbortSignal): Promise<string> {
    const { Bios: linked } = await this.system(signal);
    if (linked) return linked["@odata.id"];
    throw new FirmwareError(`${this.client.host} does not show the firmware settings of its host.`);
  }

  private async bios(signal?: AbortSignal): Promise<{ bios: Bios; settingsPath: string }> {
    const path = (this.biosPath ??= this.client.ownPath(await this.biosLink(signal)));
    const { value: bios } = await this.client.get(path, biosSchema, signal);
    const announced = bios["@Redfish.Settings"]?.SettingsObject?.["@odata.id"];
    const below = `${(this.systemPath ?? "").replace(/\/+$/, "")}${this.layout.settings}`;
    return { bios, settingsPath: announced ? this.client.ownPath(announced) : below };
  }
}

const outcome = (why: string | undefined) => ({ settled: why === undefined, why: why ?? "" });

function valuesOf({ Attributes }: { Attributes?: Bios["Attributes"] }): Values {
  return Object.fromEntries(
    Object.entries(Attributes ?? {}).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  );
}

/** A host that is off is switched on. Else the first kind of restart that its vendor's data name and that it offers. */
function resetType(
  isOff: boolean,
  offered: readonly string[] | undefined,
  { resets }: RedfishLayout,
): string | undefined {
  const wanted = isOff ? ["On", "ForceOn"] : resets;
  return offered ? wanted.find((type) => offered.includes(type)) : wanted[0];
}
