import type { BundleLock, LockedChart, LockedImage } from "./schema";
import { chartArchive } from "./schema";

/** Where things lie in a bundle's folder. `images` is one OCI image layout: blobs that images share lie there once. */
export const folders = {
  images: "images",
  charts: "charts",
  collateral: "collateral",
  npm: "npm",
  go: "go",
  files: "files",
} as const;

/** What a manifest is called in the layout, where only its digest counts: `sha256-<hex>`. */
export const layoutTag = (digest: string): string => digest.replace(":", "-");
/** What cosign calls the signature of an image: `sha256-<hex>.sig`. */
export const signatureTag = (digest: string): string => `${layoutTag(digest)}.sig`;

/** Where an image lies in a site's registry: below the name of the registry that it comes from. */
export function mirrored(repository: string, registry: string): string {
  // A release that was made for this site.
  if (repository.startsWith(`${registry}/`)) return repository;
  // A port has no place in a repository's path; host names have no underscore, so that nothing else gets this name.
  return `${registry}/${repository.replace(/^([^/]*):(\d+)\//, "$1_$2/")}`;
}

/** The tag that keeps a registry from collecting the image; pulls are by digest. */
export const mirroredTag = ({ tag, digest }: LockedImage): string => tag ?? layoutTag(digest);

/** Charts of an OCI registry, whose manifests can be copied as they are. */
export const ociCharts = ({ charts }: BundleLock) =>
  charts.flatMap((chart) =>
    chart.manifest !== undefined && chart.repository.startsWith("oci://")
      ? [{ ...chart, manifest: chart.manifest, address: chart.repository.slice("oci://".length) }]
      : [],
  );

/** Charts of an HTTP index, which have an archive alone. */
export const indexCharts = ({ charts }: BundleLock) =>
  charts.filter(({ repository }) => !repository.startsWith("oci://"));

export const chartPath = (chart: Pick<LockedChart, "name" | "version">) => `${folders.charts}/${chartArchive(chart)}`;

/** A module's or version's name in Go's cache and proxies: capitals as `!` and the small letter (x/mod/module EscapePath). */
const escaped = (text: string) => text.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);

/** Path of a module's file below a proxy's root (go.dev/ref/mod, "GOPROXY protocol"). */
export const modulePath = (module: string, version: string, kind: "info" | "mod" | "zip"): string =>
  `${escaped(module)}/@v/${escaped(version)}.${kind}`;
