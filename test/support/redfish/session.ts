import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FirmwarePlan } from "../../../components/host/firmware/plan";
import { firmwareVendor } from "../../../components/host/firmware/vendors";
import { emptyJournal } from "../../../tooling/firmware/journal";
import type { Journal, JournalContent } from "../../../tooling/firmware/journal";
import { RedfishClient } from "../../../tooling/firmware/redfish/client";
import { Connection } from "../../../tooling/firmware/redfish/connection";
import type { Limits, Trust } from "../../../tooling/firmware/redfish/connection";
import { RedfishTarget } from "../../../tooling/firmware/redfish/target";
import { runPlan } from "../../../tooling/firmware/run";
import type { Ran, RunArgs } from "../../../tooling/firmware/run";
import { login, SimulatedController } from "./controller";
import type { SimulatedMachine } from "./machine";

const folder = mkdtempSync(join(tmpdir(), "redfish-"));
const running: SimulatedController[] = [];

export async function controllerOf(machine: SimulatedMachine, names?: string[]): Promise<SimulatedController> {
  const controller = await SimulatedController.start(machine, folder, names);
  running.push(controller);
  return controller;
}

/** For afterEach, and afterAll with `true`. */
export async function stopControllers(last = false): Promise<void> {
  await Promise.all(running.splice(0).map((controller) => controller.stop()));
  if (last) rmSync(folder, { recursive: true, force: true });
}

/** Short pauses; long enough in all that nothing depends on how fast this machine is. */
export const shortPatience = { readBackMilliseconds: 60, graceMilliseconds: 60, pauseMilliseconds: 5 };
const clientPatience = { mostPauseMilliseconds: 20, pauseMilliseconds: 2, attempts: 4 };
const pace = { pollMilliseconds: 2, settleMilliseconds: 20_000, reappearMilliseconds: 20_000 };

export function clientOf(
  controller: SimulatedController,
  {
    trust = { ca: controller.ca },
    credentials = login,
    limits = { timeoutMilliseconds: 5_000, mostBytes: 1024 ** 2 },
  }: { trust?: Trust; credentials?: typeof login; limits?: Limits } = {},
): RedfishClient {
  const connection = new Connection(new URL(`https://${controller.address}`), trust, limits);
  return new RedfishClient(connection, credentials, clientPatience);
}

/** As a client over HTTPS, but for the network. */
export const plainClientOf = (controller: SimulatedController): RedfishClient =>
  new RedfishClient(controller.inProcess(), login, clientPatience);

export function targetOf(controller: SimulatedController, client = clientOf(controller)): RedfishTarget {
  const layout = firmwareVendor(controller.machine.args.vendor).redfish;
  if (!layout) throw new Error("no vendor of Redfish");
  return new RedfishTarget(client, layout, pace);
}

/** A journal in memory, whose writes are kept. */
export function memoryJournal(serial = "SERIAL1"): Journal & { content: JournalContent; readonly texts: string[] } {
  const journal = {
    content: emptyJournal(serial),
    texts: [] as string[],
    read: () => journal.content,
    write(content: JournalContent) {
      journal.texts.push(JSON.stringify(content));
      // As from a file: what a later run reads is what was written, whole.
      journal.content = JSON.parse(journal.texts.at(-1) ?? "") as JournalContent;
    },
  };
  return journal;
}

export async function apply(
  plan: FirmwarePlan,
  controller: SimulatedController,
  journal: Journal,
  more: Partial<RunArgs> = {},
): Promise<Ran> {
  const target = targetOf(controller, controller.ca === "" ? plainClientOf(controller) : clientOf(controller));
  try {
    return await runPlan({ plan, target, journal, patience: shortPatience, now: () => "then", ...more });
  } finally {
    await target.close();
  }
}
