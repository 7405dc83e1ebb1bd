import { Agent, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { connect } from "node:tls";
import type { TLSSocket } from "node:tls";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import type { GuestAddress } from "./guestAddress";
import { NoAnswer, noAnswer } from "./noAnswer";

export interface GuestRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Readable;
  readonly signal?: AbortSignal;
}

/**
 * One TLS connection to whoever answers at an address, over which one request at a time goes.
 *
 * No certificate authority is asked, on purpose (`rejectUnauthorized: false`): a name in a certificate says who owns a
 * domain, and both the owner of the host and whoever controls the name could have one. What counts is the public key that
 * the other end has just proved to hold (CertificateVerify of TLS 1.3, which Node.js checks whatever this option says).
 * `spki` is that key, known before a byte of a request is sent; callers send nothing that matters until they have held it
 * against evidence. There is no session to resume and no renegotiation, so it stays the key of this connection to its end.
 */
export class GuestConnection {
  private idleSince = Date.now();

  private constructor(
    private readonly socket: TLSSocket,
    private readonly agent: Agent,
    private readonly address: GuestAddress,
    /** SubjectPublicKeyInfo, DER. */
    readonly spki: Buffer,
  ) {}

  static open(address: GuestAddress, timeoutMs: number, signal?: AbortSignal): Promise<GuestConnection> {
    const limit = AbortSignal.timeout(timeoutMs);
    const stop = signal ? AbortSignal.any([signal, limit]) : limit;
    return new Promise((resolve, reject) => {
      if (stop.aborted) return reject(noAnswer(address.origin, stop.reason));
      const socket = connect({
        host: address.host,
        port: address.port,
        ...(address.serverName !== undefined && { servername: address.serverName }),
        minVersion: "TLSv1.3",
        ALPNProtocols: ["http/1.1"],
        rejectUnauthorized: false,
      });
      const fail = (error: unknown) => {
        socket.destroy();
        reject(noAnswer(address.origin, error));
      };
      const abort = () => fail(stop.reason);
      stop.addEventListener("abort", abort, { once: true });
      socket.once("error", fail);
      socket.once("secureConnect", () => {
        stop.removeEventListener("abort", abort);
        const spki = spkiOf(socket);
        if (!spki) return fail(new Error("it showed no certificate whose key can be read"));
        socket.removeListener("error", fail);
        // From here on requests hear of errors; between requests there is nobody to tell.
        socket.on("error", () => socket.destroy());
        resolve(new GuestConnection(socket, new OneSocket(socket), address, spki));
      });
    });
  }

  /** Whether another request can go this way. Servers close idle connections, and a prompt must not meet that moment. */
  usable(mostIdleMs = 2000): boolean {
    return !this.socket.destroyed && this.socket.writable && Date.now() - this.idleSince < mostIdleMs;
  }

  /** Sends a request; the answer's body is still to be read. Redirects are answers like any other, and not followed. */
  send({ method, path, headers, body, signal }: GuestRequest): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(noAnswer(this.address.origin, signal?.aborted ? signal.reason : error));
      let request: ClientRequest;
      try {
        request = httpRequest({
          agent: this.agent,
          method,
          path,
          headers: { ...headers, host: this.address.authority },
          ...(signal && { signal }),
        });
      } catch (error) {
        return reject(
          new NoAnswer(`The request cannot be sent (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`),
        );
      }
      request.once("error", fail);
      request.once("response", (response) => {
        const rest = () => (this.idleSince = Date.now());
        response.once("end", rest);
        resolve(response);
      });
      // A peer that changes protocols leaves HTTP, and with it everything that is checked here.
      request.once("upgrade", () => {
        this.close();
        fail(new Error("it changed to another protocol"));
      });
      if (body) pipeline(body, request, (error) => error && fail(error));
      else request.end();
    });
  }

  close(): void {
    this.agent.destroy();
    this.socket.destroy();
  }
}

/** Gives its one socket to one request after the other, and opens no other: that would be a connection nobody looked at. */
class OneSocket extends Agent {
  private taken = false;

  constructor(private readonly socket: TLSSocket) {
    super({ keepAlive: true, maxSockets: 1 });
  }

  override createConnection(...[, callback]: Parameters<Agent["createConnection"]>): TLSSocket | undefined {
    if (!this.taken && !this.socket.destroyed) {
      this.taken = true;
      return this.socket;
    }
    callback?.(new Error("the connection was closed"), this.socket);
    return undefined;
  }
}

function spkiOf(socket: TLSSocket): Buffer | undefined {
  try {
    return socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
  } catch {
    return undefined;
  }
}
