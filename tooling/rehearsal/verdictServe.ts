import { once } from "node:events";
import { join } from "node:path";
import type { Release } from "../../components/workload/release";
import type { SignerPolicy } from "../../components/workload/release/signers";
import { refuseExisting } from "../files";
import { UserError } from "../ui";
import { listenAddress } from "../verdict/proxy";
import { simulatedBanner } from "../verdict/screen";
import { SimulatedGuest } from "../verdict/simulated/guest";
import { writeReaderFiles } from "../verdict/simulated/readerFiles";

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
  const guest = await SimulatedGuest.start({ release, now, port }).catch((error: unknown) => {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall !== "listen") throw error;
    throw new UserError(`Nothing can listen at ${args.listen} (${code ?? "unknown reason"}); name another port.`);
  });
  try {
    writeReaderFiles(out, guest, text, signers, now);
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
