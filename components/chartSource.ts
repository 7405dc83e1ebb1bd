import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CatalogEntry, CatalogName, CatalogPart } from "./catalog";
import { catalogEntry, catalogNames } from "./catalog";
import type { Party } from "./cluster/labels";
import type { PinSource } from "./catalogLock";
import { PinError, resolvePin } from "./catalogLock";
import type { PlatformSetName } from "./platform";

/** Where charts come from: their own registries, an OCI mirror, or a directory (air-gapped, rehearsal). */
export type ChartSource =
  | { readonly kind: "upstream" }
  | { readonly kind: "mirror"; readonly registry: string }
  | { readonly kind: "directory"; readonly path: string };

/** What every component that installs a chart is told. */
export interface ChartPlacement {
  /** Versions of everything, known to fit together. */
  readonly platformSet: PlatformSetName;
  readonly charts: ChartSource;
  /** Digests of charts and images; in a rehearsal they are computed. */
  readonly pins: PinSource;
}

/** The part of a Helm release's arguments that says which chart. */
export interface ChartReference {
  readonly chart: string;
  readonly version: string;
  readonly repositoryOpts?: { readonly repo: string };
}

/** The file system as far as it matters here, so that tests need none. */
export interface ChartFiles {
  readonly exists: (path: string) => boolean;
  readonly digest: (path: string) => string;
}

const localFiles: ChartFiles = {
  exists: existsSync,
  digest: (path) => `sha256:${createHash("sha256").update(readFileSync(path)).digest("hex")}`,
};

export type ChartName = Extract<CatalogName, `charts/${string}`>;

/**
 * Which chart a release installs, pinned as tightly as Helm allows: by digest in an OCI registry (Helm compares it), by
 * the archive's digest in a directory (compared here). From an index Helm takes what the index lists for the version;
 * whoever needs more there mirrors the chart. Throws a PinError where the digest is not known.
 */
export function chartReference(name: ChartName, placement: ChartPlacement, files = localFiles): ChartReference {
  const { platformSet, charts, pins } = placement;
  const { repository, versions } = catalogEntry(name);
  const version = versions[platformSet];
  const chart = name.slice("charts/".length);
  if (charts.kind === "directory") return { chart: localChart(charts.path, chart, name, placement, files), version };

  const pin = resolvePin(name, platformSet, pins);
  if (charts.kind === "upstream" && !repository.startsWith("oci://"))
    return { chart, version, repositoryOpts: { repo: repository } };
  const address = charts.kind === "mirror" ? `${charts.registry.replace(/\/+$/, "")}/${chart}` : repository;
  // A manifest's digest belongs to its registry: a mirror makes manifests of its own.
  if (!pin.manifest || (pin.from !== undefined && pin.from !== address)) {
    const option = charts.kind === "mirror" ? ` --mirror ${charts.registry}` : "";
    throw new PinError(
      `catalog.lock knows no digest of ${chart} ${version} in ${address}; run \`npm run catalog -- lock${option}\` where it can be reached`,
    );
  }
  return { chart: `${address}@${pin.manifest}`, version };
}

/**
 * Why charts and images that a party's stacks place cannot be had as pinned: all of it at once, one sentence each. What
 * other parts of a factory need is nobody's business here.
 */
export function pinProblems(
  party: Party,
  placement: ChartPlacement,
  files = localFiles,
  parts: readonly CatalogPart[] = ["hosts"],
): string[] {
  const needed = ({ parts: of }: Pick<CatalogEntry, "parts">) => !of || of.some((part) => parts.includes(part));
  return catalogNames
    .filter((name) => catalogEntry(name).party === party && needed(catalogEntry(name)))
    .flatMap((name) => {
      try {
        if (isChart(name)) chartReference(name, placement, files);
        else resolvePin(name, placement.platformSet, placement.pins);
        return [];
      } catch (error) {
        if (error instanceof PinError) return [error.message];
        throw error;
      }
    });
}

function isChart(name: CatalogName): name is ChartName {
  return catalogEntry(name).kind === "chart";
}

/** An archive as `helm pull` names it, or, in a rehearsal, an unpacked stand-in beside the others. */
function localChart(
  directory: string,
  chart: string,
  name: ChartName,
  { platformSet, pins }: ChartPlacement,
  files: ChartFiles,
): string {
  const version = catalogEntry(name).versions[platformSet];
  const folder = join(directory, `${chart}-${version}`);
  const archive = `${folder}.tgz`;
  if (pins.simulated && files.exists(join(folder, "Chart.yaml"))) return folder;
  if (!files.exists(archive)) {
    const form = pins.simulated
      ? `folder ${chart}-${version} or archive ${chart}-${version}.tgz`
      : `archive ${chart}-${version}.tgz`;
    throw new PinError(
      `there is no ${form} in ${directory}; put the chart there with \`helm pull\`, or correct platform.charts.path`,
    );
  }
  if (pins.simulated) return archive;
  const expected = resolvePin(name, platformSet, pins).archive;
  const actual = files.digest(archive);
  if (!expected)
    throw new PinError(
      `catalog.lock knows no archive digest of ${chart} ${version}; run \`npm run catalog -- lock\` where its registry can be reached`,
    );
  if (actual !== expected)
    throw new PinError(
      `${archive} has the digest ${actual}, and catalog.lock says ${expected}; fetch ${chart} ${version} anew`,
    );
  return archive;
}
