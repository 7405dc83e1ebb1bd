import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Bytes } from "../../components/images/encryptedLayer";
import { refuseExisting, unwritable } from "../files";

/** Pieces that files are read and written in. */
const pieceBytes = 1024 * 1024;

/** What went by. */
export interface Measured {
  /** `sha256:…` */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Counts and digests a stream while it passes. */
export class Meter {
  readonly #hash = createHash("sha256");
  #size = 0;

  async *through(source: Bytes): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      this.#hash.update(piece);
      this.#size += piece.length;
      yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    }
  }

  /** Once, at the end. */
  result(): Measured {
    return { digest: `sha256:${this.#hash.digest("hex")}`, sizeBytes: this.#size };
  }
}

/** A file's bytes, piece by piece. */
export function bytesOf(path: string, signal?: AbortSignal): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: pieceBytes, signal });
}

export async function measureFile(path: string, signal?: AbortSignal): Promise<Measured> {
  const meter = new Meter();
  await pipeline(meter.through(bytesOf(path, signal)), async (pieces) => {
    for await (const piece of pieces) void piece;
  });
  return meter.result();
}

/** Writes a stream to a new file, readable by its owner alone, and measures it. */
export async function writeStream(path: string, source: Bytes, signal?: AbortSignal): Promise<Measured> {
  const meter = new Meter();
  const target = createWriteStream(path, { flags: "wx", mode: 0o600 });
  await pipeline(Readable.from(meter.through(source), { objectMode: false }), target, { signal });
  return meter.result();
}

/** What is no defect of what is read or made, however it is written. */
const fullDisk = ["ENOSPC", "EDQUOT", "EFBIG"];

/**
 * Makes a file or folder that appears by a rename and only when `make` has succeeded: a failure, a wrong digest or an
 * interruption leaves nothing under the name, and no half of it. `make` writes to `target`; `scratch` is the folder
 * around it, for what goes afterwards.
 */
export async function appearing<T>(
  path: string,
  make: (place: { readonly target: string; readonly scratch: string }) => Promise<T>,
): Promise<T> {
  refuseExisting(path);
  const scratch = scratchBeside(path);
  try {
    const target = join(scratch, basename(path));
    const result = await make({ target, scratch });
    refuseExisting(path);
    renameSync(target, path);
    return result;
  } catch (error) {
    throw fullDisk.includes((error as NodeJS.ErrnoException).code ?? "") ? unwritable(path, error) : error;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** In the same folder, since a rename does not leave a filesystem. */
function scratchBeside(path: string): string {
  try {
    return mkdtempSync(join(dirname(path), `.${basename(path)}-`));
  } catch (error) {
    throw unwritable(path, error);
  }
}
