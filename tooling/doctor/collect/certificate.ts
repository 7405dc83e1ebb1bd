import { connect } from "node:tls";
import type { DetailedPeerCertificate } from "node:tls";
import type { Seen } from "../seen";
import { seen, unseen } from "../seen";
import type { ShownCertificate } from "../snapshot";

const milliseconds = 5_000;

/** An address that guests' key broker answers at, as seen from here. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Name that is asked for. */
  readonly serverName: string;
}

/**
 * The certificates that answer at an address: a handshake and nothing more, no byte of ours goes there. The certificate is
 * taken as it is, for it is what has to be looked at; nothing is trusted that stands in it. That nobody answers here says
 * nothing about guests, who come from elsewhere.
 */
export async function shownCertificate(
  { host, port, serverName }: Endpoint,
  signal?: AbortSignal,
): Promise<Seen<ShownCertificate>> {
  const at = `${host}:${port}`;
  return new Promise((resolve) => {
    const socket = connect({ host, port, servername: serverName, rejectUnauthorized: false, minVersion: "TLSv1.2" });
    const end = (answer: Seen<ShownCertificate>) => {
      socket.destroy();
      resolve(answer);
    };
    const notSeen = (why: string) => end(unseen(`${at} cannot be looked at from here (${why})`));
    socket.setTimeout(milliseconds, () => notSeen("no answer"));
    signal?.addEventListener("abort", () => notSeen("interrupted"), { once: true });
    socket.once("error", (error: NodeJS.ErrnoException) => notSeen(error.code ?? "no connection"));
    socket.once("secureConnect", () => {
      const chain = chainOf(socket.getPeerCertificate(true));
      if (chain.length === 0) notSeen("it shows no certificate");
      else end(seen({ chain, at }));
    });
  });
}

function chainOf(leaf: DetailedPeerCertificate): string[] {
  const chain: string[] = [];
  const known = new Set<string>();
  for (
    let each: DetailedPeerCertificate | undefined = leaf;
    each?.raw && !known.has(each.fingerprint256);
    each = each.issuerCertificate
  ) {
    known.add(each.fingerprint256);
    chain.push(pem(each.raw));
  }
  return chain;
}

function pem(der: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${der
    .toString("base64")
    .replace(/(.{64})/g, "$1\n")
    .trim()}\n-----END CERTIFICATE-----\n`;
}
