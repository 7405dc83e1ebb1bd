import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import { X509Crl } from "@peculiar/x509";
import { sha256 } from "../../../components/names";
import { readQeIdentity, readTcbInfo } from "../../../components/verdict/tdx/documents";
import { splitChain } from "../../../components/verdict/evidence/chain";
import { day } from "../../../components/verdict/day";
import type { CollateralIndex } from "../../verdict/collateralIndex";
import { indexFile, mostCollateralBytes, readIndex } from "../../verdict/collateralIndex";
import { join } from "node:path";
import { folders } from "../places";
import type { LockedCollateral } from "../schema";
import { NotAsLocked } from "./finding";
import type { Tree } from "./tree";

/** What `collateral fetch` noted of the documents. Nothing is believed for standing there. */
export async function collateralIndex(tree: Tree): Promise<CollateralIndex> {
  const path = `${folders.collateral}/${indexFile}`;
  await tree.read(path, mostCollateralBytes);
  return readIndex(join(tree.root, folders.collateral));
}

/**
 * What the index lists beside the lock's documents, or of one of them twice: under a second kind or source a document
 * would be read as something else than what was checked here.
 */
export function unlisted({ files }: CollateralIndex, wanted: readonly LockedCollateral[]): string[] {
  const left = new Set(wanted.map(({ file }) => file));
  return files.flatMap(({ file, kind }) =>
    left.delete(file) ? [] : [`lists ${file} as ${kind}, beside what the lock names`],
  );
}

/**
 * Checks that a document is there, whole, and not out of date on a day. What vendors signed, `verify` checks under pinned
 * roots at each use; here it matters whether the site will be able to.
 */
export async function checkDocument(
  tree: Tree,
  index: CollateralIndex,
  wanted: LockedCollateral,
  at: Date,
): Promise<void> {
  const path = `${folders.collateral}/${wanted.file}`;
  const bytes = await tree.read(path, mostCollateralBytes);
  const entry = index.files.find(({ file }) => file === wanted.file);
  if (!entry) throw new NotAsLocked("refused", `${path} is not in ${indexFile}`);
  if (entry.kind !== wanted.kind)
    throw new NotAsLocked("changed", `${path} is said to be ${entry.kind}, not ${wanted.kind}`);
  if (sha256(bytes) !== entry.sha256)
    throw new NotAsLocked("changed", `${path} is not the file that ${indexFile} lists`);
  const until = endOf(wanted, bytes);
  if (until !== undefined && until < at)
    throw new NotAsLocked("changed", `${path} counted until ${day(until)}; fetch a newer one`);
}

/** Until when a document says that it counts, where it does. */
function endOf({ kind, file }: LockedCollateral, bytes: Buffer): Date | undefined {
  try {
    switch (kind) {
      case "amd-crl":
      case "intel-pck-crl":
      case "intel-root-crl":
        return new X509Crl(new Uint8Array(bytes)).nextUpdate;
      case "intel-tcb-info":
        return readTcbInfo(bytes).content.nextUpdate;
      case "intel-qe-identity":
        return readQeIdentity(bytes).content.nextUpdate;
      case "amd-certificates":
      case "intel-tcb-signing-chain":
        return earliest(splitChain(bytes.toString("utf8")));
      case "amd-vcek":
        return earliest([bytes]);
      default:
        return undefined;
    }
  } catch {
    throw new NotAsLocked("refused", `${file} cannot be read as ${kind}`);
  }
}

function earliest(certificates: readonly (string | Buffer)[]): Date {
  if (certificates.length === 0) throw new Error("no certificate");
  return new Date(Math.min(...certificates.map((each) => Date.parse(new X509Certificate(each).validTo))));
}
