import { XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import type { Plot } from "../../bench/plot";
import { plotSvg } from "../../bench/plot";

const linear: Plot = {
  title: "First up <& more>",
  xTitle: "workloads",
  yTitle: "seconds",
  curves: [
    { title: "journal", points: [1, 10, 100].map((x) => ({ x, y: 2 * x })) },
    { title: 'kubectl "floor"', points: [{ x: 10, y: 0.5 }] },
  ],
};

describe("a plot", () => {
  it("is well-formed SVG, the same bytes each time, whatever its titles hold", () => {
    expect(XMLValidator.validate(plotSvg(linear))).toBe(true);
    expect(plotSvg(linear)).toBe(plotSvg(linear));
    expect(plotSvg(linear)).toContain("First up &lt;&amp; more&gt;");
  });

  it("shows growth by a power as a straight line", () => {
    const [, places = ""] = /polyline points="([^"]+)"/.exec(plotSvg(linear)) ?? [];
    const [a, b, c] = places.split(" ").map((place) => place.split(",").map(Number) as [number, number]);
    const steepness = ([x1, y1]: [number, number], [x2, y2]: [number, number]) => (y2 - y1) / (x2 - x1);
    expect(steepness(a!, b!)).toBeCloseTo(steepness(b!, c!), 2);
    // Up is more.
    expect(steepness(a!, b!)).toBeLessThan(0);
  });

  it("labels powers of ten, and keeps all points between the first and the last", () => {
    const svg = plotSvg(linear);
    for (const tick of ["1", "10", "100", "1,000", "0.1"]) expect(svg).toContain(`>${tick}</text>`);
    for (const [, x, y] of svg.matchAll(/circle cx="([^"]+)" cy="([^"]+)"/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(64);
      expect(Number(x)).toBeLessThanOrEqual(464);
      expect(Number(y)).toBeGreaterThanOrEqual(44);
      expect(Number(y)).toBeLessThanOrEqual(348);
    }
  });

  it("adapts to readers' dark schemes", () => {
    expect(plotSvg(linear)).toContain("prefers-color-scheme:dark");
  });

  it("refuses to show nothing", () => {
    expect(() => plotSvg({ ...linear, curves: [{ title: "none", points: [{ x: 0, y: 1 }] }] })).toThrow("no points");
  });
});
