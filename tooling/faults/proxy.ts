import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { loopback } from "../controlplane/ports";

/** A request on its way to the API server. */
export interface Passing {
  /** How many requests of the same sort (changes or reads) there were since the last `watch`, this one included. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  /** Whether it asks for a change: neither a read nor a dry run. */
  readonly changes: boolean;
}

/** What happens to a request instead of the usual. */
export type Disturbance =
  | { readonly kind: "answer"; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** The server does as asked; the client gets half of the answer. */
  | { readonly kind: "cutAnswer" }
  /** The connection ends before anything reaches the server. */
  | { readonly kind: "hangUp" };

export interface Watcher {
  /** Asked for each request before it goes on; whatever it awaits, the request waits for. */
  readonly onRequest?: (passing: Passing) => Disturbance | undefined | Promise<Disturbance | undefined>;
  /** Told when the server has answered and the client does not know yet; the answer waits for it. */
  readonly onAnswer?: (passing: Passing, status: number) => void | Promise<void>;
}

export interface ProxyArgs {
  /** Where the real API server is, asked anew for each request: it may have moved. */
  readonly server: () => string;
  /** PEM of the real API server's CA. */
  readonly serverCa: string;
  /** What this proxy shows to its clients. */
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * Stands between clients and a real API server, ends their TLS and passes everything on, credentials included: they are
 * bearer tokens, which the real server judges. A watcher may disturb.
 */
export class FaultyProxy {
  private readonly agent: Agent;
  private readonly listener: Server;
  private readonly sockets = new Set<Socket>();
  private watcher: Watcher = {};
  private counts = { changes: 0, reads: 0 };

  private constructor(private readonly args: ProxyArgs) {
    this.agent = new Agent({ keepAlive: false, ca: args.serverCa, minVersion: "TLSv1.3", rejectUnauthorized: true });
    this.listener = createServer(
      { cert: args.certificate, key: args.privateKey, minVersion: "TLSv1.3" },
      (from, to) => {
        void this.pass(from, to).catch(() => from.socket.destroy());
      },
    );
    this.listener.on("connection", (socket: Socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
      socket.on("error", () => undefined);
    });
    this.listener.on("tlsClientError", () => undefined);
  }

  static async start(args: ProxyArgs): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(args);
    await new Promise<void>((done, fail) => {
      proxy.listener.once("error", fail);
      proxy.listener.listen(0, loopback, done);
    });
    return proxy;
  }

  get url(): string {
    return `https://${loopback}:${(this.listener.address() as AddressInfo).port}`;
  }

  /** From now on this watcher is asked, and counting begins anew. Without one, everything passes. */
  watch(watcher: Watcher = {}): void {
    this.watcher = watcher;
    this.counts = { changes: 0, reads: 0 };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.agent.destroy();
    await new Promise<void>((done) => this.listener.close(() => done()));
  }

  private async pass(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = from;
    const changes = !["GET", "HEAD", "OPTIONS"].includes(method) && !url.includes("dryRun=");
    const number = ++this.counts[changes ? "changes" : "reads"];
    const passing: Passing = { number, method, path: url, changes };
    const { watcher } = this;
    const disturbance = await watcher.onRequest?.(passing);
    if (disturbance?.kind === "hangUp") return void from.socket.destroy();
    if (disturbance?.kind === "answer") return answer(from, to, disturbance);
    if (disturbance?.kind === "delay") await wait(disturbance.milliseconds);
    const cut = disturbance?.kind === "cutAnswer";
    await new Promise<void>((done, fail) => {
      const target = new URL(url, this.args.server());
      const onward = request(target, { agent: this.agent, method, headers: { ...from.headers, host: target.host } });
      onward.on("error", fail);
      // A client that is gone asks no longer: watches end with it.
      to.on("close", () => onward.destroy());
      onward.on("response", (response) => {
        void (async () => {
          await watcher.onAnswer?.(passing, response.statusCode ?? 0);
          if (cut) return void cutShort(response, to, done);
          to.writeHead(response.statusCode ?? 502, response.headers);
          response.pipe(to);
          response.on("end", done);
          response.on("error", fail);
          response.on("close", done);
        })().catch(fail);
      });
      from.pipe(onward);
    });
  }
}

/** As an API server says it of itself: a Status object. */
function answer(
  from: IncomingMessage,
  to: ServerResponse,
  { status, headers = {} }: Extract<Disturbance, { kind: "answer" }>,
): void {
  const reasons: Record<number, string> = { 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable" };
  const body = JSON.stringify({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "the server is disturbed by a test",
    reason: reasons[status] ?? "Unknown",
    code: status,
  });
  from.resume();
  to.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}

/** Says how long the whole would have been, sends half of it, and hangs up. */
function cutShort(response: IncomingMessage, to: ServerResponse, done: () => void): void {
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.on("end", () => {
    const whole = Buffer.concat(chunks);
    const headers = { ...response.headers, "content-length": String(whole.length) };
    delete headers["transfer-encoding"];
    to.writeHead(response.statusCode ?? 502, headers);
    to.write(whole.subarray(0, Math.floor(whole.length / 2)), () => {
      to.socket?.destroy();
      done();
    });
  });
}
