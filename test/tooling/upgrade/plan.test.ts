import { describe, expect, it } from "vitest";
import type { Release } from "../../../components/workload/release";
import { causesOf } from "../../../tooling/upgrade/causes";
import { opens } from "../../../tooling/upgrade/opens";
import { modelChanges, planProblems } from "../../../tooling/upgrade/plan";
import { forwardSteps } from "../../../tooling/upgrade/steps";
import { nextPath } from "../../../tooling/upgrade/rotation/nextPath";
import { sampleRelease } from "../../support/release";

const former = sampleRelease();
const image = { name: "guest", digest: "1".repeat(64), profile: "kata-4.1.0-snp-go" };
const booted: Partial<Release> = { guestImage: image, launch: { snp: { measurement: "5".repeat(96) } } };
const pair = (changes: Partial<Release>) => ({ former, next: sampleRelease(changes), providers: ["north"] });

describe("why guests are others", () => {
  it.each<[string, Partial<Release>, string[]]>([
    ["a guest image", booted, ["guest image", "launch profile"]],
    ["more vCPUs", { shape: { ...former.shape, vcpus: former.shape.vcpus + 1 } }, ["vCPUs"]],
    [
      "another image",
      {
        image: { ...former.image, digest: `sha256:${"5".repeat(64)}` },
        initData: { annotation: "x", digest: "5".repeat(64) },
      },
      ["image"],
    ],
    ["the key broker's CA", { initData: { annotation: "x", digest: "5".repeat(64) } }, ["init-data"]],
    ["a higher floor", { tcb: { snp: { bootloader: 99, tee: 99, snp: 99, microcode: 99 } } }, ["firmware floor"]],
    ["a key", { resources: ["acme/model-key/llama-8b.2"] }, ["keys"]],
    ["more replicas", { replicas: 9 }, ["placement"]],
  ])("is %s", (_, changes, causes) => {
    expect(causesOf(former, sampleRelease(changes))).toEqual(causes);
  });
});

describe("guests of one release and the block of another", () => {
  it.each<[string, Partial<Release>, boolean]>([
    [
      "the same, valid longer",
      { validity: { notBefore: "2026-01-01T00:00:00Z", notAfter: "2099-01-01T00:00:00Z" } },
      true,
    ],
    [
      "a longer list of drivers",
      { gpuClaims: { ...former.gpuClaims, drivers: [...former.gpuClaims.drivers, "999.1"] } },
      true,
    ],
    ["another driver", { gpuClaims: { ...former.gpuClaims, drivers: ["999.1"] } }, false],
    ["another measurement", booted, false],
    ["another key", { resources: ["acme/model-key/llama-8b.2"] }, false],
    ["a higher floor", { tcb: { snp: { bootloader: 255, tee: 255, snp: 255, microcode: 255 } } }, false],
    ["a lower floor", { tcb: { snp: { bootloader: 0, tee: 0, snp: 0, microcode: 0 } } }, true],
  ])("%s: %s", (_, changes, expected) => {
    expect(opens(former, sampleRelease(changes))).toBe(expected);
  });
});

describe("a plan", () => {
  it("names what changes, and leaves out what does not", () => {
    const [change, ...others] = modelChanges([pair(booted), { former, next: former, providers: ["north"] }]);
    expect(others).toEqual([]);
    expect(change).toMatchObject({ name: former.name, rolls: true, bootedByHosts: true, formerOpensNext: false });
  });

  it("rolls nothing where no guest changes", () => {
    expect(modelChanges([pair({ replicas: 9 })])).toMatchObject([
      { rolls: false, formerOpensNext: true, causes: ["placement"] },
    ]);
  });

  it.each<[string, Partial<Release>, RegExp]>([
    ["init-data", { ...booted, initData: { annotation: "x", digest: "5".repeat(64) } }, /together with its init-data/],
    ["keys", { ...booted, resources: ["acme/model-key/other"] }, /together with its keys/],
    ["the TEE's class", { runtimeClassName: "other" }, /TEE or runtime class/],
  ])(
    "is refused where a guest that starts again would be of neither release: what boots and %s",
    (_, changes, said) => {
      expect(planProblems([pair(changes)], true).join()).toMatch(said);
    },
  );

  it("is refused where another guest image boots and no host gets it", () => {
    expect(planProblems([pair(booted)], false).join()).toContain("nothing of the hosts changes");
    expect(planProblems([pair(booted)], true)).toEqual([]);
  });

  it("lets in before anything starts, and takes out after everything is proven", () => {
    const plan = {
      formatVersion: 1 as const,
      kind: "upgrade" as const,
      title: "",
      owner: "acme",
      until: "2099-01-01T00:00:00Z",
      keyBroker: [],
      models: modelChanges([pair(booted)]),
      providers: ["a", "b"].map((name) => ({ name, hosts: ["Kata"], tidy: ["images"], rollouts: [] })),
    };
    expect(forwardSteps(plan).map(({ id }) => id)).toEqual([
      ...["release", "admit", "hosts:a", "handover:a", "workloads:a", "prove:a"],
      ...["hosts:b", "handover:b", "workloads:b", "prove:b", "retire", "tidy:a", "tidy:b"],
    ]);
  });
});

it("gives a key's next version a path of its own", () => {
  expect(nextPath("acme/model-key/llama-8b")).toBe("acme/model-key/llama-8b.2");
  expect(nextPath("acme/model-key/llama-8b.2")).toBe("acme/model-key/llama-8b.3");
  expect(nextPath("acme/model-key/llama-70")).toBe("acme/model-key/llama-70.2");
});
