import { indexFile } from "../../verdict/collateralIndex";
import { UserError } from "../../ui";
import { lockFile, lockText } from "../file";
import { chartPath, folders, layoutTag, ociCharts, signatureTag } from "../places";
import type { BundleLock } from "../schema";
import { nameOf, packageArchive } from "../schema";
import { checkSignature } from "./cosign";
import { checkDocument, collateralIndex, unlisted } from "./collateral";
import type { BundleFinding } from "./finding";
import { NotAsLocked } from "./finding";
import { checkModule } from "./goProxy";
import type { Manifest } from "./layout";
import { Layout } from "./layout";
import { mostArchiveBytes, Tree } from "./tree";

export interface BundleVerdict {
  readonly findings: readonly BundleFinding[];
  /** How many things of the lock passed, by list. */
  readonly passed: Readonly<Record<string, number>>;
}

/** Collects what is wrong; one thing's fault does not hide another's. */
class Findings {
  readonly all: BundleFinding[] = [];
  readonly passed: Record<string, number> = {};

  async check(list: string, what: string, run: () => Promise<void> | void): Promise<void> {
    try {
      await run();
      this.passed[list] = (this.passed[list] ?? 0) + 1;
    } catch (error) {
      this.all.push({ what, ...reasonOf(error) });
    }
  }
}

function reasonOf(error: unknown): Pick<BundleFinding, "kind" | "says"> {
  if (error instanceof NotAsLocked) return { kind: error.kind, says: error.message };
  if (error instanceof UserError || error instanceof SyntaxError) return { kind: "refused", says: error.message };
  throw error;
}

/**
 * Holds a folder to a lock that was brought by another way, or computed anew: all of the lock is there, unchanged, and
 * there is nothing else. The folder is taken for hostile: nothing in it says what is right.
 */
export async function verifyBundle(directory: string, lock: BundleLock, at: Date): Promise<BundleVerdict> {
  const tree = Tree.of(directory);
  const findings = new Findings();
  findings.all.push(...tree.refused);
  await ownLock(tree, lock, findings);
  await images(tree, lock, findings);
  for (const chart of lock.charts) {
    const { archive } = chart;
    if (archive === undefined) continue;
    await findings.check("charts", nameOf.charts(chart), async () => {
      const hex = await tree.digest(chartPath(chart), "sha256", "hex", mostArchiveBytes);
      if (`sha256:${hex}` !== archive) throw new NotAsLocked("changed", `${chartPath(chart)} has the SHA-256 ${hex}`);
    });
  }
  for (const each of lock.npm) {
    const path = `${folders.npm}/${packageArchive(each)}`;
    await findings.check("npm", nameOf.npm(each), async () => {
      const found = `sha512-${await tree.digest(path, "sha512", "base64", mostArchiveBytes)}`;
      if (found !== each.integrity) throw new NotAsLocked("changed", `${path} has the SHA-512 ${found}`);
    });
  }
  for (const each of lock.go) await findings.check("go", nameOf.go(each), () => checkModule(tree, each));
  await documents(tree, lock, findings, at);
  await guestFiles(tree, lock, findings);
  const extra = tree.unclaimed();
  const blobs = extra.filter((path) => path.startsWith(`${folders.images}/blobs/`));
  // Of an image that is not right nobody knows what else was meant to be its.
  const unread = findings.all.length > 0 && blobs.length > 1;
  if (unread)
    findings.all.push({
      ...{ kind: "extra", what: `${folders.images}/blobs` },
      says: `has ${blobs.length} files that no image leads to, as far as images could be read`,
    });
  for (const path of unread ? extra.filter((each) => !blobs.includes(each)) : extra)
    findings.all.push({ kind: "extra", what: path, says: "is nothing that the lock names" });
  return { findings: findings.all, passed: findings.passed };
}

/** A lock may travel along; it has to be the one that is believed. */
async function ownLock(tree: Tree, lock: BundleLock, findings: Findings): Promise<void> {
  if (!tree.has(lockFile)) return;
  await findings.check("lock", lockFile, async () => {
    const text = (await tree.read(lockFile, 64 * 1024 * 1024)).toString("utf8");
    if (text !== lockText(lock)) throw new NotAsLocked("changed", "is another lock than the one that is believed");
  });
}

async function images(tree: Tree, lock: BundleLock, findings: Findings): Promise<void> {
  const charts = ociCharts(lock);
  const signed = lock.images.flatMap((image) =>
    image.signedBy === undefined ? [] : [{ ...image, signedBy: image.signedBy }],
  );
  const wanted = new Map<string, string | undefined>([
    ...[...lock.images.map(({ digest }) => digest), ...charts.map(({ manifest }) => manifest)].map(
      (digest) => [layoutTag(digest), digest] as const,
    ),
    ...signed.map(({ digest }) => [signatureTag(digest), undefined] as const),
  ]);
  if (wanted.size === 0) return;
  let layout: Layout;
  try {
    layout = await Layout.of(tree);
  } catch (error) {
    findings.all.push({ what: folders.images, ...reasonOf(error) });
    return;
  }
  for (const image of lock.images)
    await findings.check("images", nameOf.images(image), () => layout.image(image.digest));
  for (const image of signed)
    await findings.check("signatures", nameOf.images(image), () => checkSignature(layout, image));
  for (const { manifest, archive, ...chart } of charts)
    await findings.check("chart manifests", nameOf.charts(chart), async () => {
      const { layers = [] } = (await layout.whole(manifest)) as Partial<Manifest>;
      if (archive !== undefined && layers[0]?.digest !== archive)
        throw new NotAsLocked("changed", `${manifest} has another archive than ${archive}`);
    });
  for (const says of layout.strangers(wanted))
    findings.all.push({ kind: "extra", what: `${folders.images}/index.json`, says });
}

async function documents(tree: Tree, lock: BundleLock, findings: Findings, at: Date): Promise<void> {
  if (lock.collateral.length === 0) return;
  let index: Awaited<ReturnType<typeof collateralIndex>>;
  try {
    index = await collateralIndex(tree);
  } catch (error) {
    findings.all.push({ what: `${folders.collateral}/${indexFile}`, ...reasonOf(error) });
    return;
  }
  for (const each of lock.collateral)
    await findings.check("collateral", nameOf.collateral(each), () => checkDocument(tree, index, each, at));
  for (const says of unlisted(index, lock.collateral))
    findings.all.push({ kind: "extra", what: `${folders.collateral}/${indexFile}`, says });
}

/** Files of guests come in kata-deploy's image; those that lie here beside it have to be some of the lock's. */
async function guestFiles(tree: Tree, lock: BundleLock, findings: Findings): Promise<void> {
  const known = new Set(lock.files.map(({ sha256 }) => sha256));
  for (const path of tree.below(folders.files))
    await findings.check("files", path, async () => {
      const hex = await tree.digest(path, "sha256", "hex", mostArchiveBytes);
      if (!known.has(hex)) throw new NotAsLocked("extra", `has the SHA-256 ${hex}, which the lock does not name`);
    });
}
