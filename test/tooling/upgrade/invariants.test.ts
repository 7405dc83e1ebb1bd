import { describe, expect, it } from "vitest";
import { resourceSecretKey } from "../../../components/attestation/trusteeLayout";
import { guestIdentity, guestIdentityAnnotation } from "../../../components/workload/guestIdentity";
import type { Release } from "../../../components/workload/release";
import type { Decisions } from "../../../tooling/attestation/stores";
import type { Claim } from "../../../tooling/upgrade/judge";
import { modelChanges } from "../../../tooling/upgrade/plan";
import { atStart } from "../../../tooling/upgrade/progress";
import type { Progress } from "../../../tooling/upgrade/progress";
import type { Factories } from "../../../tooling/upgrade/rehearsal/factories";
import { Invariants } from "../../../tooling/upgrade/rehearsal/invariants";
import type { InvariantsArgs } from "../../../tooling/upgrade/rehearsal/invariants";
import { forwardSteps } from "../../../tooling/upgrade/steps";
import { UserError } from "../../../tooling/ui";
import { sampleRelease } from "../../support/release";
import { plan as samplePlan } from "./fakeFactory";

const former = sampleRelease();
const next = sampleRelease({
  guestImage: { name: "guest", digest: "1".repeat(64), profile: "kata-4.1.0-snp-go" },
  launch: { snp: { measurement: "5".repeat(96) } },
});
const pairs = [{ former, next, providers: ["north"] }];
const plan = {
  ...samplePlan,
  models: modelChanges(pairs),
  providers: samplePlan.providers.filter(({ name }) => name === "north"),
};
const model = { name: former.name, providers: ["north"], replicas: 1, awaitReadiness: true };
const factory = { models: [model] } as unknown as Factories["next"];

/** What a replica of the key broker lets in; the judge of these tests reads it back. */
const letting = (...releases: Release[]) => ({ lets: releases.map(guestIdentity) }) as unknown as Decisions;

const pod = (placed: Release, changes: Record<string, unknown> = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "llama-1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    labels: { "app.kubernetes.io/name": former.name },
    annotations: { [guestIdentityAnnotation]: guestIdentity(placed) },
  },
  spec: {},
  status: { phase: "Running" },
  ...changes,
});

function world({
  serving = [letting(former)],
  pods = [pod(former)],
  held = former.resources.map(resourceSecretKey),
  ...others
}: {
  serving?: Decisions[] | (() => Promise<Decisions[]>);
  pods?: unknown[];
  held?: string[];
} & Partial<InvariantsArgs> = {}) {
  return new Invariants({
    plan,
    factories: { former: factory, next: factory },
    pairs,
    clusters: { north: { list: <T>() => Promise.resolve(pods as T[]) } },
    keyBrokers: {
      serving: () => (typeof serving === "function" ? serving() : Promise.resolve(serving)),
      unsettled: () => Promise.resolve([]),
      heldResources: () => Promise.resolve(held),
    },
    judge: {
      violations: (decisions: Decisions, claims: readonly Claim[]) =>
        Promise.resolve(
          claims.flatMap(({ who, guest, given }) => {
            const has = (decisions as unknown as { lets: string[] }).lets.includes(guestIdentity(guest));
            return given === "either" || (given === "key") === has ? [] : [`${who}: ${has}`];
          }),
        ),
      attacks: () => Promise.resolve([]),
    },
    signal: new AbortController().signal,
    ...others,
  });
}

const stepOf = (id: string) => {
  const step = forwardSteps(plan).find((each) => each.id === id);
  if (!step) throw new Error(`no step ${id}`);
  return step;
};
const before = (id: string, progress: Progress = atStart) => ({ step: stepOf(id), progress, when: "before" as const });
const admitted: Progress = { ...atStart, done: ["release", "admit"] };
const booted: Progress = {
  ...admitted,
  done: [...admitted.done, "hosts:north"],
  times: { "begin hosts:north": "2026-01-02T00:00:00Z", "hosts:north": "2026-01-02T00:01:00Z" },
};
const arrived: Progress = {
  ...booted,
  done: [...booted.done, "handover:north", "workloads:north", "prove:north"],
};
const young = (placed: Release) => {
  const made = pod(placed);
  return { ...made, metadata: { ...made.metadata, creationTimestamp: "2026-01-03T00:00:00Z" } };
};

describe("what has to hold before a step", () => {
  it("does where guests have what they are to be given", async () => {
    expect(await world().violations(before("release"))).toEqual([]);
    expect(await world({ serving: [letting(former, next)] }).violations(before("hosts:north", admitted))).toEqual([]);
  });

  it.each<[string, Decisions[], Progress, string, string[]]>([
    ["a wrong guest is let in", [letting(former, next)], atStart, "release", ["a guest of the next release"]],
    [
      "one replica of two keeps the right one out",
      [letting(former, next), letting(former)],
      admitted,
      "hosts:north",
      ["a guest of the next release"],
    ],
    ["no replica serves", [], atStart, "release", ["no replica of the key broker serves"]],
    [
      "a pod that starts again would be of a release that is not let in",
      [letting(former)],
      booted,
      "handover:north",
      ["a guest of the next release", "the pod llama-1"],
    ],
  ])("does not where %s", async (_, serving, progress, id, found) => {
    const said = await world({ serving }).violations(before(id, progress));
    expect(said).toHaveLength(found.length);
    found.forEach((each, index) => expect(said[index]).toContain(each));
  });

  it("does not before former guests are shut out while one of them is left, whatever was proven", async () => {
    const serving = [letting(former, next)];
    const left = (...pods: unknown[]) => world({ serving, pods }).violations(before("retire", arrived));
    expect(await left(young(next))).toEqual([]);
    expect(await left(young(former))).toEqual(["llama-1 is still placed as the other release"]);
    expect(await left(pod(next))).toEqual([expect.stringContaining("booted by hosts as they are no longer")]);
    expect(await left()).toEqual(["llama-8b has 0 of 1 replicas"]);
  });

  it("does not where the time for both is over", async () => {
    const late = world({ serving: [letting(former, next)], plan: { ...plan, until: "2026-01-01T00:00:00Z" } });
    expect(await late.violations(before("hosts:north", admitted))).toEqual([expect.stringContaining("which is past")]);
  });
});

it("holds after a step only where the key broker has a value of each key", async () => {
  const after = { step: stepOf("release"), progress: { ...atStart, done: ["release"] }, when: "after" as const };
  expect(await world().violations(after)).toEqual([]);
  expect(await world({ held: [] }).violations(after)).toEqual([
    `the key broker holds no value of ${former.resources[0]}`,
  ]);
});

describe("what is seen while a step is done", () => {
  const seen = async (serving: () => Promise<Decisions[]>) => {
    const { stop } = world({ serving }).watch({
      ...before("admit", { ...atStart, done: ["release"] }),
      when: "during",
    });
    return stop();
  };

  it("may be either of what the step changes", async () => {
    expect(await seen(() => Promise.resolve([letting(former), letting(former, next)]))).toEqual([]);
  });

  it("may not keep the right guest out, nor be an open default, nor nothing at all", async () => {
    expect(await seen(() => Promise.resolve([letting(next)]))).toEqual(
      expect.arrayContaining([expect.stringContaining("a guest of the former release")]),
    );
    expect(await seen(() => Promise.reject(new UserError("it would use an open default")))).toEqual([
      "it would use an open default",
    ]);
    // Of what nobody could look at nothing is proven.
    expect(await seen(() => Promise.reject(new Error("connection refused")))).toEqual([
      "the key broker could not be looked at: connection refused",
    ]);
    expect(await seen(() => Promise.resolve([]))).toEqual(["for a while, no replica of the key broker served"]);
  });
});
