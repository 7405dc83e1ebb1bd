import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseConfig, parseIndex, parseManifest } from "../../components/images/ociImage";
import type { Descriptor, Image } from "../../components/images/ociImage";
import { SealingError } from "../../components/images/sealingError";
import { sha256 } from "../../components/names";
import { sizeOf } from "../files";
import { bytesOf, writeStream } from "./measure";

/** Manifest and configuration of the one image in a layout, each held against the digest that names it. */
export function readImage(layout: string): Image {
  const manifest = parseManifest(readBlob(layout, parseIndex(readText(layout, "index.json"))));
  return { manifest, config: parseConfig(readBlob(layout, manifest.config)) };
}

/** Copies layers into another layout, each held against its digest on the way. */
export async function copyLayers(from: string, layers: readonly Descriptor[], to: string, signal?: AbortSignal) {
  for (const { digest, size } of new Map(layers.map((layer) => [layer.digest, layer])).values()) {
    const source = join(from, blobPath(digest));
    sizeOf(source, "an OCI layout with all layers of its image");
    const copied = await writeStream(join(to, blobPath(digest)), bytesOf(source, signal), signal);
    if (copied.digest !== digest || copied.sizeBytes !== size)
      throw new SealingError(`${from}: the layer ${digest} is damaged; copy the image again`);
  }
}

function readBlob(layout: string, { digest, size }: Descriptor): string {
  const text = readText(layout, blobPath(digest));
  if (`sha256:${sha256(text)}` !== digest || Buffer.byteLength(text) !== size)
    throw new SealingError(`${layout}: the blob ${digest} was changed; fetch the image again`);
  return text;
}

/** Manifests and configurations are kilobytes; registries take 4 MiB at most. */
const longestText = 4 * 1024 * 1024;

export function readText(layout: string, name: string): string {
  const path = join(layout, name);
  try {
    if (statSync(path).size <= longestText) return readFileSync(path, "utf8");
  } catch {
    throw new SealingError(`${layout} has no ${name}; name the folder of an OCI layout (\`skopeo copy … oci:DIR\`)`);
  }
  throw new SealingError(`${path} is larger than any manifest`);
}

export function blobPath(digest: string): string {
  return `blobs/sha256/${digest.replace(/^sha256:/, "")}`;
}
