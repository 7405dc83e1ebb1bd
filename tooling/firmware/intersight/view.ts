import { setTimeout as wait } from "node:timers/promises";
import { printable } from "../address";
import { FirmwareError } from "../target";
import type { IntersightClient } from "./client";
import { deploymentOf } from "./deployment";
import type { Deployment } from "./deployment";
import { namedSchema, policySchema, profileSchema } from "./objects";
import type { BiosPolicy, ServerProfile } from "./objects";

/** Which server: the one that this profile is assigned to. Its BIOS policy is what is changed. */
export interface ProfilePlace {
  readonly profile: string;
  /** Where several organizations have a profile of this name. */
  readonly organization?: string;
}

export interface Waiting {
  readonly pollMilliseconds: number;
  /** For Intersight to notice a changed policy, or to begin a deployment. */
  readonly noticeMilliseconds: number;
  /** For a deployment, with the restarts of the host that it takes. */
  readonly deploymentMilliseconds: number;
}

export const usualWaiting: Waiting = {
  pollMilliseconds: 10_000,
  noticeMilliseconds: 180_000,
  deploymentMilliseconds: 3_600_000,
};

export interface Seen {
  readonly policy: BiosPolicy;
  readonly profile: ServerProfile;
  readonly deployment: Deployment;
}

/** A profile, its one BIOS policy and what is deployed of it. Reads alone. */
export class ProfileView {
  /** The first server seen. A profile that is assigned to another one meanwhile is not touched. */
  private server: string | undefined;

  constructor(
    private readonly client: IntersightClient,
    private readonly place: ProfilePlace,
    private readonly waiting: Waiting,
  ) {
    for (const [what, name] of [
      ["profile", place.profile],
      ["organization", place.organization],
    ] as const)
      if (name !== undefined && !/^[A-Za-z0-9_.-]{1,64}$/.test(name))
        throw new FirmwareError(
          `"${printable(name, 80)}" is no name of ${what === "profile" ? "a" : "an"} ${what} in Intersight; names have up to 64 letters, digits, dots, dashes and underscores.`,
        );
  }

  /** Policy before profile: see `deploymentOf`. */
  async look(signal?: AbortSignal): Promise<Seen> {
    const { Moid } = await this.profile(signal);
    const attached = `Profiles/any(t: t/Moid eq '${Moid}')`;
    const policies = await this.client.query("/bios/Policies", attached, policySchema, signal);
    const [policy, ...others] = policies;
    if (!policy || others.length > 0)
      throw new FirmwareError(
        `Profile ${this.place.profile} has ${policy ? `${policies.length} BIOS policies` : "no BIOS policy"}, and one is needed.`,
        "Make a BIOS policy for this server alone in Intersight, and attach it to the profile.",
      );
    const profile = await this.profile(signal);
    return { policy, profile, deployment: deploymentOf(policy, profile) };
  }

  async profile(signal?: AbortSignal): Promise<ServerProfile> {
    const { profile: name } = this.place;
    const filter = `Name eq '${name}'${await this.inOrganization(signal)}`;
    const [profile, ...others] = await this.client.query("/server/Profiles", filter, profileSchema, signal);
    if (!profile)
      throw new FirmwareError(
        `${this.client.host} shows no server profile ${name}.`,
        "Check the name, and that the API key's role may read it.",
      );
    if (others.length > 0)
      throw new FirmwareError(
        `${others.length + 1} server profiles are called ${name}.`,
        "Name the organization of the one that is meant.",
      );
    const server = profile.AssignedServer?.Moid;
    if (server === undefined)
      throw new FirmwareError(
        `Server profile ${name} is assigned to no server.`,
        "Assign the host to it in Intersight.",
      );
    if (this.server !== undefined && this.server !== server)
      throw new FirmwareError(
        `Profile ${name} was assigned to another server meanwhile; nothing was done to that one.`,
        "Look at the profile in Intersight, then run the command again.",
      );
    this.server = server;
    return profile;
  }

  /** Looks again and again until it is so. `complaint`: what to say when time is up. */
  async until(
    reached: (seen: Seen) => boolean,
    milliseconds: number,
    complaint: string,
    signal?: AbortSignal,
  ): Promise<Seen> {
    for (let waited = 0; ; waited += this.waiting.pollMilliseconds) {
      const seen = await this.look(signal);
      if (reached(seen)) return seen;
      if (waited >= milliseconds) {
        const { deployment } = seen;
        const why = "why" in deployment ? printable(deployment.why) : deployment.state;
        throw new FirmwareError(
          `${complaint} after ${Math.round(milliseconds / 1000)} s (${why}).`,
          "See the profile in Intersight: it may wait for an acknowledged restart. Then run the command again; it continues from there.",
        );
      }
      await wait(this.waiting.pollMilliseconds, undefined, { signal });
    }
  }

  private async inOrganization(signal?: AbortSignal): Promise<string> {
    const { organization: name } = this.place;
    if (name === undefined) return "";
    const [organization] = await this.client.query(
      "/organization/Organizations",
      `Name eq '${name}'`,
      namedSchema,
      signal,
    );
    if (organization) return ` and Organization.Moid eq '${organization.Moid}'`;
    throw new FirmwareError(`${this.client.host} shows no organization ${name}.`, "Check the name.");
  }
}
