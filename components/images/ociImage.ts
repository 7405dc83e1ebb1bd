import { z } from "zod";
import { canonicalJson, sha256 } from "../names";
import { parseJson } from "./base64";
import { SealingError } from "./sealingError";

/** OCI image layouts (image-spec v1.1) with one image: as `skopeo copy … oci:DIR` writes and reads them. */
const imageTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
} as const;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "a digest, sha256:<64 hex digits>");
const descriptor = z.looseObject({
  mediaType: z.string(),
  digest,
  size: z.int().min(0),
  annotations: z.record(z.string(), z.string()).optional(),
});
const manifestJson = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.literal(imageTypes.manifest).optional(),
  config: descriptor,
  layers: z.array(descriptor),
});
const configJson = z.looseObject({
  architecture: z.string(),
  os: z.string(),
  history: z.array(z.looseObject({})).optional(),
  rootfs: z.looseObject({ type: z.literal("layers"), diff_ids: z.array(digest) }),
});
const indexJson = z.looseObject({ schemaVersion: z.literal(2), manifests: z.array(descriptor) });

export type Descriptor = z.infer<typeof descriptor>;
export type ImageManifest = z.infer<typeof manifestJson>;
export type ImageConfig = z.infer<typeof configJson>;

/** One image: its manifest and configuration. */
export interface Image {
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
}

/** An image of no layers, which a model's layer is added to where there is no serving image to put it into. */
export const emptyImage: Image = {
  manifest: { schemaVersion: 2, config: { mediaType: imageTypes.config, digest: "", size: 0 }, layers: [] },
  config: { architecture: "amd64", os: "linux", config: {}, rootfs: { type: "layers", diff_ids: [] } },
};

/** The same image with a layer more, as the texts that lie in a layout. */
export function withLayer({ manifest, config }: Image, layer: Descriptor, diffId: string) {
  const history = config.history && [...config.history, { created_by: "trustfoundry model seal" }];
  const rootfs = { ...config.rootfs, diff_ids: [...config.rootfs.diff_ids, diffId] };
  const configText = canonicalJson({ ...config, ...(history && { history }), rootfs });
  const manifestText = canonicalJson({
    ...manifest,
    mediaType: imageTypes.manifest,
    config: { ...manifest.config, mediaType: imageTypes.config, ...sizeAndDigest(configText) },
    layers: [...manifest.layers, layer],
  });
  const entry = { mediaType: imageTypes.manifest, ...sizeAndDigest(manifestText) };
  const indexText = canonicalJson({ schemaVersion: 2, mediaType: imageTypes.index, manifests: [entry] });
  return { configText, manifestText, indexText, manifestDigest: entry.digest };
}

function sizeAndDigest(text: string): { readonly digest: string; readonly size: number } {
  return { digest: `sha256:${sha256(text)}`, size: Buffer.byteLength(text) };
}

/** The one manifest that an index names. */
export function parseIndex(text: string): Descriptor {
  const { manifests } = parseJson(indexJson, text, (reason) => new SealingError(`index.json: ${reason}`));
  const [first, ...others] = manifests;
  if (!first || others.length > 0)
    throw new SealingError(
      `index.json names ${manifests.length} images, not one; copy one platform with \`skopeo copy … oci:DIR\``,
    );
  if (first.mediaType !== imageTypes.manifest)
    throw new SealingError(`index.json names a ${first.mediaType}; copy one platform's image, converted to OCI`);
  return first;
}

export function parseManifest(text: string): ImageManifest {
  return parseJson(manifestJson, text, (reason) => new SealingError(`image manifest: ${reason}`));
}

export function parseConfig(text: string): ImageConfig {
  return parseJson(configJson, text, (reason) => new SealingError(`image configuration: ${reason}`));
}
