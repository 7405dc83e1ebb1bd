import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../components/names";
import type { Release } from "../../components/workload/release";
import type { SignerPolicy } from "../../components/workload/release/signers";
import { refuseExisting, replaceFile, unwritable, writeNew } from "../files";
import { writeIndex } from "../verdict/collateralFetch";
import { listenAddress } from "../verdict/proxy";
import { simulatedBanner } from "../verdict/screen";
import { SimulatedGuest } from "../verdict/simulated/guest";

export interface ServeArgs {
  readonly release: Release;
  readonly text: string;
  readonly signers: SignerPolicy;
  /** `127.0.0.1:8443` */
  readonly listen: string;
  /** A new folder for what a reader needs. */
  readonly out: string;
  readonly signal: AbortSignal;
}

/** Lets a SIMULATED guest answer until it is told to stop, and writes what a reader needs to judge it. */
export async function serveGuest(args: ServeArgs): Promise<void> {
  const { release, text, signers, out, signal } = args;
  const { port } = listenAddress(args.listen);
  refuseExisting(out);
  const now = new Date();
  const guest = await SimulatedGuest.start({ release, now, port });
  try {
    const collateral = join(out, "collateral");
    try {
      mkdirSync(out);
      mkdirSync(collateral);
    } catch (error) {
      throw unwritable(out, error);
    }
    writeNew(join(out, "release.json"), text);
    writeNew(join(out, "signers.json"), `${JSON.stringify(signers, undefined, 2)}\n`);
    writeNew(join(out, "roots.json"), `${JSON.stringify(guest.roots, undefined, 2)}\n`);
    const entries = guest.collateral.map(({ kind, source, bytes, obtained = now }, index) => {
      const file = `${String(index).padStart(2, "0")}-${kind}`;
      replaceFile(join(collateral, file), bytes, 0o644);
      return { kind, file, source, obtained: obtained.toISOString(), sha256: sha256(Buffer.from(bytes)) };
    });
    writeIndex(collateral, entries);
    console.log([simulatedBanner, `${release.name} answers at ${guest.url}. In another terminal:`, ""].join("\n"));
    console.log(`  npm run trustfoundry -- verify ${guest.url} ${readerOptions(release, out)}`);
    console.log("\nCtrl-C ends it.");
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    await guest.stop();
  }
}

function readerOptions({ factory }: Release, out: string): string {
  return [
    `--release ${join(out, "release.json")} --signers ${join(out, "signers.json")} --factory ${factory}`,
    `--collateral ${join(out, "collateral")} --simulated --roots ${join(out, "roots.json")}`,
  ].join(" ");
}
