import { createPrivateKey, createPublicKey } from "node:crypto";
import type { JsonWebKey, KeyObject } from "node:crypto";
import { UserError } from "../../ui";
import { readKeyFile } from "../../models/keyFile";
import { readNamed } from "../../files";

export function readPrivateJwk(path: string): KeyObject {
  return keyOf(path, readKeyFile(path).toString("utf8"), (key) => createPrivateKey({ key, format: "jwk" }));
}

export function readPublicJwk(path: string): KeyObject {
  const text = readNamed(path, "the public JWK of `secret keygen`");
  return keyOf(path, text, (key) => {
    // A private key here would have been passed on to those who only verify.
    if ("d" in key) throw new UserError(`${path} is a private key; name the public one.`);
    return createPublicKey({ key, format: "jwk" });
  });
}

function keyOf(path: string, text: string, make: (jwk: JsonWebKey) => KeyObject): KeyObject {
  try {
    return make(JSON.parse(text) as JsonWebKey);
  } catch (error) {
    if (error instanceof UserError) throw error;
    // What a parser says could quote the key.
    throw new UserError(`${path} is no JWK of that kind; make one with \`secret keygen\`.`);
  }
}
