import { createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { documentText, signRelease } from "../../../components/workload/release/document";
import { algorithmOf, keyId, usableKeys } from "../../../components/workload/release/keys";
import { UserError } from "../../ui";
import { readNamed, writeWhole } from "../../files";
import { openRelease, titleOf } from "./open";

/** Adds a signature to a release file, in place. What is signed was read as a release before. */
export async function sign({ file, key: keyFile }: { readonly file: string; readonly key: string }): Promise<string> {
  const { document, release, digest } = openRelease(file);
  const key = readPrivateKey(keyFile);
  const signed = await signRelease({ document, key });
  writeWhole(file, documentText(signed));
  return [
    `Signed ${titleOf(release)}, with key ${await keyId(key)}.`,
    `Digest: ${digest}`,
    `${file} now has ${signed.signatures.length === 1 ? "one signature" : `${signed.signatures.length} signatures`}.`,
  ].join("\n");
}

function readPrivateKey(path: string): KeyObject {
  const pem = readNamed(path, "a private key that `release keygen` made");
  if (/ENCRYPTED/.test(pem))
    throw new UserError(`${path} is encrypted; decrypt it for the moment of signing, on a machine that you trust.`);
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new UserError(`${path} is no private key as PEM; name one that \`release keygen\` made.`);
  }
  if (algorithmOf(key) === undefined)
    throw new UserError(
      `${path} is a key of a kind (${key.asymmetricKeyType ?? "unknown"}) that may not sign releases; use ${usableKeys}.`,
    );
  return key;
}
