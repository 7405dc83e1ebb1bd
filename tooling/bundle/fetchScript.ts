import { chartPath, folders, indexCharts, layoutTag, ociCharts, signatureTag } from "./places";
import type { BundleLock } from "./schema";
import { batches, command, quoted, script, sums } from "./shell";

export interface FetchPlaces {
  /** Folder that the bundle is made in. */
  readonly into: string;
  /** Trustfoundry's own folder, with the modules of the toolchain. */
  readonly checkout: string;
  /** The lock's file. */
  readonly lock: string;
}

/** What a machine with a network runs to make a bundle: everything by digest, or compared with its digest at once. */
export function fetchScript(lock: BundleLock, { into, checkout, lock: file }: FetchPlaces): string {
  return script(
    `Fetches the bundle of ${lock.site.factory} (${lock.site.role}), lock ${lock.digest}.`,
    [`checkout=${quoted(checkout)}`, `lock=${quoted(file)}`, `mkdir -p ${quoted(into)}`, `cd ${quoted(into)}`],
    [command("mkdir", "-p", ...Object.values(folders))],
    images(lock),
    charts(lock),
    npm(lock),
    go(lock),
    lock.collateral.length > 0
      ? [`node "$checkout/tooling/bin/trustfoundry.mjs" bundle collateral --lock "$lock" --into collateral`]
      : [],
  );
}

/** oras takes manifests for bytes, in Docker's format as well as OCI's, so that digests stay what they are. */
function images(lock: BundleLock): string[] {
  const copy = (from: string, tag: string) =>
    command("oras", "copy", "--to-oci-layout", from, `${folders.images}:${tag}`);
  return lock.images.flatMap(({ repository, digest, signedBy }) => [
    copy(`${repository}@${digest}`, layoutTag(digest)),
    ...(signedBy === undefined ? [] : [copy(`${repository}:${signatureTag(digest)}`, signatureTag(digest))]),
  ]);
}

function charts(lock: BundleLock): string[] {
  const oci = ociCharts(lock);
  const index = indexCharts(lock);
  const archived = lock.charts.flatMap(({ archive, ...chart }) =>
    archive === undefined ? [] : [{ path: chartPath(chart), sha256: archive.slice("sha256:".length) }],
  );
  return [
    ...oci.flatMap(({ address, manifest, archive, ...chart }) => [
      command("oras", "copy", "--to-oci-layout", `${address}@${manifest}`, `${folders.images}:${layoutTag(manifest)}`),
      ...(archive === undefined
        ? []
        : [command("cp", `${folders.images}/blobs/${archive.replace(":", "/")}`, chartPath(chart))]),
    ]),
    ...index.map(({ name, version, repository }) =>
      command("helm", "pull", name, "--repo", repository, "--version", version, "--destination", folders.charts),
    ),
    ...sums(archived),
  ];
}

function npm({ npm: packages }: BundleLock): string[] {
  return batches(
    ["npm", "pack", "--loglevel=error", "--ignore-scripts", "--pack-destination", folders.npm],
    packages.map(({ name, version }) => `${name}@${version}`),
  );
}

/** Go's own cache of downloads has a proxy's layout. go.sum is used from a copy: nothing may add to it. */
function go({ programs }: BundleLock): string[] {
  const modules = [...new Set(programs.flatMap(({ built }) => built?.module ?? []))];
  if (modules.length === 0) return [];
  return [
    "work=$(mktemp -d)",
    ...modules.flatMap((module) => [
      `mkdir "$work/"${quoted(module)} && cp "$checkout/tooling/toolchain/modules/"${quoted(module)}/go.* "$work/"${quoted(module)}`,
      `(cd "$work/"${quoted(module)} && GOWORK=off GOFLAGS="-mod=readonly -modcacherw" GOMODCACHE="$work/cache" go mod download)`,
    ]),
    `(cd "$work/cache/cache/download" && find . -path ./sumdb -prune -o \\( -name '*.info' -o -name '*.mod' -o -name '*.zip' \\) -type f -print | tar -cf - -T -) | tar -xf - -C ${folders.go}`,
    `rm -rf "$work"`,
  ];
}
