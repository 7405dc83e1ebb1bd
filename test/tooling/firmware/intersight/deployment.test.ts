import { describe, expect, it } from "vitest";
import { deploymentOf } from "../../../../tooling/firmware/intersight/deployment";
import type { BiosPolicy, ServerProfile } from "../../../../tooling/firmware/intersight/objects";

const policy: BiosPolicy = { Moid: "a1", Name: "bios", ModTime: "2026-11-01T10:00:00Z" };
const reference = { Moid: "b2", ObjectType: "compute.RackUnit" };
const deployed: ServerProfile = {
  Moid: "c3",
  Name: "node",
  ModTime: "2026-11-01T10:05:00.5Z",
  AssignedServer: reference,
  AssociatedServer: reference,
  ConfigContext: { ConfigState: "Associated", ConfigStateSummary: "Associated", ControlAction: "No-op" },
  ConfigChanges: { Changes: [] },
  ConfigChangeContext: { ConfigChangeState: "Ok" },
};
const context = (change: Partial<NonNullable<ServerProfile["ConfigContext"]>>): ServerProfile => ({
  ...deployed,
  ConfigContext: { ...deployed.ConfigContext, ...change },
});

describe("what Intersight says of a profile", () => {
  it("vouches for the policy's values only where nothing speaks against them", () => {
    expect(deploymentOf(policy, deployed)).toEqual({ state: "deployed" });
  });

  it.each<[string, string, ServerProfile, BiosPolicy?]>([
    ["the policy is younger than the profile", "outstanding", { ...deployed, ModTime: "2026-11-01T09:00:00Z" }],
    ["changes are listed", "outstanding", { ...deployed, ConfigChanges: { Changes: ["BIOS Policy"] } }],
    ["its changes are outstanding", "outstanding", context({ ConfigState: "Pending-changes" })],
    ["the machine has drifted", "outstanding", context({ ConfigState: "Out-of-sync" })],
    ["the summary alone is inconsistent", "outstanding", context({ ConfigStateSummary: "Inconsistent" })],
    ["it was never deployed", "outstanding", context({ ConfigState: "Assigned", ConfigStateSummary: "Assigned" })],
    ["it says nothing", "outstanding", { ...deployed, ConfigContext: null }],
    [
      "it is deployed to another server",
      "outstanding",
      { ...deployed, AssociatedServer: { Moid: "d4", ObjectType: "compute.RackUnit" } },
    ],
    [
      "comparing failed",
      "outstanding",
      { ...deployed, ConfigChangeContext: { ConfigChangeState: "Change-failed", ConfigChangeError: "internal" } },
    ],
    [
      "a change is compared",
      "evaluating",
      { ...deployed, ConfigChangeContext: { ConfigChangeState: "Validating-change" } },
    ],
    ["the summary says so", "evaluating", context({ ConfigStateSummary: "Evaluating" })],
    ["an action is under way", "running", context({ ControlAction: "Deploy" })],
    ["it is being configured", "running", context({ ConfigState: "Configuring", ControlAction: "No-op" })],
    ["it is being activated", "running", context({ ConfigStateSummary: "Activating" })],
    ["it failed", "failed", context({ ConfigState: "Failed", ErrorState: "Config-error" })],
    ["its server failed", "failed", context({ OperState: "Failed" })],
    ["a state is new to us", "outstanding", context({ ConfigState: "Wonderful" })],
  ])("does not where %s", (_why, state, profile) => {
    expect(deploymentOf(policy, profile)).toMatchObject({ state });
  });

  it("takes every spelling of no action for none", () => {
    for (const ControlAction of ["No-op", "No_op", "", null, undefined])
      expect(deploymentOf(policy, context({ ControlAction }))).toEqual({ state: "deployed" });
  });
});
