import { describe, expect, it } from "vitest";
import type { Cost } from "../../../bench/scale/meter";
import type { SizeResult } from "../../../bench/scale/run";
import { kindOf, scalePlots, scaleReport, slope } from "../../../bench/scale/summary";
import type { Operation } from "../../../bench/scale/variants";

const cost = (seconds: number, mebibytes = 100): Cost => ({
  seconds,
  cpuSeconds: seconds / 2,
  controlPlaneCpuSeconds: 1,
  cpuByRole: {},
  peakBytes: mebibytes * 2 ** 20,
  peakByRole: { program: (mebibytes * 2 ** 20) / 2, pulumi: (mebibytes * 2 ** 20) / 4 },
  load: 1,
});

function size(workloads: number, costs: Readonly<Record<string, Partial<Record<Operation, Cost>>>>): SizeResult {
  return {
    workloads,
    hosts: 2,
    admission: false,
    unawaited: false,
    withoutEvents: false,
    perStack: 0,
    measurements: Object.entries(costs).flatMap(([variant, each]) =>
      Object.entries(each).map(([operation, measuredCost]) => ({
        workloads,
        hosts: 2,
        variant,
        operation: operation as Operation,
        cost: measuredCost,
      })),
    ),
    resources: { journal: workloads * 5 },
    stateBytes: { journal: 2 ** 20 },
  };
}

const results = [
  size(10, { journal: { first: cost(1) }, kubectl: { first: cost(0.5) } }),
  size(100, {
    journal: { first: cost(10), again: cost(4) },
    "no checkpoints": { first: cost(8) },
    kubectl: { first: cost(2), again: cost(1) },
  }),
  size(1000, {
    journal: { first: cost(100, 1600) },
    "no checkpoints": { first: cost(50) },
    kubectl: { first: cost(20) },
  }),
];

describe("growth", () => {
  it("is the exponent of a power", () => {
    const squares = [100, 1000].map((x) => ({ x, y: x ** 2 }));
    expect(slope(squares)).toBeCloseTo(2);
    expect(slope([{ x: 1, y: 1 }])).toBeNaN();
  });
});

describe("the report on scale", () => {
  const { ratios, tables } = scaleReport(results);
  const value = (what: string) => ratios.find((each) => each.what === what);

  it("compares each size with the engine without checkpoints and with kubectl", () => {
    expect(value("100 workloads: first up / without checkpoints, time")).toMatchObject({ value: 1.25, target: 1.5 });
    expect(value("1,000 workloads: first up / without checkpoints, time")?.value).toBe(2);
    expect(value("100 workloads: first up / kubectl apply, time")).toMatchObject({ value: 5, target: 8 });
    expect(value("100 workloads: no-op up / kubectl diff, time")).toMatchObject({ value: 4, target: 2 });
    expect(value("1,000 workloads: peak memory of program and engine / 1.5 GB")?.value).toBeCloseTo(0.839, 2);
    expect(value("1,000 workloads: peak memory with plugin and state service / 1.5 GB")?.value).toBeCloseTo(1.118, 2);
  });

  it("leaves out what was not measured", () => {
    expect(value("10 workloads: first up / without checkpoints, time")).toBeUndefined();
  });

  it("takes the slope from 100 workloads on", () => {
    expect(value("slope of first up from 100 workloads on, time")?.value).toBeCloseTo(1);
  });

  it("keeps sizes with rules in force apart", () => {
    const judged = {
      ...size(5000, { journal: { first: cost(9000) }, kubectl: { first: cost(3000) } }),
      admission: true,
    };
    const all = scaleReport([...results, judged]);
    const of = (what: string) => all.ratios.find((each) => each.what === what)?.value;
    expect(of("5,000 workloads, rules in force: first up / kubectl apply, time")).toBe(3);
    expect(of("slope of first up from 100 workloads on, time")).toBeCloseTo(1);
    expect(all.tables[0]?.rows.at(-1)?.[0]).toBe("5,000, rules in force");
    expect(JSON.stringify(scalePlots([...results, judged]))).not.toContain("5000");
  });

  it("keeps sizes whose models were not waited for apart, and takes their own slope", () => {
    const unawaited = [100, 5000].map((workloads) => ({
      ...size(workloads, { journal: { first: cost(workloads ** 2) } }),
      unawaited: true,
    }));
    const all = scaleReport([...results, ...unawaited]);
    const of = (what: string) => all.ratios.find((each) => each.what === what);
    expect(of("slope of first up from 100 workloads on, time")?.value).toBeCloseTo(1);
    const own = of("slope of first up from 100 workloads on, not waited for, time");
    expect(own?.value).toBeCloseTo(2);
    expect(own?.target).toBe(1.1);
    expect(all.tables[0]?.rows.at(-1)?.[0]).toBe("5,000, not waited for");
    const [one, other] = [scalePlots([...results, ...unawaited]), scalePlots(unawaited)];
    expect(one["scale-first-time"]?.title).toBe("First up");
    expect(other["scale-first-time"]?.title).toBe("First up, not waited for");
    expect(other["scale-first-time"]?.curves.map(({ points }) => points.length)).toEqual([2]);
  });

  it("says the circumstances of a size, and nothing of the usual ones", () => {
    const usual = { admission: false, unawaited: false, withoutEvents: false, perStack: 0 };
    expect(kindOf(usual)).toBe("");
    expect(kindOf({ ...usual, withoutEvents: true, perStack: 1000 })).toBe(", events not read, 1,000 a stack");
    expect(
      new Set(["admission", "unawaited", "withoutEvents"].map((each) => kindOf({ ...usual, [each]: true }))).size,
    ).toBe(3);
  });

  it("has a row for each operation of each variant, and one for each state", () => {
    expect(tables[0]?.rows).toHaveLength(10);
    expect(tables[1]?.rows[0]).toEqual(["10", "2", "journal", "50", "1.0"]);
  });

  it("plots each variant over the sizes that it was measured at", () => {
    const plot = scalePlots(results)["scale-first-time"];
    expect(plot?.curves.map(({ title, points }) => [title, points.length])).toEqual([
      ["journal", 3],
      ["kubectl", 3],
      ["no checkpoints", 2],
    ]);
  });
});
