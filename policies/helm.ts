import { Place } from "./place";
import type { Resource, Selector } from "./rule";

/** A Helm release, or a chart that Pulumi renders: what a rule sees of it is its values, not the objects it makes. */
export interface HelmRelease {
  readonly resource: Resource;
  /** Last part of the chart's name: `gpu-operator` for a repository, an OCI address, an archive or a directory alike. */
  readonly chart: string;
  readonly body: Place;
  readonly values: Place;
}

const helmTypes = ["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart", "kubernetes:helm.sh/v3:Chart"];

export function helmReleaseOf(resource: Resource): HelmRelease | undefined {
  if (!helmTypes.includes(resource.type)) return undefined;
  const body = Place.root(resource.props);
  const chart = body.at("chart").text;
  return chart === undefined ? undefined : { resource, chart: chartName(chart), body, values: body.at("values") };
}

/** Releases of certain charts. */
export function releases(...charts: readonly string[]): Selector<HelmRelease> {
  return {
    kinds: charts.map((chart) => `Helm release of ${chart}`),
    select(resource) {
      const release = helmReleaseOf(resource);
      return release && charts.includes(release.chart) ? [release] : [];
    },
  };
}

/** Every release. */
export const helmReleases: Selector<HelmRelease> = {
  kinds: ["Helm releases"],
  select(resource) {
    const release = helmReleaseOf(resource);
    return release ? [release] : [];
  },
};

/** Charts whose values decide about confidentiality. */
export const gpuOperatorChart = "gpu-operator";
export const kataChart = "kata-deploy";
export const nodeFeatureChart = "node-feature-discovery";
export const trusteeChart = "trustee";
export const peerPodsChart = "peerpods";

/** `oci://host/path/kata-deploy@sha256:…`, `./charts/kata-deploy`, `/mirror/kata-deploy-4.0.0.tgz` are all `kata-deploy`. */
export function chartName(chart: string): string {
  const last = chart.replace(/\/+$/, "").split("/").at(-1) ?? chart;
  return last
    .replace(/[@:].*$/, "")
    .replace(/\.tgz$/, "")
    .replace(/-v?\d+\.\d+\.\d+.*$/, "");
}
