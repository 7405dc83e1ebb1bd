import { randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { generateHybridIdentity } from "age-encryption";
import type { ModelArtifactKind } from "../../components/images/modelArtifact";
import { UserError } from "../ui";

/** Keys travel by file, for their owner's eyes alone: neither on command lines, which every process sees, nor on screens. */
const ownerOnly = 0o600;
/** No key here is longer. */
const longestKey = 16 * 1024;

/** Writes a new key; an existing file is never overwritten, since with it what it opens would be lost. */
export function writeKeyFile(path: string, key: string | Uint8Array): void {
  writeNewFile(path, key, ownerOnly);
}

/** Writes a file that has to be new. */
export function writeNewFile(path: string, content: string | Uint8Array, mode = 0o644): void {
  try {
    writeFileSync(path, content, { flag: "wx", mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new UserError(`${path} exists and is not overwritten; name a new file.`);
    throw new UserError(
      `${path} cannot be written (${code ?? "unknown"}); name a file in a folder that you may write.`,
    );
  }
}

/** Reads a key that its owner alone may read. */
export function readKeyFile(path: string): Buffer {
  const file = open(path);
  try {
    const { mode, size } = fstatSync(file);
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
