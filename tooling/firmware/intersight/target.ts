import type { AttributeValue } from "../../../components/host/firmware/plan";
import { printable } from "../address";
import { Unanswered } from "../redfish/unanswered";
import { FirmwareError } from "../target";
import type { FirmwareTarget, MachineIdentity, RegisteredAttribute } from "../target";
import type { IntersightClient } from "./client";
import { machineIdentity } from "./identity";
import type { BiosPolicy, ServerProfile } from "./objects";
import { actions, registered, tokensOf } from "./tokens";
import { ProfileView, usualWaiting } from "./view";
import type { ProfilePlace, Seen, Waiting } from "./view";

/** In place of a value while it is not deployed: the API does not say what the machine has meanwhile. */
export const notDeployed = "unknown until the profile is deployed";

export interface TargetOptions {
  readonly waiting?: Waiting;
  /**
   * Tokens that an earlier run has set in the policy of this machine and not seen deployed, as its journal has them: the
   * API itself does not tell which of a policy's tokens wait for a deployment. Default: none are known.
   */
  readonly unfinished?: (serial: string) => readonly string[];
}

/** A server whose firmware Intersight sets: its profile's BIOS policy is edited, then the profile deployed. */
export class IntersightTarget implements FirmwareTarget {
  private readonly view: ProfileView;
  private readonly waiting: Waiting;
  private readonly unfinished: (serial: string) => readonly string[];
  private serial: string | undefined;

  constructor(
    private readonly client: IntersightClient,
    place: ProfilePlace,
    { waiting = usualWaiting, unfinished = () => [] }: TargetOptions = {},
  ) {
    this.waiting = waiting;
    this.unfinished = unfinished;
    this.view = new ProfileView(client, place, waiting);
  }

  async identify(signal?: AbortSignal): Promise<MachineIdentity> {
    const { profile, policy, deployment } = await this.compared(signal);
    const identity = await machineIdentity(this.client, profile.AssignedServer?.Moid ?? "", signal);
    this.serial = identity.serial;
    // The version of the policy that is in force, or that waits: only a deployment turns the one into the other.
    const lastStart = `${deployment.state === "deployed" ? "deployed" : "before"} ${policy.ModTime}`;
    return { ...identity, lastStart };
  }

  async registry(signal?: AbortSignal): Promise<readonly RegisteredAttribute[]> {
    return registered((await this.view.look(signal)).policy);
  }

  async current(signal?: AbortSignal): Promise<Readonly<Record<string, AttributeValue>>> {
    const { policy, deployment } = await this.view.look(signal);
    const tokens = tokensOf(policy);
    if (deployment.state === "deployed") return tokens;
    // Whose changes wait is known only where they are ours; otherwise any token may be among them.
    const known = await this.ours(signal);
    const waiting = known.length > 0 ? known : Object.keys(tokens);
    return { ...tokens, ...Object.fromEntries(waiting.map((name) => [name, notDeployed])) };
  }

  async pending(signal?: AbortSignal): Promise<Readonly<Record<string, AttributeValue>>> {
    const { policy, deployment } = await this.view.look(signal);
    if (deployment.state === "deployed") return {};
    const ours = await this.ours(signal);
    return Object.fromEntries(Object.entries(tokensOf(policy)).filter(([name]) => ours.includes(name)));
  }

  async stage(attributes: Readonly<Record<string, AttributeValue>>, signal?: AbortSignal): Promise<void> {
    const { policy, profile, deployment } = await this.compared(signal);
    const held = tokensOf(policy);
    for (const [name, value] of Object.entries(attributes))
      if (held[name] === undefined || typeof value !== "string")
        throw new FirmwareError(`BIOS policy ${policy.Name} has no token ${printable(name, 80)} that holds text.`);
    refuseRepeatedAction(policy, attributes);
    refuseShared(policy, profile);
    // A deployment takes along whatever else is outstanding, which may be somebody else's.
    if (deployment.state !== "deployed")
      throw new FirmwareError(
        `Profile ${profile.Name} is not deployed as it stands (${printable(deployment.why)}); nothing was changed.`,
        "Deploy it in Intersight, or take those changes back; then run the command again.",
      );
    const changes = Object.entries(attributes).filter(([name, value]) => held[name] !== value);
    if (changes.length === 0) return;
    const lost = await this.sent(`/bios/Policies/${policy.Moid}`, Object.fromEntries(changes), policy.ModTime, signal);
    const after = await this.view.look(signal);
    const missing = changes.filter(([name, value]) => after.policy[name] !== value).map(([name]) => name);
    if (missing.length > 0) throw lost ?? this.unchanged(policy, missing);
    await this.view.until(
      ({ deployment: { state } }) => state !== "evaluating" && state !== "deployed",
      this.waiting.noticeMilliseconds,
      `Intersight does not see that BIOS policy ${policy.Name} changed`,
      signal,
    );
  }

  async apply(signal?: AbortSignal): Promise<void> {
    const { profile, deployment } = await this.compared(signal);
    // One that runs takes these values along; where nothing is outstanding, it would only repeat what was done.
    if (deployment.state === "running" || deployment.state === "deployed") return;
    const lost = await this.sent(`/server/Profiles/${profile.Moid}`, deployOrder(profile), profile.ModTime, signal);
    // A profile that had failed goes on saying so until the new deployment has begun.
    const begun = ({ deployment: { state }, profile: { ModTime } }: Seen) =>
      state === "failed" ? deployment.state !== "failed" : state !== "outstanding" || ModTime !== profile.ModTime;
    try {
      const complaint = `Profile ${profile.Name} was asked to deploy, but Intersight does not begin`;
      await this.view.until(begun, this.waiting.noticeMilliseconds, complaint, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw lost ?? error;
    }
  }

  async settled(signal?: AbortSignal): Promise<void> {
    const { profile, deployment } = await this.view.until(
      ({ deployment: { state } }) => state === "deployed" || state === "failed",
      this.waiting.deploymentMilliseconds,
      "The profile is not deployed",
      signal,
    );
    if (deployment.state === "failed")
      throw new FirmwareError(
        `Intersight could not deploy profile ${profile.Name} (${printable(deployment.why)}).`,
        "Intersight shows the failed step among its requests; mend that, then run the command again.",
      );
  }

  async close(): Promise<void> {
    this.client.close();
  }

  private async ours(signal?: AbortSignal): Promise<readonly string[]> {
    if (this.serial === undefined) await this.identify(signal);
    return this.unfinished(this.serial ?? "");
  }

  private compared(signal?: AbortSignal): Promise<Seen> {
    return this.view.until(
      ({ deployment: { state } }) => state !== "evaluating",
      this.waiting.noticeMilliseconds,
      "Intersight does not finish comparing the profile with its server",
      signal,
    );
  }

  /** Sends a change once. What comes back is an error where nobody knows whether the change arrived. */
  private async sent(
    path: string,
    body: unknown,
    modTime: string,
    signal?: AbortSignal,
  ): Promise<FirmwareError | undefined> {
    try {
      await this.client.patch(path, body, modTime, signal);
      return undefined;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Unanswered) || error.silence !== "unknown") throw error;
      return error;
    }
  }

  private unchanged({ Name }: BiosPolicy, names: readonly string[]): FirmwareError {
    return new FirmwareError(
      `${this.client.host} accepted a change of BIOS policy ${Name}, but ${names.join(", ")} did not change.`,
      "Look at the policy in Intersight: another tool may keep it as it is.",
    );
  }
}

/** A policy changes for everybody who uses it; templates hand it on to profiles that are made later. */
function refuseShared(policy: BiosPolicy, profile: ServerProfile): void {
  const others = (policy.Profiles ?? []).filter(({ Moid }) => Moid !== profile.Moid);
  if (others.length === 0) return;
  const kinds = [...new Set(others.map(({ ObjectType }) => ObjectType ?? "of unknown kind"))].sort().join(", ");
  throw new FirmwareError(
    `BIOS policy ${policy.Name} is shared with ${others.length} more than profile ${profile.Name} (${printable(kinds)}), which nobody named; nothing was changed.`,
    `Clone the policy for profile ${profile.Name} alone in Intersight, attach the copy, then run the command again.`,
  );
}

/** An action that a policy still carries from before would be handed to the machine once more. */
function refuseRepeatedAction(policy: BiosPolicy, asked: Readonly<Record<string, AttributeValue>>): void {
  for (const [name, starting] of Object.entries(actions)) {
    const value = policy[name];
    if (name in asked || typeof value !== "string" || !starting.includes(value)) continue;
    throw new FirmwareError(
      `BIOS policy ${policy.Name} still has ${name} at "${value}", so that the next deployment would ask for it again.`,
      `If that was done already, set ${name} to "disabled" or "platform-default" in the policy; then run the command again.`,
    );
  }
}

/**
 * Servers of a fabric interconnect take a change in two steps, and restart only where that is acknowledged; a bare
 * "Activate" is refused while changes are outstanding. Others have one action (CiscoDevNet/intersight-ansible 7b4abde,
 * `intersight_server_profile.py`; the scheduled actions from public operators' scripts, not from Cisco's documentation).
 */
function deployOrder({ TargetPlatform }: ServerProfile): unknown {
  if (TargetPlatform !== "FIAttached") return { Action: "Deploy" };
  return {
    ScheduledActions: [
      { Action: "Deploy", ProceedOnReboot: false },
      { Action: "Activate", ProceedOnReboot: true },
    ],
  };
}
