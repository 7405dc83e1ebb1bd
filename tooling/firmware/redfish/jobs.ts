import { printable } from "../address";
import { FirmwareError } from "../target";
import type { RedfishClient } from "./client";
import { jobsSchema } from "./schemas";

/**
 * Configuration jobs of Dell's iDRAC: pending settings have an effect only where a job is scheduled for them, which either
 * the PATCH makes by itself (apply time OnReset) or a POST of the settings' path does.
 * Source: dell/dellemc-openmanage-ansible-modules, plugins/modules/idrac_bios.py.
 */
export interface ConfigurationJobs {
  /** Schedules one for these settings, unless one waits already. */
  ensure(settingsPath: string, signal?: AbortSignal): Promise<void>;
  /** Whether none is left to do; throws where one that `ensure` saw has failed. */
  finished(signal?: AbortSignal): Promise<boolean>;
}

export function configurationJobs(client: RedfishClient, path: string): ConfigurationJobs {
  let seen: readonly string[] = [];
  const read = async (signal?: AbortSignal) => {
    const { value } = await client.get(`${path}?$expand=*($levels=1)`, jobsSchema, signal);
    return value.Members.filter(({ JobType }) => JobType === "BIOSConfiguration");
  };
  const waiting = async (signal?: AbortSignal) =>
    (await read(signal)).filter(({ JobState }) => !ended.test(JobState ?? "")).map(({ Id }) => Id ?? "");
  return {
    async ensure(settingsPath, signal) {
      seen = await waiting(signal);
      if (seen.length > 0) return;
      await client.post(path, { TargetSettingsURI: settingsPath }, signal);
      seen = await waiting(signal);
    },
    async finished(signal) {
      const jobs = await read(signal);
      const failed = jobs.find(({ Id, JobState }) => seen.includes(Id ?? "") && /Fail|Error/i.test(JobState ?? ""));
      if (failed)
        throw new FirmwareError(
          `${client.host} ended its configuration job ${printable(failed.Id ?? "")} as ${printable(failed.JobState ?? "")}` +
            `${failed.Message ? `: ${printable(failed.Message)}` : "."}`,
          "Look at the controller's job queue and its lifecycle log.",
        );
      return jobs.every(({ JobState }) => ended.test(JobState ?? ""));
    },
  };
}

const ended = /^(Completed|CompletedWithErrors|Failed|RebootCompleted|RebootFailed)$/;
