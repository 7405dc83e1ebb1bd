import { FirmwareError } from "../target";
import type { RedfishClient } from "./client";
import { collectionSchema, managerSchema } from "./schemas";
import type { System } from "./schemas";

/** Restarts the management controller alone; the host goes on. Its sessions end with it. */
export async function restartController(
  client: RedfishClient,
  system: System,
  ResetType: string,
  signal?: AbortSignal,
): Promise<void> {
  const path = await managerPath(client, system, signal);
  const { value } = await client.get(path, managerSchema, signal);
  const reset = value.Actions?.["#Manager.Reset"];
  if (!reset)
    throw new FirmwareError(
      `${client.host} cannot be told to restart its management controller.`,
      "Restart the controller, not the host, by hand; then run the command again.",
    );
  await client.post(client.ownPath(reset.target), { ResetType }, signal);
  client.forgetSession();
}

/** Path of the management controller that the host names as its own. */
export async function managerPath(client: RedfishClient, system: System, signal?: AbortSignal): Promise<string> {
  const [linked] = system.Links?.ManagedBy ?? [];
  return client.ownPath((linked ?? (await onlyManager(client, signal)))["@odata.id"]);
}

async function onlyManager(client: RedfishClient, signal?: AbortSignal) {
  const { value } = await client.get("/redfish/v1/Managers", collectionSchema, signal);
  const [only, ...others] = value.Members;
  if (only && others.length === 0) return only;
  throw new FirmwareError(`${client.host} has ${value.Members.length} managers, and does not say which is the host's.`);
}
