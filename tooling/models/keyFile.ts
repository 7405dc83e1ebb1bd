import { randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { generateHybridIdentity } from "age-encryption";
import type { ModelArtifactKind } from "../../components/images/modelArtifact";
import { UserError } from "../ui";

/** No key here is longer. */
const longestKey = 16 * 1024;

/** Reads a key that its owner alone may read. */
export function readKeyFile(path: string): Buffer {
  const file = open(path);
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw new UserError(`${path} is a folder; name a key file.`);
    const { mode, size } = stat;
    if (process.platform !== "win32" && (mode & 0o077) !== 0)
      throw new UserError(
        `${path} may be read by others (mode ${(mode & 0o777).toString(8)}); run \`chmod 600 ${path}\`.`,
      );
    if (size > longestKey) throw new UserError(`${path} has ${size} bytes, more than any key; name the key's file.`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY);
  } catch (error) {
    throw new UserError(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}); name a key file.`,
    );
  }
}

/**
 * A fresh key, as the key broker keeps it: an age identity for objects, else 32 random bytes. The identity is of age's
 * post-quantum kind, as sealed models lie where others may store them for decades.
 */
export async function newModelKey(kind: ModelArtifactKind): Promise<string | Buffer> {
  return kind === "encryptedObject" ? `${await generateHybridIdentity()}\n` : randomBytes(32);
}
