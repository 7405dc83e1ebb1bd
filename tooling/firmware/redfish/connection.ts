import { Agent, request } from "node:https";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { gunzip } from "node:zlib";
import { FirmwareError } from "../target";
import { PinnedAgent } from "./pinnedAgent";
import { Unanswered } from "./unanswered";
import type { Silence } from "./unanswered";

export { Unanswered } from "./unanswered";

/** What makes a management controller's certificate a trusted one; exactly one of the two, or the system's authorities. */
export interface Trust {
  /** PEM of the authorities to trust in place of the system's. */
  readonly ca?: string;
  /** SHA-256 of the controller's own certificate, 64 hexadecimal digits, compared before anything is sent. */
  readonly fingerprint?: string;
}

export interface Limits {
  /** For one answer, from connecting to its last byte. */
  readonly timeoutMilliseconds: number;
  /** Of one answer, packed and unpacked: attribute registries have a few MiB. */
  readonly mostBytes: number;
}

export const usualLimits: Limits = { timeoutMilliseconds: 60_000, mostBytes: 32 * 1024 ** 2 };

export interface Exchange {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** HTTPS to one management controller. Its certificate is verified always, before the first byte of a request. */
export class Connection {
  private readonly reading: Agent;
  private readonly changing: Agent;

  constructor(
    readonly url: URL,
    trust: Trust,
    private readonly limits: Limits = usualLimits,
  ) {
    const agent = (keepAlive: boolean) => {
      // One at a time: small controllers serve few connections, and order is kept.
      const options = {
        keepAlive,
        maxSockets: 1,
        ...(trust.ca !== undefined && { ca: trust.ca }),
        // Said here, for NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off.
        rejectUnauthorized: true,
      };
      return trust.fingerprint === undefined ? new Agent(options) : new PinnedAgent(options, trust.fingerprint);
    };
    // A connection kept open may have been closed by the other side. A read is repeated then; of a change it would not be
    // known whether it arrived, so that each has a connection of its own.
    this.reading = agent(true);
    this.changing = agent(false);
  }

  async exchange(sent: Exchange, signal?: AbortSignal): Promise<Answer> {
    const timeout = AbortSignal.timeout(this.limits.timeoutMilliseconds);
    try {
      const response = await this.respond(sent, signal ? AbortSignal.any([signal, timeout]) : timeout);
      const packed = await this.whole(response);
      const body = response.headers["content-encoding"] === "gzip" ? await this.unpacked(packed) : packed;
      return { status: response.statusCode ?? 0, headers: response.headers, text: body.toString("utf8") };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof FirmwareError) throw error;
      throw this.unanswered(sent, error, timeout.aborted);
    }
  }

  close(): void {
    this.reading.destroy();
    this.changing.destroy();
  }

  private respond({ method, path, headers, body }: Exchange, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.url;
      const host = hostname.replace(/^\[|\]$/g, "");
      const outgoing = request(
        {
          agent: method === "GET" ? this.reading : this.changing,
          host,
          port: port || 443,
          method,
          path,
          signal,
          ...(isIP(host) === 0 && { servername: host }),
          headers: {
            ...headers,
            host: this.url.host,
            accept: "application/json",
            "accept-encoding": "gzip",
            "odata-version": "4.0",
            ...(body !== undefined && {
              "content-type": "application/json",
              "content-length": String(Buffer.byteLength(body)),
            }),
          },
        },
        resolve,
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  private async whole(response: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > this.limits.mostBytes) {
        response.destroy();
        throw this.tooLarge();
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  private unpacked(packed: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      gunzip(packed, { maxOutputLength: this.limits.mostBytes }, (error, unpacked) => {
        if (!error) resolve(unpacked);
        else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") reject(this.tooLarge());
        else reject(new FirmwareError(`${this.url.host} sent an answer that cannot be unpacked.`));
      });
    });
  }

  private tooLarge(): FirmwareError {
    return new FirmwareError(
      `${this.url.host} sent an answer of more than ${this.limits.mostBytes / 1024 ** 2} MiB, which no such controller has to say.`,
    );
  }

  private unanswered({ method, path }: Exchange, error: unknown, timedOut: boolean): Unanswered {
    const { code = "", message = "" } = error as NodeJS.ErrnoException;
    const { host } = this.url;
    const certificate = certificateTroubles.find(([pattern]) => pattern.test(code));
    if (certificate) return new Unanswered(`The certificate of ${host} ${certificate[1]}.`, certificate[2], "hopeless");
    const reason = timedOut
      ? `no whole answer within ${this.limits.timeoutMilliseconds / 1000} s`
      : code || message || "no reason given";
    return new Unanswered(
      `${host} did not answer ${method} ${path} (${reason}).`,
      "See whether the address is right and the management network is reachable; then run the command again.",
      silences[code] ?? "unknown",
    );
  }
}

const silences: Readonly<Record<string, Silence>> = {
  ENOTFOUND: "hopeless",
  ECONNREFUSED: "unsent",
  EHOSTUNREACH: "unsent",
  ENETUNREACH: "unsent",
  EAI_AGAIN: "unsent",
};

const trustHint =
  "Name the authority that issued it with --ca, or pin this very certificate with --fingerprint, read from the controller itself.";

const certificateTroubles: readonly (readonly [RegExp, string, string])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, "is for other names", "Use the name that it is issued for as the address."],
  [/^CERT_HAS_EXPIRED$/, "has expired", "Renew it on the controller."],
  [/^CERT_NOT_YET_VALID$/, "is not valid yet", "Compare the clocks of this machine and of the controller."],
  [/SELF_SIGNED|UNABLE_TO|CERT_|^ERR_TLS_CERT/, "is not trusted", trustHint],
];
