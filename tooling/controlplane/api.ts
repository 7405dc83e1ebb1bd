import { Agent, request } from "node:https";
import { setTimeout as wait } from "node:timers/promises";

/** The parts that all Kubernetes objects have. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly deletionTimestamp?: string;
  };
}

/** An API server's answer that is no success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export interface ApiCredentials {
  readonly server: string;
  readonly caCertificate: string;
  readonly certificate?: string;
  readonly privateKey?: string;
  /** In place of a certificate of the client's own. */
  readonly bearerToken?: string;
  /** Name that the server's certificate has to be for, where it is reached under another one. */
  readonly serverName?: string;
}

export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Form of the answer; default JSON of the whole object. */
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** Default 15 s. */
  readonly timeoutMilliseconds?: number;
  /** Of the answer; default 256 MiB, more than all objects of a cluster with thousands of nodes. */
  readonly mostBytes?: number;
  /** Told what the server warns of, whether it does as asked or not. */
  readonly onWarning?: (text: string) => void;
}

/** Owner of the fields that the control plane sets on objects. */
export const fieldManager = "trustfoundry-control-plane";

/** How long "not now" is taken for an answer. */
const busyMilliseconds = 30_000;

/** A small client of one API server: kept-alive TLS with the client's credentials; the server's are always verified. */
export class KubeApi {
  private readonly agent: Agent;
  private readonly authorization: Readonly<Record<string, string>>;
  readonly server: string;

  constructor(credentials: ApiCredentials) {
    this.server = credentials.server;
    const { bearerToken, serverName } = credentials;
    this.authorization = bearerToken === undefined ? {} : { authorization: `Bearer ${bearerToken}` };
    this.agent = new Agent({
      keepAlive: true,
      maxSockets: 16,
      ca: credentials.caCertificate,
      cert: credentials.certificate,
      key: credentials.privateKey,
      ...(serverName !== undefined && { servername: serverName }),
      minVersion: "TLSv1.3",
      // Said here, for NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off.
      rejectUnauthorized: true,
    });
  }

  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return JSON.parse(await this.send({ path, signal })) as T;
  }

  async list<T>(path: string, labelSelector?: string, signal?: AbortSignal): Promise<T[]> {
    const answer = await this.send({ path, query: labelSelector ? { labelSelector } : {}, signal });
    return (JSON.parse(answer) as { items: T[] }).items;
  }

  /** Server-side apply; unknown fields are refused instead of dropped. */
  async apply<T extends KubeObject>(path: string, object: T, signal?: AbortSignal): Promise<T> {
    const query = { fieldManager, force: "true", fieldValidation: "Strict" };
    const call = {
      method: "PATCH",
      path,
      query,
      body: object,
      contentType: "application/apply-patch+yaml",
      signal,
    } as const;
    return JSON.parse(await this.send(call)) as T;
  }

  async create<T extends KubeObject>(path: string, object: T, signal?: AbortSignal): Promise<T> {
    const query = { fieldManager, fieldValidation: "Strict" };
    return JSON.parse(await this.send({ method: "POST", path, query, body: object, signal })) as T;
  }

  /** Deletes an object; one that is gone already is no failure. */
  async delete(path: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.send({ method: "DELETE", path, signal });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /** Whether the server says of itself that it is ready. Any failure to answer is a no. */
  async isReady(signal?: AbortSignal): Promise<boolean> {
    try {
      return (await this.send({ path: "/readyz", signal, timeoutMilliseconds: 5_000 })).trim() === "ok";
    } catch {
      return false;
    }
  }

  /** Closes idle connections, so that the process may end. */
  close(): void {
    this.agent.destroy();
  }

  /** Sends a request; where the server says "not now" (a kind's storage is being opened, it is busy), tries again. */
  async send(call: ApiRequest): Promise<string> {
    const end = Date.now() + busyMilliseconds;
    for (;;) {
      try {
        return await this.sendOnce(call);
      } catch (error) {
        const busy = error instanceof ApiError && error.status === 429;
        if (!busy || Date.now() >= end) throw error;
        await wait(250, undefined, { signal: call.signal });
      }
    }
  }

  private sendOnce(call: ApiRequest): Promise<string> {
    const url = new URL(call.path, this.server);
    for (const [key, value] of Object.entries(call.query ?? {})) url.searchParams.set(key, value);
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const headers = {
      accept: call.accept ?? "application/json",
      ...this.authorization,
      ...(body === undefined
        ? {}
        : { "content-type": call.contentType ?? "application/json", "content-length": Buffer.byteLength(body) }),
    };
    return new Promise((resolve, reject) => {
      const { timeoutMilliseconds: timeout = 15_000, mostBytes = 2 ** 28 } = call;
      const sent = request(
        url,
        { agent: this.agent, method: call.method ?? "GET", headers, signal: call.signal, timeout },
        (response) => {
          if (call.onWarning) warningsIn(response.rawHeaders).forEach(call.onWarning);
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on("data", (chunk: Buffer) => {
            chunks.push(chunk);
            bytes += chunk.length;
            // A cluster is somebody else's as a rule, and must not fill this machine's memory.
            if (bytes > mostBytes) response.destroy(new Error(`${url.origin} answered more than ${mostBytes} bytes`));
          });
          response.on("error", reject);
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const status = response.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve(text);
            else reject(apiError(status, text));
          });
        },
      );
      sent.on("timeout", () => sent.destroy(new Error(`${url.origin} did not answer within ${timeout} ms`)));
      sent.on("error", reject);
      sent.end(body);
    });
  }
}

/** A warning's text is a quoted string; each stands in a header of its own. */
function warningsIn(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, index) => {
    if (index % 2 === 1 || name.toLowerCase() !== "warning") return [];
    const text = /^299 \S+ "(.*)"$/s.exec(rawHeaders[index + 1] ?? "")?.[1];
    return text === undefined ? [] : [text.replace(/\\(.)/gs, "$1")];
  });
}

function apiError(status: number, text: string): ApiError {
  try {
    const { reason = "", message = text } = JSON.parse(text) as { reason?: string; message?: string };
    return new ApiError(status, reason, message);
  } catch {
    return new ApiError(status, "", text.trim());
  }
}

/** Calls `attempt` until it returns something, at most `timeoutMilliseconds` long. */
export async function poll<T>(
  attempt: () => Promise<T | undefined>,
  {
    everyMilliseconds = 100,
    timeoutMilliseconds,
    signal,
  }: { everyMilliseconds?: number; timeoutMilliseconds: number; signal?: AbortSignal },
): Promise<T | undefined> {
  const end = Date.now() + timeoutMilliseconds;
  for (;;) {
    signal?.throwIfAborted();
    const result = await attempt();
    if (result !== undefined) return result;
    if (Date.now() >= end) return undefined;
    await wait(everyMilliseconds, undefined, { signal });
  }
}
