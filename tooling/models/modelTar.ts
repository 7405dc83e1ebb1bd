import { once } from "node:events";
import { lstatSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { extract, pack } from "tar-stream";
import type { Pack } from "tar-stream";
import type { Bytes } from "../../components/images/encryptedLayer";
import { SealingError } from "../../components/images/sealingError";
import { UserError } from "../ui";
import { bytesOf, writeStream } from "./measure";

interface Entry {
  /** Path in the archive, without a leading slash. */
  readonly name: string;
  readonly path: string;
  readonly directory: boolean;
  readonly size: number;
}

/**
 * A folder or a file as tar: the same content gives the same bytes, whatever its times, owners and order. `prefix` is put
 * before every path, as a layer's paths are those of the container.
 */
export async function* tarOf(input: string, prefix = ""): AsyncGenerator<Buffer> {
  const archive = pack();
  const stem = prefix.replace(/^\//, "");
  const entries = [...parentsOf(stem), ...entriesOf(input, stem)];
  writeEntries(archive, entries).catch((error: Error) => archive.destroy(error));
  yield* archive as AsyncIterable<Buffer>;
}

function parentsOf(stem: string): Entry[] {
  const parts = stem === "" ? [] : stem.split("/").slice(0, -1);
  return parts.map((_, index) => ({
    name: parts.slice(0, index + 1).join("/"),
    path: "",
    directory: true,
    size: 0,
  }));
}

function entriesOf(path: string, name: string): Entry[] {
  const status = lstatSync(path);
  if (status.isSymbolicLink())
    throw new UserError(`${path} is a symbolic link; seal a copy with its content (\`cp -rL\`).`);
  if (status.isFile()) return [{ name, path, directory: false, size: status.size }];
  if (!status.isDirectory())
    throw new UserError(`${path} is neither file nor folder; take it out of the model's folder.`);
  const below = readdirSync(path)
    .sort()
    .flatMap((child) => entriesOf(join(path, child), posix.join(name, child)));
  return name === "" ? below : [{ name, path, directory: true, size: 0 }, ...below];
}

async function writeEntries(archive: Pack, entries: readonly Entry[]): Promise<void> {
  for (const { name, path, directory, size } of entries) {
    const fixed = { mtime: new Date(0), uid: 0, gid: 0 };
    if (directory) {
      archive.entry({ ...fixed, name: `${name}/`, type: "directory", mode: 0o755 });
      continue;
    }
    const written = new Promise<void>((resolve, reject) => {
      const sink = archive.entry({ ...fixed, name, size, mode: 0o644 }, (error) => (error ? reject(error) : resolve()));
      sink.on("error", reject);
      feed(sink, bytesOf(path)).catch(reject);
    });
    await written;
  }
  archive.finalize();
}

/** Unpacks an archive of files and folders into a folder; anything that could reach outside of it is refused. */
export async function untar(source: Bytes, folder: string): Promise<void> {
  mkdirSync(folder, { mode: 0o700 });
  const archive = extract();
  feed(archive, source).catch((error: Error) => archive.destroy(error));
  for await (const entry of archive) {
    const { name, type } = entry.header;
    const path = name.replace(/\/$/, "");
    const parts = path.split("/");
    if (path.includes("\0") || parts.some((part) => part === "" || part === "." || part === ".."))
      throw new SealingError(`archive: the path ${JSON.stringify(name)} leads out of the folder; seal the model again`);
    const target = join(folder, path);
    if (type === "directory") {
      mkdirSync(target, { recursive: true, mode: 0o755 });
      entry.resume();
    } else if (type === "file") {
      mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
      await writeStream(target, entry as unknown as AsyncIterable<Buffer>);
    } else
      throw new SealingError(`archive: ${JSON.stringify(name)} is a ${String(type)}, not a file; seal the model again`);
  }
}

/** Writes with regard to what the reader takes: archives are streams of another kind, which Node's pipelines cut short. */
async function feed(sink: NodeJS.WritableStream, source: Bytes): Promise<void> {
  for await (const piece of source) if (!sink.write(piece)) await once(sink, "drain");
  sink.end();
}
