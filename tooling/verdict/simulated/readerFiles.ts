import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../../components/names";
import type { CollateralFile } from "../../../components/verdict/context";
import type { SignerPolicy } from "../../../components/workload/release/signers";
import { replaceFile, unwritable, writeNew } from "../../files";
import { writeIndex } from "../collateralFetch";
import type { SimulatedGuest } from "./guest";

/** Writes what a reader needs to judge a SIMULATED guest into a new folder: release, signer policy, roots, collateral. */
export function writeReaderFiles(
  directory: string,
  guest: Pick<SimulatedGuest, "roots" | "collateral">,
  release: string,
  signers: SignerPolicy,
  now: Date,
): void {
  const collateral = join(directory, "collateral");
  try {
    mkdirSync(directory);
    mkdirSync(collateral);
  } catch (error) {
    throw unwritable(directory, error);
  }
  const json = (content: unknown) => `${JSON.stringify(content, undefined, 2)}\n`;
  writeNew(join(directory, "release.json"), release);
  writeNew(join(directory, "signers.json"), json(signers));
  writeNew(join(directory, "roots.json"), json(guest.roots));
  writeCollateral(collateral, guest.collateral, now);
}

/** Documents as `collateral fetch` would have left them in a folder, which is there. */
export function writeCollateral(directory: string, files: readonly CollateralFile[], now: Date): void {
  const entries = files.map(({ kind, source, bytes, obtained = now }, index) => {
    const file = `${String(index).padStart(2, "0")}-${kind}`;
    replaceFile(join(directory, file), bytes, 0o644);
    return { kind, file, source, obtained: obtained.toISOString(), sha256: sha256(Buffer.from(bytes)) };
  });
  writeIndex(directory, entries);
}
