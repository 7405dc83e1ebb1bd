import { createHash } from "node:crypto";
import { promisify } from "node:util";
import type { Readable } from "node:stream";
import * as yauzl from "yauzl";
import type { HashedFile } from "../dirhash";
import { hashOne } from "../dirhash";
import { NotAsLocked } from "./finding";

/** Go's own limit, of the archive as well as of what is in it (golang.org/x/mod/zip, MaxZipFile). */
export const mostModuleBytes = 500 * 1024 * 1024;
const mostEntries = 200_000;

const fromFd = promisify<number, yauzl.Options, yauzl.ZipFile>(yauzl.fromFd);

/**
 * The h1 hash of a module's archive, of an open file. Names have to lie below `<module>@<version>/`, each once; what is
 * larger than Go would take, or than it says of itself, is not unpacked to its end.
 */
export async function moduleZipHash(fd: number, prefix: string): Promise<string> {
  let zip: yauzl.ZipFile;
  try {
    zip = await fromFd(fd, { lazyEntries: true, autoClose: false, strictFileNames: true, validateEntrySizes: true });
  } catch (error) {
    throw broken(error);
  }
  if (zip.entryCount > mostEntries) throw new NotAsLocked("refused", `has ${zip.entryCount} entries, as no module has`);
  const files = new Map<string, HashedFile>();
  let total = 0;
  try {
    for await (const entry of entriesOf(zip)) {
      const { fileName: name, uncompressedSize } = entry;
      total += uncompressedSize;
      if (total > mostModuleBytes)
        throw new NotAsLocked(
          "refused",
          `unpacks to more than ${mostModuleBytes} bytes, which Go would not take either`,
        );
      if (!name.startsWith(prefix) || name.endsWith("/"))
        throw new NotAsLocked("refused", `has an entry that is no file of ${prefix.slice(0, -1)}`);
      if (files.has(name)) throw new NotAsLocked("refused", "has two entries of one name");
      files.set(name, { name, sha256: await contentHash(zip, entry) });
    }
  } catch (error) {
    throw error instanceof NotAsLocked ? error : broken(error);
  }
  return hashOne([...files.values()]);
}

const broken = (error: unknown) =>
  new NotAsLocked("refused", `is no archive of a module (${(error as Error).message})`);

async function* entriesOf(zip: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  const next = () =>
    new Promise<yauzl.Entry | undefined>((resolve, reject) => {
      const done = () => {
        zip.removeListener("entry", onEntry).removeListener("end", onEnd).removeListener("error", onError);
      };
      const onEntry = (entry: yauzl.Entry) => (done(), resolve(entry));
      const onEnd = () => (done(), resolve(undefined));
      const onError = (error: Error) => (done(), reject(error));
      zip.on("entry", onEntry).on("end", onEnd).on("error", onError);
      zip.readEntry();
    });
  for (let entry = await next(); entry; entry = await next()) yield entry;
}

async function contentHash(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<string> {
  const stream = await new Promise<Readable>((resolve, reject) =>
    zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  const hash = createHash("sha256");
  // Sizes are compared by the library as it goes: a bomb ends where its header said.
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
