import { statSync } from "node:fs";
import { modelArtifactSchema } from "../../components/images/modelArtifact";
import type { ModelArtifact } from "../../components/images/modelArtifact";
import { sizeOf } from "../files";
import { sealLayerImage } from "./layerImage";
import { appearing, bytesOf, measureFile, Meter, writeStream } from "./measure";
import { tarOf } from "./modelTar";
import { sealObject } from "./object";
import { sealVolume } from "./volume";

interface Common {
  /** The model: a folder or a file; for a volume an image of its filesystem. */
  readonly input: string;
  /** What is made: an OCI layout's folder, or a file. */
  readonly output: string;
  readonly key: Buffer;
  readonly keyUri: string;
  readonly guestPath: string;
  readonly signal?: AbortSignal;
}

export type SealArgs = Common &
  (
    | {
        readonly kind: "encryptedLayer";
        readonly repository: string;
        readonly base?: string;
        readonly packetVersion: 1 | 2;
      }
    | { readonly kind: "encryptedObject"; readonly url: string }
    | { readonly kind: "luks2"; readonly devicePath: string }
  );

/** Seals a model; what it returns goes into the release. Sealed bytes that no artifact can stand for do not appear. */
export async function sealModel(args: SealArgs): Promise<ModelArtifact> {
  checkInput(args);
  return appearing(args.output, async ({ target }) => modelArtifactSchema.parse(await seal(args, target)));
}

function seal(args: SealArgs, target: string): Promise<ModelArtifact> {
  switch (args.kind) {
    case "encryptedLayer":
      return sealLayerImage({ ...args, layout: target });
    case "encryptedObject":
      return sealToObject(args, target);
    case "luks2":
      return sealToVolume(args, target);
  }
}

/** Folders become archives, which are never empty; a volume is made of one file. */
function checkInput({ kind, input }: SealArgs): void {
  if (kind === "luks2") sizeOf(input, "an image of the model's filesystem");
  else if (!statSync(input, { throwIfNoEntry: false })?.isDirectory()) sizeOf(input, "the model's folder or file");
}

async function sealToObject(
  args: Extract<SealArgs, { kind: "encryptedObject" }>,
  target: string,
): Promise<ModelArtifact> {
  const { input, key, keyUri, guestPath, url, signal } = args;
  const content = statSync(input).isDirectory() ? "tar" : "file";
  const plain = new Meter();
  const source = content === "tar" ? tarOf(input) : bytesOf(input, signal);
  const sealed = await writeStream(target, sealObject(plain.through(source), key), signal);
  return { kind: "encryptedObject", key: keyUri, ...plain.result(), ...sealedSize(sealed), guestPath, url, content };
}

async function sealToVolume(args: Extract<SealArgs, { kind: "luks2" }>, target: string): Promise<ModelArtifact> {
  const { input, key, keyUri, guestPath, devicePath, signal } = args;
  const plain = await measureFile(input, signal);
  await sealVolume(input, target, key, signal);
  const sealed = sealedSize(await measureFile(target, signal));
  return { kind: "luks2", key: keyUri, ...plain, ...sealed, guestPath, devicePath, filesystem: "ext4" };
}

function sealedSize({ digest, sizeBytes }: { readonly digest: string; readonly sizeBytes: number }) {
  return { sealedDigest: digest, sealedSizeBytes: sizeBytes };
}
