import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { diagnose } from "../../../tooling/doctor/diagnose";
import type { Question } from "../../../tooling/doctor/diagnose";
import type { Snapshot } from "../../../tooling/doctor/snapshot";
import { exitCodeOf } from "../../../tooling/doctor/walk";
import type { TableFault } from "./faults";
import { hostTable, keyTable, podTable } from "./faults";
import { healthySnapshot, host, namespace, podName, prepare } from "./healthy";

const all: Question = { kind: "all" };
const aboutHost: Question = { kind: "node", name: host };
const aboutPod: Question = { kind: "pod", namespace, name: podName };

beforeAll(prepare);

function broken(...faults: readonly TableFault[]): Snapshot {
  const snapshot = healthySnapshot();
  for (const { apply } of faults) apply(snapshot);
  return snapshot;
}

describe("a factory in which every link holds", () => {
  it.each([all, aboutHost, aboutPod, { ...aboutPod, name: "llama-8b" }])("is healthy: %j", (question) => {
    const { faults, unknown, skipped, holds } = diagnose(healthySnapshot(), question);
    expect(faults).toEqual([]);
    expect(unknown).toEqual([]);
    expect(skipped.map(({ link }) => link).filter((link) => link !== "nvswitch-resources")).toEqual([]);
    expect(holds.length).toBeGreaterThan(20);
  });
});

const named = (table: readonly TableFault[]) => table.map((fault) => [fault.link, fault.what, fault] as const);

function expectNamed(question: Question, fault: TableFault): void {
  const { faults } = diagnose(broken(fault), question);
  expect(faults.map(({ link, outcome }) => `${link}: ${outcome.found}`)).toHaveLength(1);
  const [first] = faults;
  expect(first?.link).toBe(fault.link);
  expect(first?.outcome.found).toContain(fault.found);
  expect(first?.outcome.wanted).toContain(fault.wanted);
  for (const text of [first?.outcome.why, first?.outcome.remedy]) expect(text).toMatch(/\w{3}/);
  expect(first?.outcome.docs).toMatch(/^docs\/[\w-]+\.md(#[\w-]+)?$/);
}

describe("one fault of a host is named first, and alone", () => {
  it.each(named(hostTable))("%s: %s", (_link, _what, fault) => {
    expectNamed(aboutHost, fault);
    expect(diagnose(broken(fault), all).faults[0]?.link).toBe(fault.link);
  });
});

describe("one fault of a pod is named first, and alone", () => {
  it.each(named(podTable))("%s: %s", (_link, _what, fault) => {
    const subject = fault.link === "pod-admitted" ? { ...aboutPod, name: "llama-8b" } : aboutPod;
    expectNamed(subject, fault);
    expectNamed(all, fault);
  });
});

describe("one fault of the way to a key is named first, and alone", () => {
  it.each(named(keyTable))("%s: %s", (_link, _what, fault) => {
    expectNamed(all, fault);
    expectNamed(aboutPod, fault);
  });
});

/** Places of a snapshot that were seen, as paths to them. */
function seenPlaces(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    const own = typeof inner === "object" && inner !== null && Object.keys(inner).join() === "value";
    return own ? [here] : Array.isArray(inner) ? [] : seenPlaces(inner, here);
  });
}

function hide(snapshot: Snapshot, path: readonly string[]): void {
  const parent = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>(
      (node, key) => node[key] as Record<string, unknown>,
      snapshot as unknown as Record<string, unknown>,
    );
  parent[path.at(-1) ?? ""] = { unseen: "it may not be read (403)" };
}

/** Nothing is concluded from these: quotas and the version are for people, and deployments of a cluster without operators. */
const unasked = ["cluster.version", "cluster.namespaces.acme-models.quotas"];

/** Which namespaces there are nobody asks who names one, nor what makes a pod that is there. */
const unaskedOfPod = [
  ...unasked,
  "cluster.tenants",
  `cluster.namespaces.${namespace}.workloads`,
  `cluster.namespaces.${namespace}.events`,
];

describe("what could not be seen", () => {
  it("is never taken for healthy: each part of a snapshot by itself", () => {
    const places = seenPlaces(healthySnapshot()).filter((path) => !unasked.includes(path.join(".")));
    expect(places.length).toBeGreaterThan(25);
    for (const path of places) {
      const snapshot = healthySnapshot();
      hide(snapshot, path);
      const diagnosis = diagnose(snapshot, all);
      // Events alone are asked for only where a pod does not run.
      if (path.at(-1) === "events") continue;
      expect(exitCodeOf(diagnosis), path.join(".")).toBe(3);
    }
  });

  it("is never taken for healthy, whoever asks about one pod may not see: its host neither", () => {
    const places = seenPlaces(healthySnapshot()).filter((path) => !unaskedOfPod.includes(path.join(".")));
    expect(places.map((path) => path.join("."))).toContain("cluster.nodes");
    for (const path of places) {
      const snapshot = healthySnapshot();
      hide(snapshot, path);
      expect(exitCodeOf(diagnose(snapshot, aboutPod)), path.join(".")).toBe(3);
    }
  });

  it("does not hide a fault that can be seen, and never turns into one", () => {
    const faults = [...hostTable, ...podTable, ...keyTable];
    const places = seenPlaces(healthySnapshot());
    fc.assert(
      fc.property(fc.subarray(places), fc.option(fc.constantFrom(...faults), { nil: undefined }), (hidden, fault) => {
        const snapshot = fault ? broken(fault) : healthySnapshot();
        for (const path of hidden) hide(snapshot, path);
        const diagnosis = diagnose(snapshot, all);
        const links = diagnosis.faults.map(({ link }) => link);
        // The same fault, or, where its link cannot be seen any more, what follows from it; nothing without a fault.
        if (!fault) expect(links).toEqual([]);
        if (exitCodeOf(diagnosis) === 0)
          expect(
            hidden.map((path) => path.join(".")).filter((path) => !unasked.includes(path) && !path.endsWith("events")),
          ).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });
});

/** Some faults cannot be made any more where another one took their place away. */
function brokenTogether(faults: readonly TableFault[]): Snapshot {
  try {
    return broken(...faults);
  } catch (error) {
    fc.pre(!(error instanceof TypeError));
    throw error;
  }
}

describe("several faults", () => {
  it("names the one of the host before the one of the key, each for itself", () => {
    const [host0, key0] = [
      hostTable.find(({ link }) => link === "tee-rule"),
      keyTable.find(({ link }) => link === "release-in-time"),
    ];
    const { faults } = diagnose(broken(host0 as TableFault, key0 as TableFault), all);
    expect(faults.map(({ link }) => link)).toEqual(["tee-rule", "release-in-time"]);
  });

  it("begins with one of the faults that were made, whatever else is broken", () => {
    fc.assert(
      fc.property(fc.subarray([...hostTable], { minLength: 1, maxLength: 3 }), (chosen) => {
        // Two about the same time limit make a third fault between them, which comes first and is one.
        fc.pre(chosen.filter(({ link }) => link.startsWith("kubelet-")).length < 2);
        const { faults } = diagnose(brokenTogether(chosen), aboutHost);
        expect(chosen.map(({ link }) => link)).toContain(faults[0]?.link);
      }),
      { numRuns: 60 },
    );
  });

  it("tells equal breaks of several hosts once", () => {
    const snapshot = broken(hostTable.find(({ link }) => link === "tee-rule") as TableFault);
    const nodes = (snapshot.cluster.nodes as unknown as { value: { metadata: { name: string } }[] }).value;
    nodes.push({
      ...structuredClone(nodes[0] as { metadata: { name: string } }),
      metadata: { ...nodes[0]!.metadata, name: "genoa-b" },
    });
    const { faults } = diagnose(snapshot, all);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.subjects).toEqual(["host genoa-a", "host genoa-b"]);
  });
});

describe("hosts", () => {
  it("are passed over where they serve ordinary containers, unless somebody asks about one", () => {
    const snapshot = healthySnapshot();
    const node = (snapshot.cluster.nodes as unknown as { value: { metadata: { labels: Record<string, string> } }[] })
      .value[0]!;
    Object.assign(node.metadata.labels, { "nvidia.com/gpu.workload.config": "container", "nvidia.com/cc.mode": "off" });
    const { faults, skipped } = diagnose(snapshot, all);
    expect(faults.map(({ link }) => link)).not.toContain("node-meant");
    expect(skipped.map(({ link, subject }) => `${link} of ${subject}`)).toContain("node-meant of host genoa-a");
    expect(diagnose(snapshot, aboutHost).faults[0]?.link).toBe("node-meant");
  });

  it("that nobody knows are told by their names", () => {
    const { faults } = diagnose(healthySnapshot(), { kind: "node", name: "genoa-z" });
    expect(faults[0]).toMatchObject({
      link: "node-there",
      outcome: { found: "Nodes genoa-a", wanted: "a Node genoa-z" },
    });
  });

  it("are missed where none is meant to have GPUs", () => {
    const snapshot = { ...healthySnapshot(), trust: undefined, presented: [] };
    const node = (snapshot.cluster.nodes as unknown as { value: { metadata: { labels: object } }[] }).value[0]!;
    node.metadata.labels = {};
    expect(diagnose(snapshot as unknown as Snapshot, all).faults[0]?.link).toBe("hosts-there");
  });
});
