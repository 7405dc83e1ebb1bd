import { openEnvelope, verifySealedSecret } from "../../../components/images/sealedSecret";
import { readKeyFile } from "../../models/keyFile";
import { UserError } from "../../ui";
import { readNamed, writeKeyFile } from "../../files";
import { readPublicJwk } from "./jwk";

export interface OpenOptions {
  readonly in: string;
  readonly kid: string;
  readonly verifyKey: string;
  readonly dataKeyFile?: string;
  readonly out?: string;
}

export function open(options: OpenOptions): void {
  const { kid, dataKeyFile, out } = options;
  const text = readNamed(options.in, "a sealed secret");
  const content = verifySealedSecret(text, kid, readPublicJwk(options.verifyKey));
  const opens = dataKeyFile !== undefined || out !== undefined;
  if (content.type === "vault") {
    if (opens)
      throw new UserError(`${options.in} only refers to ${content.name}; leave out --data-key-file and --out.`);
    console.log(`Signed by ${kid}; refers to ${content.name}, kept by ${content.provider}.`);
    return;
  }
  console.log(`Signed by ${kid}; an envelope under key ${content.key_id} of ${content.provider}.`);
  if (!opens) return;
  if (dataKeyFile === undefined || out === undefined)
    throw new UserError("An envelope opens with --data-key-file and --out together; write both.");
  writeKeyFile(out, openEnvelope(content, readKeyFile(dataKeyFile)));
  console.log(`Wrote the secret to ${out}`);
}
