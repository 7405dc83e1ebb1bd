import { describe, expect, it } from "vitest";
import { approvePlans } from "../../../tooling/openshift/approve";
import type { InstallPlan, PatchStep, Subscription } from "../../../tooling/openshift/installPlans";
import { pendingPlans } from "../../../tooling/openshift/installPlans";

const namespace = "openshift-nfd";
const csv = "nfd.4.21.0-202604140347";
const subscription: Subscription = {
  metadata: { name: "nfd", namespace },
  spec: { name: "nfd", source: "redhat-operators", startingCSV: csv, installPlanApproval: "Manual" },
};
const plan = (clusterServiceVersionNames: readonly string[], more: Partial<InstallPlan> = {}): InstallPlan => ({
  metadata: { name: "install-a", namespace, uid: "uid-a" },
  spec: { approved: false, clusterServiceVersionNames },
  ...more,
});

describe("an InstallPlan", () => {
  it.each([
    ["a newer version", [`nfd.4.22.0`], /installs nfd\.4\.22\.0, which no Subscription of ours names/],
    ["a dependency beside it", [csv, "other.v1.0.0"], /installs other\.v1\.0\.0/],
    ["nothing", [], /installs nothing that it names/],
  ] as const)("with %s is left alone", (_, names, reason) => {
    expect(pendingPlans([subscription], [plan(names)])[0]?.refusal).toMatch(reason);
  });

  it("from another catalogue is left alone", () => {
    const status = {
      bundleLookups: [{ identifier: csv, path: "x@sha256:0", catalogSourceRef: { name: "community" } }],
    };
    expect(pendingPlans([subscription], [plan([csv], { status })])[0]?.refusal).toMatch(
      /from the catalogue community, and its Subscription names redhat-operators/,
    );
  });

  it("of somebody else's namespace is not looked at, nor one that is approved", () => {
    const elsewhere = plan([csv], { metadata: { name: "b", namespace: "other", uid: "uid-b" } });
    const approved = plan([csv], { spec: { approved: true, clusterServiceVersionNames: [csv] } });
    expect(pendingPlans([subscription], [elsewhere, approved])).toEqual([]);
  });
});

describe("approving", () => {
  const cluster = (plans: readonly InstallPlan[]) => {
    const patched: (readonly PatchStep[])[] = [];
    return {
      patched,
      olm: {
        subscriptions: () => Promise.resolve([subscription]),
        installPlans: () => Promise.resolve(plans),
        patchInstallPlan: (_: string, __: string, steps: readonly PatchStep[]) => {
          patched.push(steps);
          return Promise.resolve();
        },
      },
    };
  };
  const answer = (yes: boolean, lines: string[] = []) => ({
    confirm: () => Promise.resolve(yes),
    say: (line: string) => void lines.push(line),
  });

  it("shows what would be installed, and approves just that", async () => {
    const { olm, patched } = cluster([plan([csv])]);
    const lines: string[] = [];
    expect(await approvePlans(olm, answer(true, lines))).toEqual([csv]);
    expect(lines).toEqual([`${namespace}/install-a installs ${csv}`, `approved: ${csv}`]);
    expect(patched).toEqual([
      [
        { op: "test", path: "/metadata/uid", value: "uid-a" },
        { op: "test", path: "/spec/clusterServiceVersionNames", value: [csv] },
        { op: "replace", path: "/spec/approved", value: true },
      ],
    ]);
  });

  it("leaves everything as it is after a no, and where nothing may be approved", async () => {
    const { olm, patched } = cluster([plan([csv])]);
    expect(await approvePlans(olm, answer(false))).toEqual([]);
    const newer = cluster([plan(["nfd.4.22.0"])]);
    await expect(approvePlans(newer.olm, answer(true))).rejects.toThrow(`not installed yet: ${csv}`);
    expect([...patched, ...newer.patched]).toEqual([]);
  });
});
