import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  encryptedLayerType,
  openLayer,
  parsePrivateOptions,
  parsePublicOptions,
  publicOptionsAnnotation,
  renderPrivateOptions,
  renderPublicOptions,
  sealLayer,
} from "../../components/images/encryptedLayer";
import type { Bytes, SealedLayer } from "../../components/images/encryptedLayer";
import {
  keyPacketAnnotation,
  parseKeyPacket,
  renderKeyPacket,
  unwrapLayerOptions,
  wrapLayerOptions,
} from "../../components/images/keyPacket";
import type { ModelArtifact } from "../../components/images/modelArtifact";
import { emptyImage, parseIndex, withLayer } from "../../components/images/ociImage";
import { SealingError } from "../../components/images/sealingError";
import { sha256 } from "../../components/names";
import { blobPath, copyLayers, readImage, readText } from "./layout";
import { Meter, writeStream } from "./measure";
import { tarOf } from "./modelTar";

export type LayerArtifact = Extract<ModelArtifact, { kind: "encryptedLayer" }>;

export interface SealLayerArgs {
  /** The model's folder or file. */
  readonly input: string;
  /** Folder of the OCI layout to write. */
  readonly layout: string;
  /** OCI layout of the serving image that the layer is put on; without it the image is the model alone. */
  readonly base?: string;
  readonly key: Buffer;
  readonly keyUri: string;
  readonly packetVersion: 1 | 2;
  /** Where the image will be pushed to. */
  readonly repository: string;
  readonly guestPath: string;
  readonly signal?: AbortSignal;
}

/** Seals a model as a layer of an OCI image, in a new layout. */
export async function sealLayerImage(args: SealLayerArgs): Promise<LayerArtifact> {
  const { layout, key, keyUri, guestPath, signal } = args;
  const base = args.base === undefined ? emptyImage : readImage(args.base);
  const blobs = join(layout, "blobs/sha256");
  mkdirSync(blobs, { recursive: true });
  if (args.base !== undefined) await copyLayers(args.base, base.manifest.layers, layout, signal);

  const plain = new Meter();
  const secrets = { key: randomBytes(32), nonce: randomBytes(16) };
  const sealing = sealLayer(plain.through(tarOf(args.input, guestPath)), secrets);
  let options: SealedLayer | undefined;
  const pieces = (async function* () {
    options = yield* sealing;
  })();
  const sealed = await writeStream(join(layout, "layer"), pieces, signal);
  if (!options) throw new Error("sealing ended without its options");
  renameSync(join(layout, "layer"), join(layout, blobPath(sealed.digest)));

  const packet = wrapLayerOptions(renderPrivateOptions(options.privateOptions), {
    key,
    keyUri,
    iv: randomBytes(12),
    version: args.packetVersion,
  });
  const annotations = {
    [keyPacketAnnotation]: renderKeyPacket(packet),
    [publicOptionsAnnotation]: renderPublicOptions(options.publicOptions),
  };
  const layer = { mediaType: encryptedLayerType, digest: sealed.digest, size: sealed.sizeBytes, annotations };
  const { digest, sizeBytes } = plain.result();
  const texts = withLayer(base, layer, digest);
  for (const text of [texts.configText, texts.manifestText]) writeFileSync(join(blobs, sha256(text)), text);
  writeFileSync(join(layout, "index.json"), texts.indexText);
  writeFileSync(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  return {
    kind: "encryptedLayer",
    key: keyUri,
    digest,
    sizeBytes,
    sealedDigest: sealed.digest,
    sealedSizeBytes: sealed.sizeBytes,
    guestPath,
    image: { repository: args.repository, digest: texts.manifestDigest },
  };
}

/** The artifact's layer in a layout: its sealed bytes, and what opens them once the key is there. */
export function findLayer(layout: string, artifact: LayerArtifact) {
  const entry = parseIndex(readText(layout, "index.json"));
  if (entry.digest !== artifact.image.digest)
    throw new SealingError(
      `${layout} holds the image ${entry.digest}, not ${artifact.image.digest} of the artifact; an older or another model was put in its place`,
    );
  const { manifest, config } = readImage(layout);
  const index = manifest.layers.findIndex(({ digest }) => digest === artifact.sealedDigest);
  const layer = manifest.layers[index];
  if (!layer) throw new SealingError(`${layout} has no layer ${artifact.sealedDigest}; fetch the artifact's image`);
  const diffId = config.rootfs.diff_ids[index];
  if (diffId !== artifact.digest)
    throw new SealingError(
      `${layout}: the image says that its layer opens to ${diffId ?? "nothing"}, the artifact that it is ${artifact.digest}; seal the model again`,
    );
  const packet = parseKeyPacket(layer.annotations?.[keyPacketAnnotation] ?? "");
  if (packet.kid !== artifact.key)
    throw new SealingError(`${layout}: the layer is opened by ${packet.kid}, the artifact says by ${artifact.key}`);
  const publicOptions = parsePublicOptions(layer.annotations?.[publicOptionsAnnotation] ?? "");
  return {
    path: join(layout, blobPath(layer.digest)),
    open: (key: Uint8Array, sealed: Bytes) =>
      openLayer(sealed, { privateOptions: parsePrivateOptions(unwrapLayerOptions(packet, key)), publicOptions }),
  };
}
