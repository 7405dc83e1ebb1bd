import { describe, expect, it } from "vitest";
import { chartName, helmReleases, releases } from "../../policies/helm";
import type { Resource } from "../../policies/rule";

const release = (type: string, chart?: unknown): Resource => ({
  type: `kubernetes:helm.sh/${type}`,
  name: "r",
  props: { chart, values: { debug: true } },
});

describe("chartName", () => {
  it.each([
    ["gpu-operator", "gpu-operator"],
    ["nvidia/gpu-operator", "gpu-operator"],
    ["oci://ghcr.io/kata-containers/kata-deploy-charts/kata-deploy", "kata-deploy"],
    [`oci://mirror.example:5000/charts/kata-deploy@sha256:${"a".repeat(64)}`, "kata-deploy"],
    ["oci://mirror.example:5000/charts/kata-deploy:4.0.0", "kata-deploy"],
    ["./charts/kata-deploy/", "kata-deploy"],
    ["/mirror/kata-deploy-4.0.0.tgz", "kata-deploy"],
    ["/mirror/gpu-operator-v26.3.1.tgz", "gpu-operator"],
    ["/charts/node-feature-discovery-0.18.3", "node-feature-discovery"],
    ["https://charts.example/trustee-0.21.0+build.7.tgz", "trustee"],
  ])("of %s is %s", (chart, name) => expect(chartName(chart)).toBe(name));
});

describe("releases", () => {
  it("are found in each form, by the chart's name alone", () => {
    for (const type of ["v3:Release", "v3:Chart", "v4:Chart"]) {
      const [found] = releases("kata-deploy").select(release(type, "./charts/kata-deploy"));
      expect(found?.values.at("debug").path).toBe("values.debug");
      expect([...releases("gpu-operator").select(release(type, "./charts/kata-deploy"))]).toEqual([]);
    }
  });

  it("are none without a chart, or of other kinds", () => {
    expect([...helmReleases.select(release("v3:Release"))]).toEqual([]);
    expect([
      ...helmReleases.select({ type: "kubernetes:core/v1:Pod", name: "p", props: { chart: "kata-deploy" } }),
    ]).toEqual([]);
  });
});
