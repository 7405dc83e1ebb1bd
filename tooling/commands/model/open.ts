import { describeArtifact } from "../../../components/images/modelArtifact";
import { readArtifactFile } from "../../models/artifactFile";
import { keyFromGuest } from "../../models/guestKey";
import { readKeyFile } from "../../models/keyFile";
import { openArtifact } from "../../models/openArtifact";
import { UserError } from "../../ui";

export interface OpenOptions {
  readonly artifact: string;
  readonly in: string;
  readonly out: string;
  readonly keyFile?: string;
  readonly cdh?: string;
}

export async function open(options: OpenOptions, signal: AbortSignal): Promise<void> {
  const { keyFile, cdh, in: input, out: output } = options;
  const artifact = readArtifactFile(options.artifact);
  if ((keyFile === undefined) === (cdh === undefined))
    throw new UserError("Exactly one of --key-file and --cdh says where the key comes from; write one of them.");
  const key = () => (keyFile === undefined ? keyFromGuest(cdh ?? "", artifact.key, signal) : readKeyFile(keyFile));
  await openArtifact({ artifact, input, output, key, signal });
  console.log(`Opened into ${output}: ${describeArtifact(artifact)}.`);
}
