import { createHash } from "node:crypto";
import { constants, createReadStream, lstatSync, readdirSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { mib } from "../../files";
import { UserError } from "../../ui";
import type { BundleFinding } from "./finding";
import { NotAsLocked } from "./finding";

/** Files and folders. No site needs more; what a hostile folder has beyond is not even counted. */
const mostFiles = 200_000;
const deepest = 24;
/** Of a package, a chart or a guest's file, whose size nothing pins: a file with holes may say that it has exabytes. */
export const mostArchiveBytes = 8 * 1024 ** 3;
/** Names as registries, npm, Go and vendors have them: no other script's letters, no spaces, nothing invisible. */
const namePattern = /^[A-Za-z0-9@!_][A-Za-z0-9@!._+~-]{0,254}$/;

/** The files of a folder that somebody else may have filled. Each is read once, through no link, and crossed off. */
export class Tree {
  private readonly left: Map<string, number>;

  private constructor(
    readonly root: string,
    private readonly sizes: ReadonlyMap<string, number>,
    /** What is in the folder and is no plain file of a plain name. */
    readonly refused: readonly BundleFinding[],
  ) {
    this.left = new Map(sizes);
  }

  static of(root: string): Tree {
    const sizes = new Map<string, number>();
    const refused: BundleFinding[] = [];
    let stat;
    try {
      stat = lstatSync(root);
    } catch {
      throw new UserError(`${root} is not there; name the folder of a bundle.`);
    }
    if (!stat.isDirectory()) throw new UserError(`${root} is no folder; name the one of a bundle.`);
    walk({ root, sizes, refused, folders: 0 }, "", 0);
    return new Tree(root, sizes, refused);
  }

  has(path: string): boolean {
    return this.sizes.has(path);
  }

  /** Size of a file in bytes; NotAsLocked where it is missing. */
  size(path: string): number {
    const size = this.sizes.get(path);
    if (size === undefined) throw new NotAsLocked("missing", `${path} is not there`);
    return size;
  }

  /** Paths of all files below a folder. */
  below(folder: string): string[] {
    return [...this.sizes.keys()].filter((path) => path.startsWith(`${folder}/`));
  }

  claim(path: string): void {
    this.left.delete(path);
  }

  /** Files that nothing in the lock is about. */
  unclaimed(): string[] {
    return [...this.left.keys()].sort();
  }

  async read(path: string, mostBytes: number): Promise<Buffer> {
    if (this.size(path) > mostBytes) throw new NotAsLocked("refused", `${path} has more than ${mib(mostBytes)}`);
    this.claim(path);
    const file = await this.opened(path);
    try {
      const buffer = Buffer.alloc(this.size(path));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead !== buffer.length) throw new NotAsLocked("changed", `${path} became shorter while it was read`);
      return buffer;
    } finally {
      await file.close();
    }
  }

  /** Reads a file to its end, however large, unless it is said how large it may be. */
  async digest(
    path: string,
    algorithm: "sha256" | "sha512",
    encoding: "hex" | "base64",
    mostBytes = Number.POSITIVE_INFINITY,
  ): Promise<string> {
    const size = this.size(path);
    this.claim(path);
    if (size > mostBytes) throw new NotAsLocked("refused", `${path} has more than ${mib(mostBytes)}`);
    const file = await this.opened(path);
    const hash = createHash(algorithm);
    for await (const chunk of createReadStream("", { fd: file })) hash.update(chunk as Buffer);
    return hash.digest(encoding);
  }

  /** A file's handle; a link in its place, put there since, is not followed. */
  async opened(path: string): Promise<FileHandle> {
    try {
      return await open(join(this.root, path), constants.O_RDONLY | constants.O_NOFOLLOW);
    } catch (error) {
      throw new NotAsLocked("refused", `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? ""})`);
    }
  }
}

interface Walk {
  readonly root: string;
  readonly sizes: Map<string, number>;
  readonly refused: BundleFinding[];
  folders: number;
}

function walk(all: Walk, below: string, depth: number): void {
  const { root, sizes, refused } = all;
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    const refuse = (says: string) => refused.push({ kind: "refused", what: path, says });
    if (sizes.size + refused.length + all.folders >= mostFiles)
      throw new UserError(`${root} has more than ${mostFiles} files, as no bundle has; look at what was put there.`);
    if (!namePattern.test(entry.name)) refuse("has a name with characters that nothing in a bundle has");
    else if (entry.isSymbolicLink()) refuse("is a link, which could lead anywhere");
    else if (entry.isDirectory()) {
      all.folders++;
      if (depth >= deepest) refuse(`lies deeper than ${deepest} folders`);
      else walk(all, path, depth + 1);
    } else if (!entry.isFile()) refuse("is neither a file nor a folder");
    else sizes.set(path, lstatSync(join(root, path)).size);
  }
}
