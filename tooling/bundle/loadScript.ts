import { chartPath, folders, indexCharts, layoutTag, mirrored, mirroredTag, ociCharts, signatureTag } from "./places";
import type { BundleLock } from "./schema";
import { packageArchive } from "./schema";
import { batches, command, quoted, script, sums } from "./shell";

/** What a site runs with a bundle that was carried there and verified: into its own registry, and npm's cache. */
export function loadScript(lock: BundleLock, from: string, registry: string): string {
  return script(
    `Loads the bundle of ${lock.site.factory} (${lock.site.role}), lock ${lock.digest}, once \`bundle verify\` has passed it.`,
    [`cd ${quoted(from)}`],
    lock.images.flatMap((image) => {
      const { repository, digest, signedBy } = image;
      const to = mirrored(repository, registry);
      return [
        ...placed(layoutTag(digest), `${to}:${mirroredTag(image)}`, digest),
        ...(signedBy === undefined ? [] : [fromLayout(signatureTag(digest), `${to}:${signatureTag(digest)}`)]),
      ];
    }),
    [
      ...ociCharts(lock).flatMap(({ name, version, manifest }) =>
        placed(layoutTag(manifest), `${registry}/charts/${name}:${chartTag(version)}`, manifest),
      ),
      // A registry gives these a digest of its own, so that the archive is what can be compared.
      ...sums(
        indexCharts(lock).flatMap(({ archive, ...chart }) =>
          archive === undefined ? [] : [{ path: chartPath(chart), sha256: archive.slice("sha256:".length) }],
        ),
      ),
      ...indexCharts(lock).map((chart) => command("helm", "push", chartPath(chart), `oci://${registry}/charts`)),
    ],
    batches(
      ["npm", "cache", "add"],
      lock.npm.map((each) => `./${folders.npm}/${packageArchive(each)}`),
    ),
  );
}

/** From registry to registry, where one machine reaches both. */
export function mirrorScript(lock: BundleLock, registry: string): string {
  const copy = (from: string, to: string) =>
    command("skopeo", "copy", "--all", "--preserve-digests", `docker://${from}`, `docker://${to}`);
  return script(
    `Copies images and charts of ${lock.site.factory} (${lock.site.role}), lock ${lock.digest}, to ${registry}.`,
    lock.images.flatMap((image) => {
      const { repository, digest, signedBy } = image;
      const to = mirrored(repository, registry);
      return [
        copy(`${repository}@${digest}`, `${to}:${mirroredTag(image)}`),
        ...(signedBy === undefined
          ? []
          : [copy(`${repository}:${signatureTag(digest)}`, `${to}:${signatureTag(digest)}`)]),
      ];
    }),
    [
      ...ociCharts(lock).map(({ address, name, version, manifest }) =>
        command("oras", "copy", `${address}@${manifest}`, `${registry}/charts/${name}:${chartTag(version)}`),
      ),
      ...(indexCharts(lock).length > 0
        ? [
            "work=$(mktemp -d)",
            ...indexCharts(lock).flatMap(({ name, version, repository, archive }) => [
              `${command("helm", "pull", name, "--repo", repository, "--version", version, "--destination")} "$work"`,
              ...(archive === undefined
                ? []
                : [
                    `printf '%s\\n' ${quoted(`${archive.slice("sha256:".length)}  ${name}-${version}.tgz`)} | (cd "$work" && sha256sum --check --strict)`,
                  ]),
              `helm push "$work/"${quoted(`${name}-${version}.tgz`)} ${quoted(`oci://${registry}/charts`)}`,
            ]),
            `rm -rf "$work"`,
          ]
        : []),
    ],
  );
}

/** As Helm writes a version into a tag, which has no plus. */
const chartTag = (version: string) => version.replaceAll("+", "_");

const fromLayout = (tag: string, to: string) =>
  command("oras", "copy", "--from-oci-layout", `${folders.images}:${tag}`, to);

/** A copy, and a look at what the registry made of it. */
const placed = (tag: string, to: string, digest: string) => [
  fromLayout(tag, to),
  `test "$(${command("oras", "resolve", to)})" = ${quoted(digest)}`,
];
