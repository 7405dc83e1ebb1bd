import { describe, expect, it } from "vitest";
import type { Release } from "../../../components/workload/release";
import { explainDifference } from "../../../components/workload/release/diff";
import type { Exception } from "../../../policies/exceptions";
import type { Direction } from "../../../tooling/review/change";
import { compare } from "../../../tooling/review/compare";
import { stateOf } from "../../../tooling/review/compareExceptions";
import { compareReleases, directionOf } from "../../../tooling/review/compareReleases";
import { compareRules } from "../../../tooling/review/compareRules";
import { compareSigners } from "../../../tooling/review/compareSigners";
import { exitCodes, outcomeOf } from "../../../tooling/review/outcome";
import { sampleRelease } from "../../support/release";
import { file, kubernetes, reviewOf, reviewSides, rule, side, stack, violation } from "./support";

const release = sampleRelease();
const directions = (changes: readonly { readonly direction: Direction }[]) => changes.map(({ direction }) => direction);

describe("violations", () => {
  it("are weaker when new, stronger when mended, and nothing when they stay", () => {
    expect(directions(reviewOf({}, { violations: [violation] }).changes)).toEqual(["weaker"]);
    expect(directions(reviewOf({ violations: [violation] }, {}).changes)).toEqual(["stronger"]);
    expect(
      reviewOf({ violations: [violation] }, { violations: [{ ...violation, message: "worded otherwise" }] }).changes,
    ).toEqual([]);
  });

  it("that an exception bears now are not called mended", () => {
    const exceptions = [{ rule: rule.id, resource: violation.resource, reason: "r", owner: "o", until: "2026-12-01" }];
    const { changes } = reviewSides(
      side([file([stack({ violations: [violation] })])]),
      side([file([stack()], { exceptions })]),
    );
    expect(changes).toMatchObject([{ kind: "exception", direction: "weaker", location: { line: 7, exact: true } }]);
  });
});

describe("a loosened rule", () => {
  const base = side([file([stack({ violations: [violation] })])]);
  const head = side([file([stack()])]);
  const args = { base, head, pack: "baseline", judgesChanged: ["policies"], today: "2026-11-26" };

  it("is weaker, and mends nothing", () => {
    const { changes } = compare({ ...args, headByFormerRules: base });
    expect(changes).toMatchObject([
      { kind: "rule", direction: "weaker", text: expect.stringContaining("base's rules refuse in head") as string },
    ]);
  });

  it("is none where base's rules find nothing either", () => {
    expect(compare({ ...args, headByFormerRules: head }).changes).toMatchObject([
      { kind: "violation", direction: "stronger" },
    ]);
  });
});

describe("a preview that stopped", () => {
  const closed = kubernetes("networking.k8s.io/v1:NetworkPolicy", "deny", { spec: { podSelector: {} } });

  it("is not taken for one that removed everything", () => {
    const { changes, refusals } = reviewOf(
      { resources: [closed] },
      { refusals: ["trustfoundry:models[0].cpus: 0 is not right"] },
    );
    expect(changes).toEqual([]);
    expect(refusals).toMatchObject([{ location: { file: "Pulumi.prod.yaml", line: 5, exact: true } }]);
  });

  it("before it came to its stacks is not taken for that either", () => {
    const base = side([file([stack({ name: "prod/trust", resources: [closed] })])]);
    const { changes, refusals } = reviewSides(base, side([file([stack({ refusals: ["no"] })])]));
    expect(changes).toEqual([]);
    expect(refusals).toHaveLength(1);
  });

  it("of base leaves open what became weaker", () => {
    expect(outcomeOf(reviewOf({ refusals: ["no"] }, {}))).toBe("weaker");
  });
});

describe("a stack", () => {
  const closed = kubernetes("networking.k8s.io/v1:NetworkPolicy", "deny", { spec: { podSelector: {} } });

  it("that is new weakens nothing", () => {
    const { changes } = reviewSides(side([]), side([file([stack({ resources: [closed] })])]));
    expect(changes).toMatchObject([{ kind: "stack", direction: "changed", text: "new stack" }]);
  });

  it("whose file is gone takes its guards along", () => {
    const { changes } = reviewSides(side([file([stack({ resources: [closed] })])]), side([]));
    expect(directions(changes)).toEqual(["weaker", "changed"]);
  });
});

describe("exceptions", () => {
  const exception: Exception = { rule: rule.id, resource: "x", reason: "r", owner: "o", until: "2026-12-31" };
  const review = (before: readonly Exception[], after: readonly Exception[]) =>
    reviewSides(side([file([stack()], { exceptions: before })]), side([file([stack()], { exceptions: after })]));

  it("are weaker when granted or extended, stronger when shortened or given up", () => {
    const later = { ...exception, until: "2027-01-31" };
    expect(directions(review([], [exception]).changes)).toEqual(["weaker"]);
    expect(directions(review([exception], [later]).changes)).toEqual(["weaker"]);
    expect(directions(review([later], [exception]).changes)).toEqual(["stronger"]);
    expect(directions(review([exception], []).changes)).toEqual(["stronger"]);
    expect(review([exception], [exception]).changes).toEqual([]);
  });

  it.each([
    ["2026-12-31", true, "expired", "2027-01-01"],
    ["2026-12-31", true, "expiring", "2026-12-31"],
    ["2026-12-31", true, "expiring", "2026-12-01"],
    ["2026-12-31", true, "used", "2026-11-30"],
    ["2026-12-31", false, "unused", "2026-11-30"],
  ])("until %s, used %s, are %s on %s", (until, used, state, today) => {
    expect(stateOf({ ...exception, until }, used, today)).toBe(state);
  });
});

describe("releases", () => {
  const cases: readonly [Direction, string, (release: Release) => Release][] = [
    ["weaker", "a lower floor", (r) => ({ ...r, tcb: { snp: { ...floor(r), snp: floor(r).snp - 1 } } })],
    [
      "weaker",
      "a driver more",
      (r) => ({ ...r, gpuClaims: { ...r.gpuClaims, drivers: [...r.gpuClaims.drivers, "999.1"] } }),
    ],
    ["weaker", "a key more", (r) => ({ ...r, resources: [...r.resources, "zzz/key/other"] })],
    ["weaker", "a limit more", (r) => ({ ...r, notMeasured: [...r.notMeasured, "the weather"] })],
    ["weaker", "a longer life", (r) => ({ ...r, validity: { ...r.validity, notAfter: "2099-01-01T00:00:00Z" } })],
    ["changed", "another image", (r) => ({ ...r, image: { ...r.image, digest: `sha256:${"1".repeat(64)}` } })],
    ["changed", "more memory", (r) => ({ ...r, shape: { ...r.shape, memoryGib: r.shape.memoryGib + 1 } })],
  ];
  const opposite = { weaker: "stronger", stronger: "weaker", changed: "changed" } as const;

  it.each(cases)("%s: %s, and the reverse", (direction, _, change) => {
    const other = change(release);
    expect(new Set(directions(compareReleases([release], [other])))).toEqual(new Set([direction]));
    expect(new Set(directions(compareReleases([other], [release])))).toEqual(new Set([opposite[direction]]));
  });

  it("are explained in the release's own words", () => {
    const [, , lower] = cases[0] ?? [];
    const other = lower?.(release) ?? release;
    expect(compareReleases([release], [other]).map(({ text }) => text)).toEqual(explainDifference(release, other));
  });

  it("lose a signature, encryption or a serving key to the weaker side", () => {
    for (const phrase of [
      "image: needs no signature any more; its digest alone vouches for it",
      "image: not encrypted any more; the provider can read it",
      "serving key: none any more; clients cannot tell",
    ])
      expect(directionOf(phrase)).toBe("weaker");
  });

  it("say what the agent policy opens", () => {
    const open = { ...release, agentPolicy: { ...release.agentPolicy, openings: ["exec" as const] } };
    expect(compareReleases([release], [open])).toContainEqual(
      expect.objectContaining({ direction: "weaker", text: expect.stringContaining("opens exec") as string }),
    );
  });

  it("that come and go change who may have which keys", () => {
    expect(compareReleases([], [release])).toMatchObject([
      { direction: "changed", text: expect.stringContaining(release.resources[0] ?? "") as string },
    ]);
    expect(directions(compareReleases([release], []))).toEqual(["changed"]);
  });
});

function floor({ tcb }: Release) {
  if (!tcb.snp) throw new Error("the sample is no SNP release");
  return tcb.snp;
}

describe("the isolation unit", () => {
  const ofGuests = { ...rule, id: "init-data-present", pillar: "guest", platforms: ["bareMetal"] } as const;
  const ofProvider = { ...ofGuests, id: "node-cc-mode", protects: ["infrastructureProvider"] } as const;
  const turned = (from: unknown, to: unknown) =>
    reviewSides(
      side([file([stack()], { isolationUnit: from })], { rules: [rule, ofGuests, ofProvider] }),
      side([file([stack()], { isolationUnit: to })], { rules: [rule, ofGuests, ofProvider] }),
    );

  it("turned from pods to nodes is weaker, by the pillars and parties that lose rules", () => {
    const review = turned(undefined, "node");
    expect(review.changes).toMatchObject([
      { kind: "isolation", direction: "weaker", pillar: "guest", text: "isolationUnit: 2 rules are no longer asked" },
      { kind: "isolation", direction: "weaker", pillar: "hardware", protects: ["modelOwner", "dataOwner"] },
    ]);
    expect([...(review.changes[0]?.protects ?? [])].sort()).toEqual([
      "dataOwner",
      "infrastructureProvider",
      "modelOwner",
    ]);
    expect(review.changes[1]?.text).toContain("isolationUnit: node instead of pod");
    expect(outcomeOf(review)).toBe("weaker");
  });

  it("turned from nodes to pods is stronger, and left as it is no change", () => {
    const { changes } = turned("node", "pod");
    expect(changes.map(({ direction }) => direction)).toEqual(["stronger", "stronger"]);
    expect(turned("pod", undefined).changes).toEqual([]);
    expect(turned("node", "node").changes).toEqual([]);
  });

  it("calls nothing mended that is not asked any more", () => {
    const views = (isolationUnit: unknown, violations: (typeof violation)[]) =>
      side([file([stack({ violations })], { isolationUnit })], { rules: [ofGuests] });
    const borne = { ...violation, rule: ofGuests.id };
    const mended = (unit: unknown) =>
      reviewSides(views("pod", [borne]), views(unit, [])).changes.filter(({ kind }) => kind === "violation");
    expect(mended("pod")).toHaveLength(1);
    expect(mended("node")).toEqual([]);
  });
});

describe("signers", () => {
  const key = (name: string, more: object = {}) => ({ name, publicKey: `key of ${name}`, ...more });
  const policy = (threshold: number, ...keys: object[]) => ({ modelOwner: { threshold, keys } });

  it.each<[Direction, string, unknown, unknown]>([
    ["weaker", "fewer have to sign", policy(2, key("a"), key("b")), policy(1, key("a"), key("b"))],
    ["weaker", "a key more counts", policy(1, key("a")), policy(1, key("a"), key("b"))],
    [
      "weaker",
      "a revoked key counts again",
      policy(1, key("a"), key("b", { revoked: "stolen" })),
      policy(1, key("a"), key("b")),
    ],
    [
      "weaker",
      "a key counts for longer",
      policy(1, key("a", { notAfter: "2027" })),
      policy(1, key("a", { notAfter: "2028" })),
    ],
    [
      "weaker",
      "a party has no say",
      { ...policy(1, key("a")), dataOwner: { threshold: 1, keys: [key("c")] } },
      policy(1, key("a")),
    ],
    [
      "weaker",
      "a release is revoked no more",
      { ...policy(1, key("a")), revokedReleases: [{ digest: "d", reason: "r" }] },
      policy(1, key("a")),
    ],
  ])("%s: %s, and stronger the other way", (direction, _, before, after) => {
    expect(directions(compareSigners(before, after))).toEqual([direction]);
    expect(directions(compareSigners(after, before))).toEqual(["stronger"]);
    expect(compareSigners(after, after)).toEqual([]);
  });

  it("do not count by name", () => {
    expect(compareSigners(policy(1, key("a")), policy(1, { ...key("a"), name: "renamed" }))).toEqual([]);
  });
});

describe("rules", () => {
  it("that go, warn or weigh less are weaker", () => {
    const other = { ...rule, id: "other" };
    expect(directions(compareRules([rule, other], [other]))).toEqual(["weaker"]);
    expect(directions(compareRules([other], [rule, other]))).toEqual(["stronger"]);
    expect(directions(compareRules([rule], [{ ...rule, level: "advisory" }]))).toEqual(["weaker"]);
    expect(directions(compareRules([rule], [{ ...rule, severity: "low" }]))).toEqual(["weaker"]);
    expect(compareRules([rule], [rule])).toEqual([]);
  });
});

describe("the outcome", () => {
  it("is the worst that there is", () => {
    expect(outcomeOf(reviewOf({}, {}))).toBe("nothingWeaker");
    expect(outcomeOf(reviewOf({}, { violations: [{ ...violation, level: "advisory" }] }))).toBe("weaker");
    expect(outcomeOf(reviewOf({ violations: [violation] }, { violations: [violation] }))).toBe("violations");
    expect(outcomeOf(reviewOf({}, { refusals: ["no"] }))).toBe("violations");
  });

  it("has a code of its own each", () => {
    expect(exitCodes).toEqual({ nothingWeaker: 0, badInput: 1, violations: 2, weaker: 3 });
  });
});
