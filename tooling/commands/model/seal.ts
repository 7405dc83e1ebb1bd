import { describeArtifact } from "../../../components/images/modelArtifact";
import type { ModelArtifactKind } from "../../../components/images/modelArtifact";
import { luks2Warning } from "../../../components/images/secureMount";
import { artifactFileOf, checkSealArgs, writeArtifactFile } from "../../models/artifactFile";
import { refuseExisting } from "../../files";
import { readKeyFile } from "../../models/keyFile";
import { sealModel } from "../../models/sealModel";
import type { SealArgs } from "../../models/sealModel";
import { UserError } from "../../ui";

export interface SealOptions {
  readonly kind: ModelArtifactKind;
  readonly in: string;
  readonly out: string;
  readonly keyFile: string;
  readonly keyUri: string;
  readonly guestPath: string;
  readonly repository?: string;
  readonly base?: string;
  readonly packet: "1" | "2";
  readonly url?: string;
  readonly device?: string;
}

export async function seal(options: SealOptions, signal: AbortSignal): Promise<void> {
  const args = argsOf(options, signal);
  checkSealArgs(args);
  const file = artifactFileOf(args.output);
  for (const path of [args.output, file]) refuseExisting(path);
  const artifact = await sealModel(args);
  writeArtifactFile(file, artifact);
  console.log(`Sealed: ${describeArtifact(artifact)}.`);
  console.log(`For the release: ${file}`);
  if (artifact.kind === "luks2") console.log(luks2Warning);
}

function argsOf(options: SealOptions, signal: AbortSignal): SealArgs {
  const { kind, in: input, out: output, keyUri, guestPath } = options;
  const key = readKeyFile(options.keyFile);
  const common = { input, output, key, keyUri, guestPath, signal };
  switch (kind) {
    case "encryptedLayer": {
      const repository = needed(options.repository, "--repository", kind);
      return { ...common, kind, repository, base: options.base, packetVersion: options.packet === "1" ? 1 : 2 };
    }
    case "encryptedObject":
      return { ...common, kind, url: needed(options.url, "--url", kind) };
    case "luks2":
      return { ...common, kind, devicePath: needed(options.device, "--device", kind) };
  }
}

function needed(value: string | undefined, flag: string, kind: string): string {
  if (value === undefined) throw new UserError(`${flag} is missing, which --kind ${kind} needs.`);
  return value;
}
