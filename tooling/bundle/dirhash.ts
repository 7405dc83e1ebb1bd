import { createHash } from "node:crypto";

export interface HashedFile {
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * The hash of a set of files as go.sum has it, `h1:`: SHA-256 over one line a file, `<sha256>  <name>\n`, in the order of
 * the names' bytes (golang.org/x/mod v0.25.0 sumdb/dirhash, Hash1).
 */
export function hashOne(files: readonly HashedFile[]): string {
  const lines = [...files]
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
    .map(({ name, sha256 }) => {
      if (name.includes("\n")) throw new Error(`a file's name has a line's end in it: ${JSON.stringify(name)}`);
      return `${sha256}  ${name}\n`;
    });
  return `h1:${createHash("sha256").update(lines.join("")).digest("base64")}`;
}

/** The hash of a go.mod by itself, which go.sum has as `<version>/go.mod`. */
export function hashMod(content: Uint8Array): string {
  return hashOne([{ name: "go.mod", sha256: createHash("sha256").update(content).digest("hex") }]);
}
