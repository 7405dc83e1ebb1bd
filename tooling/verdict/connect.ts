import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Verdict } from "../../components/verdict/verdict";
import { printable, UserError } from "../ui";
import { verifiedConnections } from "./client";
import { Endpoints } from "./endpoints";
import { listenAddress, proxyServer } from "./proxy";
import type { ProxyLog } from "./proxy";
import { releaseOf, ReleaseRefused } from "./reader";
import { readerOf } from "./readerFiles";
import type { ReaderOptions } from "./readerOptions";
import { simulatedBanner } from "./screen";
import { refusalOf } from "./verdictRefused";

export interface ConnectOptions extends ReaderOptions {
  readonly listen: string;
  readonly reverify: number;
  readonly timeout: number;
}

/** Runs the local proxy until it is told to stop. Its first verdict is made with the first request. */
export async function connect(
  urls: readonly string[],
  options: ConnectOptions,
  signal: AbortSignal,
  log: ProxyLog,
): Promise<void> {
  const { host, port } = listenAddress(options.listen);
  const reader = readerOf(options);
  // Every answer would be a refusal, and whoever starts this would hear of it from other programs first.
  await releaseOf(reader, new Date()).catch((error: unknown) => {
    if (error instanceof ReleaseRefused) throw new UserError(`${options.release} is refused. ${error.message}`);
    throw error;
  });
  const connections = new Endpoints(
    urls.map((url) =>
      verifiedConnections({
        ...reader,
        url,
        reverifySeconds: options.reverify,
        timeoutMs: options.timeout * 1000,
        onVerdict: (verdict) => log(`${verdictLine(verdict)}${urls.length > 1 ? ` (${url})` : ""}`),
      }),
    ),
    (reason) => log(`✗ passed over: ${printable(reason, 1000)}`),
  );
  const server = proxyServer(connections, log);
  try {
    server.listen({ host, port });
    await once(server, "listening", { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      const { code = "unknown reason" } = error as NodeJS.ErrnoException;
      throw new UserError(`Nothing can listen at ${options.listen} (${code}); name another port.`);
    });
    if (reader.roots.simulated) log(simulatedBanner);
    log(
      `Listening at http://${hostText(server.address() as AddressInfo)}, passing on to ${urls.join(", or else to ")}.`,
    );
    await once(signal, "abort");
  } finally {
    connections.close();
    server.closeAllConnections();
    server.close();
  }
}

function hostText({ address, family, port }: AddressInfo): string {
  return `${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function verdictLine(verdict: Verdict): string {
  const { overall, accepted, judgedAt, simulated, release } = verdict;
  const head = `${judgedAt} ${simulated ? "SIMULATED " : ""}${release.name}: ${overall}`;
  return accepted ? `✔ ${head}` : `✗ ${head}. ${refusalOf(verdict)}`;
}
