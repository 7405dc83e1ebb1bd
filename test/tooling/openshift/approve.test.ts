import { describe, expect, it } from "vitest";
import { approvePlans } from "../../../tooling/openshift/approve";
import type { InstallPlan, PatchStep, Subscription } from "../../../tooling/openshift/installPlans";
import { pendingPlans } from "../../../tooling/openshift/installPlans";

const namespace = "openshift-nfd";
const csv = "nfd.4.21.0-202604140347";
const subscription: Subscription = {
  metadata: { name: "nfd", namespace },
  spec: {
    name: "nfd",
    source: "redhat-operators",
    sourceNamespace: "openshift-marketplace",
    startingCSV: csv,
    installPlanApproval: "Manual",
  },
};
const catalogSourceRef = { name: "redhat-operators", namespace: "openshift-marketplace" };
const lookup = { identifier: csv, path: "registry.example/nfd@sha256:0", catalogSourceRef };
const status = { phase: "RequiresApproval", bundleLookups: [lookup] };
const plan = (clusterServiceVersionNames: readonly string[], more: Partial<InstallPlan> = {}): InstallPlan => ({
  metadata: { name: "install-a", namespace, uid: "uid-a", resourceVersion: "7" },
  spec: { approved: false, clusterServiceVersionNames },
  status,
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

  const from = (name: string, inNamespace = "openshift-marketplace") => ({
    ...status,
    bundleLookups: [{ ...lookup, catalogSourceRef: { name, namespace: inNamespace } }],
  });
  const step = (resolving: string, sourceNamespace = "openshift-marketplace") => ({
    ...status,
    plan: [{ resolving, resource: { sourceName: "redhat-operators", sourceNamespace } }],
  });
  it.each([
    ["from another catalogue", from("community"), /from the catalogue openshift-marketplace\/community/],
    [
      "from a catalogue of that name elsewhere",
      from("redhat-operators", namespace),
      /names openshift-marketplace\/redhat/,
    ],
    [
      "with a bundle that it does not name",
      { ...status, bundleLookups: [lookup, { ...lookup, identifier: "evil.v1" }] },
      /evil/,
    ],
    ["with a bundle of no version", { ...status, bundleLookups: [lookup, {}] }, /something without a version/],
    ["with a step of another version", step("evil.v1"), /installs evil\.v1/],
    ["with a step from another catalogue", step(csv, namespace), /takes nfd/],
    ["that OLM is not done with", { ...status, phase: "Planning" }, /not made up by OLM yet \(Planning/],
    ["that does not say where it is from", { phase: "RequiresApproval" }, /does not say where nfd.* comes from/],
  ] as const)("%s is left alone", (_, found, reason) => {
    expect(pendingPlans([subscription], [plan([csv], { status: found })])[0]?.refusal).toMatch(reason);
  });

  it("whose steps all are the pinned version's may be approved", () => {
    expect(pendingPlans([subscription], [plan([csv], { status: step(csv) })])[0]?.refusal).toBeUndefined();
  });

  it("of somebody else's namespace is not looked at, nor one that is approved", () => {
    const elsewhere = plan([csv], { metadata: { name: "b", namespace: "other", uid: "uid-b", resourceVersion: "1" } });
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
    expect(lines).toEqual([
      `${namespace}/install-a installs ${csv} of openshift-marketplace/redhat-operators`,
      "  from registry.example/nfd@sha256:0",
      `approved: ${csv}`,
    ]);
    expect(patched).toEqual([
      [
        { op: "test", path: "/metadata/uid", value: "uid-a" },
        { op: "test", path: "/metadata/resourceVersion", value: "7" },
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

  it("shows names of versions and images without letting them steer the terminal", async () => {
    const path = "registry.example/nfd@sha256:0\u001b[2K\r\u009b1A";
    const { olm } = cluster([plan([csv], { status: { ...status, bundleLookups: [{ ...lookup, path }] } })]);
    const lines: string[] = [];
    await approvePlans(olm, answer(false, lines));
    expect(lines[1]).toBe("  from registry.example/nfd@sha256:0 [2K 1A");
  });
});
