import { Agent } from "node:https";
import type { RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import type { TLSSocket } from "node:tls";
import { FirmwareError } from "../target";
import { Unanswered } from "./unanswered";

interface Wanted extends RequestOptions {
  readonly servername?: string;
}

/**
 * Trusts one certificate and no other. The usual verification is off for it, since nobody vouches for a controller's own
 * certificate; in its place the certificate's digest is compared right after the handshake, which proves that the other
 * side holds its key, and before the socket is handed to anybody who could write to it.
 */
export class PinnedAgent extends Agent {
  constructor(
    options: ConstructorParameters<typeof Agent>[0],
    private readonly fingerprint: string,
  ) {
    super(options);
  }

  override createConnection(options: Wanted, done: (error: Error | null, socket: Duplex) => void): undefined {
    const { host, port, servername, signal } = options;
    const socket: TLSSocket = connect({
      ...(host && { host }),
      port: Number(port),
      ...(servername && { servername }),
      rejectUnauthorized: false,
    });
    const abort = () => socket.destroy(new Error("aborted"));
    signal?.addEventListener("abort", abort, { once: true });
    const fail = (error: Error) => done(error, socket);
    socket.once("error", fail);
    socket.once("secureConnect", () => {
      signal?.removeEventListener("abort", abort);
      const shown = socket.getPeerCertificate().fingerprint256?.replaceAll(":", "").toLowerCase();
      if (shown !== this.fingerprint) {
        socket.destroy();
        fail(
          new Unanswered(mismatch(host, shown), "Ask whoever runs the controller before you pin another.", "hopeless"),
        );
        return;
      }
      socket.removeListener("error", fail);
      done(null, socket);
    });
    return undefined;
  }
}

const mismatch = (host: string | null | undefined, shown: string | undefined) =>
  `${host ?? "The controller"} shows another certificate than the pinned one (SHA-256 ${shown ?? "unknown"}).`;

/** 64 hexadecimal digits, with or without colons, as browsers and openssl show them. */
export function fingerprintOf(text: string): string {
  const plain = text
    .trim()
    .replace(/^sha256[:=]/i, "")
    .replaceAll(":", "")
    .toLowerCase();
  if (/^[0-9a-f]{64}$/.test(plain)) return plain;
  throw new FirmwareError(
    `--fingerprint ${text} is no SHA-256 of a certificate; write 64 hexadecimal digits, as \`openssl x509 -noout -fingerprint -sha256\` shows them.`,
  );
}
