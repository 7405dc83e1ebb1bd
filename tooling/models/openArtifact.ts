import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes } from "../../components/images/encryptedLayer";
import type { ModelArtifact } from "../../components/images/modelArtifact";
import { SealingError } from "../../components/images/sealingError";
import { sizeOf } from "../files";
import { findLayer } from "./layerImage";
import { appearing, bytesOf, measureFile, Meter, writeStream } from "./measure";
import type { Measured } from "./measure";
import { untar } from "./modelTar";
import { openObject } from "./object";
import { openVolume } from "./volume";

export interface OpenArgs {
  /** What the release says about the model: its digests decide. */
  readonly artifact: ModelArtifact;
  /** The sealed bytes: an OCI layout's folder, or a file. */
  readonly input: string;
  /** File or folder to make. */
  readonly output: string;
  /** Asked for only when what is sealed is at hand. */
  readonly key: () => Promise<Buffer> | Buffer;
  readonly signal?: AbortSignal;
}

/**
 * Opens a sealed model and compares its content with the artifact's digest. Nothing appears under the output's name
 * before that has held: an older model, another one under the same key, or a changed one is refused.
 */
export async function openArtifact({ artifact, input, output, key, signal }: OpenArgs): Promise<void> {
  await appearing(output, async ({ target, scratch }) => {
    const layer = artifact.kind === "encryptedLayer" ? findLayer(input, artifact) : undefined;
    const stored = layer?.path ?? input;
    sizeOf(stored, "the sealed bytes that the artifact stands for");
    if (artifact.kind === "luks2") {
      checkSealed(artifact, await measureFile(input, signal));
      const { sizeBytes } = artifact;
      await openVolume(input, { target, scratch }, { key: await key(), sizeBytes, signal });
      return checkContent(artifact, await measureFile(target, signal));
    }
    const secret = await key();
    const sealed = new Meter();
    const source = sealed.through(bytesOf(stored, signal));
    const plain: Bytes = layer ? layer.open(secret, source) : openObject(source, secret);
    const packed = artifact.kind === "encryptedLayer" || artifact.content === "tar";
    const file = packed ? join(scratch, "content.tar") : target;
    const content = await writeStream(file, plain, signal);
    checkSealed(artifact, sealed.result());
    checkContent(artifact, content);
    if (!packed) return;
    await untar(bytesOf(file, signal), target);
    await rm(file);
  });
}

function checkSealed(artifact: ModelArtifact, { digest, sizeBytes }: Measured): void {
  if (digest !== artifact.sealedDigest || sizeBytes !== artifact.sealedSizeBytes)
    throw new SealingError(
      `sealed model: its sealed bytes are ${sizeBytes} with digest ${digest}, the artifact says ${artifact.sealedSizeBytes} with ${artifact.sealedDigest}; fetch the model that the release names`,
    );
}

function checkContent(artifact: ModelArtifact, { digest, sizeBytes }: Measured): void {
  if (digest !== artifact.digest || sizeBytes !== artifact.sizeBytes)
    throw new SealingError(
      `sealed model: it opens to ${sizeBytes} bytes with digest ${digest}, the artifact says ${artifact.sizeBytes} with ${artifact.digest}; an older or another model was put in its place`,
    );
}
