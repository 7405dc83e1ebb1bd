import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chartCases, componentValues, peerPodsOnGcp, peerPodsValuesOf, standIn } from "../../support/chartValues";
import { standInCharts } from "../../support/placement";
import { run, withValues } from "./helm";

describe("helm lint", () => {
  it.each(chartCases)("finds nothing wrong with the stand-in of $chart $version", async ({ chart, set, version }) => {
    const { stdout } = await withValues(componentValues(chart, set), (file) =>
      run(["lint", join(standInCharts, standIn(chart, set)), "--values", file]),
    );
    const findings = stdout.split("\n").filter((line) => /^\[(WARNING|ERROR)\]/.test(line));
    // NVIDIA numbers its charts so; the stand-in has to bear the same version.
    const known = version.startsWith("v") ? [`[WARNING] Chart.yaml: version '${version}' is not a valid SemVerV2`] : [];
    expect(findings).toEqual(known);
  });

  it("finds nothing wrong with the stand-in of peer pods", async () => {
    const { stdout } = await withValues(peerPodsValuesOf(peerPodsOnGcp), (file) =>
      run(["lint", join(standInCharts, "peerpods-0.4.0"), "--values", file]),
    );
    expect(stdout.split("\n").filter((line) => /^\[(WARNING|ERROR)\]/.test(line))).toEqual([]);
  });
});
