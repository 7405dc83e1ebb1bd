import { afterEach, describe, expect, it } from "vitest";
import { notDeployed } from "../../../../tooling/firmware/intersight/target";
import { moids } from "../../../support/intersight/model";
import { closeRigs, rig } from "../../../support/intersight/rig";
import type { Fault, Faults } from "../../../support/intersight/service";

afterEach(closeRigs);

const wanted = { EnableTdx: "enabled", EnableTdxSeamldr: "enabled" };
const policyPatch = `PATCH /bios/Policies/${moids.policy}`;
const profilePatch = `PATCH /server/Profiles/${moids.profile}`;

/** The fault for the first request of this kind alone. */
const once =
  (kind: "policy" | "profile", fault: Fault): Faults =>
  ({ method, path }, count) =>
    method === "PATCH" && path.includes(kind === "policy" ? "/bios/Policies/" : "/server/Profiles/") && count === 1
      ? fault
      : undefined;

describe("a server behind Intersight", () => {
  it("is known by its inventory", async () => {
    const { target } = await rig();
    expect(await target.identify()).toMatchObject({
      manufacturer: "Cisco Systems Inc",
      model: "UCSC-885A-M8",
      serial: "WZP00000001",
      cpuVendor: "intel",
      biosVersion: "C885A.4.3.6a.0",
      powerState: "on",
    });
    expect(await (await rig({ cpuVendor: "Advanced Micro Devices, Inc." })).target.identify()).toMatchObject({
      cpuVendor: "amd",
    });
  });

  it("is refused where nobody can tell its processors' vendor", async () => {
    const { target } = await rig({ cpuVendor: "Intel or AMD" });
    await expect(target.identify()).rejects.toThrow(/WZP00000001 does not say whether/);
  });

  it("registers the tokens that its policy has, with their values", async () => {
    const { target } = await rig({ without: ["EnableTdx"] });
    const names = (await target.registry()).map(({ name }) => name);
    expect(names).toContain("CbsSevSnpSupport");
    expect(names).not.toContain("EnableTdx");
    expect((await target.registry()).find(({ name }) => name === "CbsDbgCpuSnpMemCover")).toEqual({
      name: "CbsDbgCpuSnpMemCover",
      displayName: "SNP Memory Coverage",
      type: "enumeration",
      allowed: ["platform-default", "Auto", "Custom", "enabled", "disabled"],
      readOnly: false,
    });
  });

  it("is found by organization where names repeat", async () => {
    const { target } = await rig({ place: { profile: "gpu-node-1", organization: "ai" } });
    expect(await target.current()).toMatchObject({ EnableTdx: "platform-default" });
    const lost = (await rig({ place: { profile: "gpu-node-1", organization: "other" } })).target;
    await expect(lost.current()).rejects.toThrow(/no organization other/);
    const absent = (await rig({ place: { profile: "gpu-node-2" } })).target;
    await expect(absent.current()).rejects.toThrow(/no server profile gpu-node-2/);
    await expect(rig({ place: { profile: "x' or Name ne '" } })).rejects.toThrow(/is no name of a profile/);
  });

  it.each(["FIAttached", "Standalone"] as const)("takes values over policy and deployment (%s)", async (platform) => {
    const { target, account } = await rig({ targetPlatform: platform });
    await target.stage(wanted);
    expect(account.machine.EnableTdx).toBe("platform-default");
    expect(await target.pending()).toEqual(wanted);
    expect(await target.current()).toMatchObject({ EnableTdx: notDeployed, EnableTdxSeamldr: notDeployed });
    expect((await target.current()).SrIov).toBe("platform-default");
    await target.apply();
    await target.settled();
    expect(account.machine).toMatchObject(wanted);
    expect(await target.current()).toMatchObject(wanted);
    expect(await target.pending()).toEqual({});
    expect(account).toMatchObject({ deployments: 1, restarts: 1 });
  });

  it("is not believed to be deployed while Intersight has not noticed the change yet", async () => {
    const { target, account, again } = await rig({ noticedAfterLooks: 6 });
    account.patchPolicy(wanted);
    expect(await again().current()).toMatchObject({ EnableTdx: notDeployed });
    expect(await target.pending()).toMatchObject(wanted);
  });

  it("has a mark that only deployments and edits of the policy change", async () => {
    const { target, account, again } = await rig();
    const mark = async () => (await again().identify()).lastStart;
    const deployed = await mark();
    expect(await mark()).toBe(deployed);
    await target.stage(wanted);
    const before = await mark();
    expect(before).toMatch(/^before /);
    expect(await mark()).toBe(before);
    await target.apply();
    await target.settled();
    expect(await mark()).toBe(`deployed ${account.policyChanged}`);
  });

  it("has nothing done to it where everything is in force, or applied already", async () => {
    const { target, account, service } = await rig({ before: (account) => account.deployed(wanted) });
    await target.stage(wanted);
    await target.apply();
    await target.settled();
    expect(service.requests.filter((request) => request.startsWith("PATCH"))).toEqual([]);
    expect(account.deployments).toBe(0);
  });

  it("is deployed once, however often that is asked for", async () => {
    const { target, account, again } = await rig();
    await target.stage(wanted);
    await target.apply();
    await again().apply();
    await again().settled();
    await again().apply();
    expect(account.deployments).toBe(1);
  });
});

describe("changes that would reach further than asked", () => {
  it.each([
    ["another server's profile", "server.Profile"],
    ["a template", "server.ProfileTemplate"],
  ])("stop at a policy that is shared with %s", async (_what, ObjectType) => {
    const { target, account, service } = await rig({
      before: (account) => (account.shared = [{ Moid: "6112ab3c77696e2d31a0c0ff", ObjectType }]),
    });
    await expect(target.stage(wanted)).rejects.toThrow(/is shared with 1 more than profile gpu-node-1/);
    expect(account.values.EnableTdx).toBe("platform-default");
    expect(service.requests.filter((request) => request.startsWith("PATCH"))).toEqual([]);
    expect(await target.current()).toMatchObject({ EnableTdx: "platform-default" });
  });

  it("stop where a deployment would take along what others have not deployed", async () => {
    const { target, account } = await rig({
      before: (account) => account.patchPolicy({ SrIov: "enabled" }),
      unfinished: () => [],
    });
    expect(new Set(Object.values(await target.current()))).toEqual(new Set([notDeployed]));
    expect(await target.pending()).toEqual({});
    await expect(target.stage(wanted)).rejects.toThrow(/is not deployed as it stands .*; nothing was changed/);
    expect(account.values.EnableTdx).toBe("platform-default");
  });

  it("stop where the policy still carries an action that was done", async () => {
    const { target, account } = await rig({ before: (account) => account.deployed({ SgxFactoryReset: "enabled" }) });
    await expect(target.stage(wanted)).rejects.toThrow(/still has SgxFactoryReset at "enabled"/);
    expect(account.factoryResets).toBe(0);
    await target.stage({ ...wanted, SgxFactoryReset: "disabled" });
    await target.apply();
    await target.settled();
    expect(account).toMatchObject({ deployments: 1, factoryResets: 0 });
  });

  it("stop where the profile was given another server", async () => {
    const { target, account } = await rig();
    await target.identify();
    account.assigned = { Moid: moids.otherServer, ObjectType: "compute.RackUnit" };
    await expect(target.stage(wanted)).rejects.toThrow(/was assigned to another server meanwhile/);
    account.assigned = null;
    await expect(target.stage(wanted)).rejects.toThrow(/is assigned to no server/);
  });

  it("stop where somebody else changes the policy at the same time", async () => {
    const { target, account, service } = await rig();
    service.faults = ({ method, path }) => {
      if (method === "PATCH" && path.includes("/bios/")) account.patchPolicy({ SrIov: "enabled" });
      return undefined;
    };
    await expect(target.stage(wanted)).rejects.toThrow(/somebody else changed it a moment ago/);
    expect(account.values.EnableTdx).toBe("platform-default");
  });

  it("stop at tokens that the policy lacks, and at values that are no text", async () => {
    const { target } = await rig({ without: ["EnableTdx"] });
    await expect(target.stage(wanted)).rejects.toThrow(/has no token EnableTdx/);
    await expect(target.stage({ SrIov: true })).rejects.toThrow(/has no token SrIov that holds text/);
  });
});

describe("answers that are late, lost or empty", () => {
  it("200 without a change of the policy is a failure", async () => {
    const { target } = await rig({ faults: once("policy", { kind: "ignored" }) });
    await expect(target.stage(wanted)).rejects.toThrow(
      /accepted a change .* EnableTdx, EnableTdxSeamldr did not change/,
    );
    const { target: halved, account } = await rig({ kept: ["EnableTdx"] });
    await expect(halved.stage(wanted)).rejects.toThrow(/but EnableTdx did not change/);
    expect(account.deployments).toBe(0);
  });

  it("200 without a deployment is a failure", async () => {
    const { target, account } = await rig({ faults: once("profile", { kind: "ignored" }) });
    await target.stage(wanted);
    await expect(target.apply()).rejects.toThrow(/was asked to deploy, but Intersight does not begin/);
    expect(account.deployments).toBe(0);
    await target.apply();
    await target.settled();
    expect(account.deployments).toBe(1);
  });

  it.each<[string, "policy" | "profile", Fault]>([
    ["a lost answer to the policy's change", "policy", { kind: "broken", when: "after" }],
    ["500 after the policy's change", "policy", { kind: "status", status: 500, when: "after" }],
    ["a lost answer to the deployment", "profile", { kind: "broken", when: "after" }],
    ["503 after the deployment began", "profile", { kind: "status", status: 503, when: "after" }],
  ])("go on after %s, since reading shows its effect", async (_what, kind, fault) => {
    const { target, account, service } = await rig({ faults: once(kind, fault) });
    await target.stage(wanted);
    await target.apply();
    await target.settled();
    expect(account).toMatchObject({ deployments: 1, machine: wanted });
    expect(service.requests.filter((request) => request === policyPatch || request === profilePatch)).toHaveLength(2);
  });

  it.each<[string, "policy" | "profile", Fault]>([
    ["the policy's change", "policy", { kind: "broken", when: "before" }],
    ["the policy's change (503)", "policy", { kind: "status", status: 503, when: "before" }],
    ["the deployment", "profile", { kind: "broken", when: "before" }],
    ["the deployment (502)", "profile", { kind: "status", status: 502, when: "before" }],
  ])("stop after a failure before %s, and the next run does it", async (_what, kind, fault) => {
    const { target, account, again } = await rig({ faults: once(kind, fault) });
    const run = async (place: typeof target) => {
      if (!Object.entries(wanted).every(([name, value]) => account.values[name] === value)) await place.stage(wanted);
      await place.apply();
      await place.settled();
    };
    await expect(run(target)).rejects.toThrow(/did not answer|answered PATCH .* with 50/);
    expect(account.deployments).toBe(0);
    await run(again());
    expect(account).toMatchObject({ deployments: 1, machine: wanted });
  });

  it("a failed deployment is said with its state, and can be repeated", async () => {
    const { target, account, again } = await rig({ failing: [1] });
    await target.stage(wanted);
    await target.apply();
    await expect(target.settled()).rejects.toThrow(/could not deploy profile gpu-node-1 \(Failed, Config-error\)/);
    expect(account.machine.EnableTdx).toBe("platform-default");
    await again().apply();
    await again().settled();
    expect(account).toMatchObject({ deployments: 2, machine: wanted });
  });

  it("an order that is taken but waits for a person ends with what to do", async () => {
    const { target, account } = await rig();
    await target.stage(wanted);
    // As if somebody had deployed it without acknowledging the restart.
    account.deploy({ Action: "Deploy" });
    await expect(target.settled()).rejects.toThrow(/The profile is not deployed after .*Pending-changes/);
    expect(account.restarts).toBe(0);
  });

  it("waiting ends where it is interrupted", async () => {
    const { target, service } = await rig();
    const stop = new AbortController();
    await target.stage(wanted);
    service.faults = ({ method }) => {
      if (method === "GET") stop.abort(new Error("interrupted"));
      return undefined;
    };
    await expect(target.settled(stop.signal)).rejects.toThrow("interrupted");
  });
});
