import { modelArtifactSchema } from "../../components/images/modelArtifact";
import type { ModelArtifact } from "../../components/images/modelArtifact";
import { canonicalJson } from "../../components/names";
import { readNamed, writeNew } from "../files";
import { UserError } from "../ui";
import type { SealArgs } from "./sealModel";

/** What `model seal` leaves beside the sealed bytes: what a release says about its model. */
export function artifactFileOf(output: string): string {
  return `${output}.artifact.json`;
}

export function writeArtifactFile(path: string, artifact: ModelArtifact): void {
  writeNew(path, `${canonicalJson(artifact)}\n`);
}

export function readArtifactFile(path: string): ModelArtifact {
  const what = "the artifact's file that `model seal` wrote";
  const text = readNamed(path, what);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UserError(`${path} is not JSON; name ${what}.`);
  }
  const result = modelArtifactSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new UserError(`${path}: ${issue?.path.join(".") || "the whole"}: ${issue?.message ?? "no model artifact"}.`);
}

/** Which argument a field comes from. */
const flags: Readonly<Record<string, string>> = {
  key: "--key-uri",
  guestPath: "--guest-path",
  url: "--url",
  devicePath: "--device",
  image: "--repository",
};

/** Refuses arguments that the artifact could not hold, before hours of sealing rather than after. */
export function checkSealArgs(args: SealArgs): void {
  const digest = `sha256:${"0".repeat(64)}`;
  const { kind, keyUri, guestPath } = args;
  const common = { kind, key: keyUri, guestPath, digest, sealedDigest: digest, sizeBytes: 1, sealedSizeBytes: 1 };
  const artifact =
    args.kind === "encryptedLayer"
      ? { ...common, image: { repository: args.repository, digest } }
      : args.kind === "encryptedObject"
        ? { ...common, url: args.url, content: "tar" }
        : { ...common, devicePath: args.devicePath, filesystem: "ext4" };
  const result = modelArtifactSchema.safeParse(artifact);
  if (result.success) return;
  const issue = result.error.issues[0];
  const field = String(issue?.path[0] ?? "");
  throw new UserError(
    `${flags[field] ?? field} is not as it has to be: ${issue?.message ?? ""}; see \`model seal --help\`.`,
  );
}
