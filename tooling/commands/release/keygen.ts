import { createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { keyId } from "../../../components/workload/release/keys";
import { writeKeyPair } from "../../files";

export const keyKinds = ["ed25519", "p256", "p384"] as const;
export type KeyKind = (typeof keyKinds)[number];

/** Makes a key that signs releases: the private half for its holder alone, the public half beside it as `<out>.pub`. */
export async function keygen({ out, kind }: { readonly out: string; readonly kind: KeyKind }): Promise<string> {
  const publicFile = `${out}.pub`;
  const privateKey = makeKey(kind);
  const publicKey = createPublicKey(privateKey);
  writeKeyPair({
    private: { path: out, text: privateKey.export({ type: "pkcs8", format: "pem" }).toString() },
    public: { path: publicFile, text: publicKey.export({ type: "spki", format: "pem" }).toString() },
  });
  return [
    `Wrote ${out} (private, mode 0600; keep it off shared machines) and ${publicFile}.`,
    `Key id: ${await keyId(publicKey)}`,
    `${publicFile} goes into the signer policies of those who are to accept its signatures.`,
  ].join("\n");
}

function makeKey(kind: KeyKind): KeyObject {
  switch (kind) {
    case "ed25519":
      return generateKeyPairSync("ed25519").privateKey;
    case "p256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    case "p384":
      return generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
  }
}
