import { z } from "zod";
import { kbsResourceUri } from "./kbsResource";
import { isRepository } from "./repository";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "a digest, sha256:<64 hex digits>");
const size = z.int().min(1);

/** What every sealed model says about itself. The sealed bytes are public; what opens them is not here, only its name. */
const sealed = {
  /** The resource that opens the artifact. Only a guest that the resource policy knows is given it. */
  key: kbsResourceUri,
  /** Of the content, after opening: what the release stands for. Compared in the guest before anything is used. */
  digest,
  /** Bytes of the content. */
  sizeBytes: size,
  /** Of the sealed bytes, as they are stored: tells a wrong download before a key is asked for. */
  sealedDigest: digest,
  /** Bytes as stored. */
  sealedSizeBytes: size,
  /** Where the guest sees the model: an absolute path in the container. */
  guestPath: z.string().regex(/^(\/[\w.-]*[\w-][\w.-]*)+$/, "an absolute path, /models/<name>"),
} as const;

/** What lies inside: one file, or a tar of a folder. */
const content = z.enum(["file", "tar"]);

/** An encrypted layer of an OCI image. The guest pulls and opens it; `digest` is its diff id, which image-rs compares. */
const encryptedLayer = z.strictObject({
  kind: z.literal("encryptedLayer"),
  ...sealed,
  /** The image with this layer; its manifest names the layer and the packet with the wrapped key. */
  image: z.strictObject({
    repository: z.string().refine(isRepository, "a repository with its registry, <registry>/<name>, without a tag"),
    digest,
  }),
});

/** An age file (age-encryption.org/v1) in an object store, fetched and opened by the container itself. */
const encryptedObject = z.strictObject({
  kind: z.literal("encryptedObject"),
  ...sealed,
  /** Where the object lies, without credentials. */
  url: z
    .url({ protocol: /^(https|s3|gs|oci)$/, error: "an https://, s3://, gs:// or oci:// URL" })
    .refine((text) => !/^[^/]*\/\/[^/]*@/.test(text), "without credentials"),
  content,
});

/**
 * A LUKS2 volume given to the pod as a block device. It has no rollback protection: an older volume under the same key
 * opens as well, so that nothing but the comparison with `digest` tells which version the guest has.
 */
const luks2 = z.strictObject({
  kind: z.literal("luks2"),
  ...sealed,
  /** Path of the block device in the guest. */
  devicePath: z.string().regex(/^\/dev\/[\w/-]+$/, "a block device, /dev/<name>"),
  /** What is on the opened volume: the one filesystem that CDH mounts (hub/src/storage/drivers/filesystem.rs, v0.21.0). */
  filesystem: z.literal("ext4"),
});

/** Sealed weights of one model version: where they lie, their digest, the key that opens them. Part of a release. */
export const modelArtifactSchema = z.discriminatedUnion("kind", [encryptedLayer, encryptedObject, luks2]);

export type ModelArtifact = z.infer<typeof modelArtifactSchema>;
export type ModelArtifactKind = ModelArtifact["kind"];
export const modelArtifactKinds = ["encryptedLayer", "encryptedObject", "luks2"] as const satisfies ModelArtifactKind[];

/** An artifact in words, for previews and differences. */
export function describeArtifact(artifact: ModelArtifact): string {
  return `${whereOf(artifact)}, ${artifact.sizeBytes} bytes with digest ${artifact.digest}, opened by ${artifact.key}, at ${artifact.guestPath} in the guest`;
}

function whereOf(artifact: ModelArtifact): string {
  switch (artifact.kind) {
    case "encryptedLayer":
      return `encrypted layer ${artifact.sealedDigest} of ${artifact.image.repository}@${artifact.image.digest}`;
    case "encryptedObject":
      return `encrypted object ${artifact.url} (${artifact.sealedDigest})`;
    case "luks2":
      return `LUKS2 volume on ${artifact.devicePath} (${artifact.filesystem}, ${artifact.sealedDigest}; no rollback protection but the digest)`;
  }
}
