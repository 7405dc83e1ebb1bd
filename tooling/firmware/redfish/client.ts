import { setTimeout as wait } from "node:timers/promises";
import type { z } from "zod";
import { printable } from "../address";
import { withoutSecrets } from "../credentials";
import type { Credentials } from "../credentials";
import { FirmwareError } from "../target";
import { Unanswered } from "./unanswered";
import type { Answer, Connection, Exchange } from "./connection";
import { messagesOf, rootSchema } from "./schemas";

export interface Patience {
  /** Bound on what a `Retry-After` may ask for, and the pause where it is missing. */
  readonly mostPauseMilliseconds: number;
  readonly pauseMilliseconds: number;
  /** How often a request is sent at most while the controller says that it is too busy, or a read is not answered. */
  readonly attempts: number;
}

export const usualPatience: Patience = { mostPauseMilliseconds: 120_000, pauseMilliseconds: 2_000, attempts: 6 };

/** A resource, and the tag that says which state of it was read. */
export interface Read<T> {
  readonly value: T;
  readonly etag?: string;
}

export interface Accepted {
  readonly status: number;
  /** Path of what was made: a session, a job. */
  readonly location?: string;
}

/** An answer that is a refusal; the status is what callers may decide by. */
export class Refused extends FirmwareError {
  constructor(
    message: string,
    readonly status: number,
    hint?: string,
  ) {
    super(message, hint);
  }
}

/** Redfish with one login. Reads are repeated where they fail on the way; what changes something is not. */
export class RedfishClient {
  private token: string | undefined;
  private session: string | undefined;
  private sessions: string | undefined;

  constructor(
    private readonly connection: Pick<Connection, "url" | "exchange" | "close">,
    private readonly credentials: Credentials,
    private readonly patience: Patience = usualPatience,
  ) {}

  get host(): string {
    return this.connection.url.host;
  }

  async get<T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<Read<T>> {
    const answer = await this.authorised({ method: "GET", path, headers: {} }, signal);
    if (answer.status !== 200) throw this.refused("GET", path, answer);
    const value = this.checked(path, answer, schema);
    // Some controllers send the tag in the body alone.
    const inBody = (value as { "@odata.etag"?: unknown })["@odata.etag"];
    const etag = answer.headers.etag ?? (typeof inBody === "string" ? inBody : undefined);
    return { value, ...(etag !== undefined && { etag }) };
  }

  /** `etag`: of the state that the change was decided by; another state refuses it (412). */
  async patch(path: string, body: unknown, etag: string | undefined, signal?: AbortSignal): Promise<Accepted> {
    return this.change("PATCH", path, body, etag === undefined ? {} : { "if-match": etag }, signal);
  }

  async post(path: string, body: unknown, signal?: AbortSignal): Promise<Accepted> {
    return this.change("POST", path, body, {}, signal);
  }

  /** Logs out, so that none of the few places of sessions stays taken. What fails here fails nobody. */
  async close(): Promise<void> {
    const { session, token } = this;
    this.token = undefined;
    if (session !== undefined && token !== undefined)
      await this.connection
        .exchange({ method: "DELETE", path: session, headers: { "x-auth-token": token } }, AbortSignal.timeout(10_000))
        .catch(() => undefined);
    this.connection.close();
  }

  /** A controller that restarted knows no session of before. */
  forgetSession(): void {
    this.token = undefined;
    this.session = undefined;
  }

  private async change(
    method: "PATCH" | "POST",
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Accepted> {
    const answer = await this.authorised({ method, path, headers, body: JSON.stringify(body) }, signal);
    if (answer.status < 200 || answer.status > 299) throw this.refused(method, path, answer);
    const location = answer.headers.location;
    return { status: answer.status, ...(location !== undefined && { location: this.ownPath(location) }) };
  }

  /** With the session's token; an expired session is opened anew, once. A refusal for that had no effect. */
  private async authorised(exchange: Exchange, signal?: AbortSignal): Promise<Answer> {
    for (let login = 0; ; login++) {
      const token = this.token ?? (await this.login(signal));
      const headers = { ...exchange.headers, "x-auth-token": token };
      const answer = await this.patiently({ ...exchange, headers }, signal);
      if (answer.status !== 401 || login > 0) return answer;
      this.forgetSession();
    }
  }

  private async login(signal?: AbortSignal): Promise<string> {
    const path = (this.sessions ??= await this.sessionsPath(signal));
    const body = JSON.stringify({ UserName: this.credentials.user, Password: this.credentials.password });
    const answer = await this.patiently({ method: "POST", path, headers: {}, body }, signal);
    const token = answer.headers["x-auth-token"];
    if (answer.status === 401 || answer.status === 403)
      throw new Refused(
        `${this.host} refuses the login.`,
        answer.status,
        "Check the credentials; another wrong attempt may lock the account.",
      );
    if (answer.status < 200 || answer.status > 299) throw this.refused("POST", path, answer);
    if (typeof token !== "string" || token === "")
      throw new FirmwareError(`${this.host} logged in without giving a token; it does not speak Redfish's sessions.`);
    this.token = token;
    const { location } = answer.headers;
    this.session = location === undefined ? undefined : this.ownPath(location);
    return token;
  }

  private async sessionsPath(signal?: AbortSignal): Promise<string> {
    const path = "/redfish/v1/";
    const answer = await this.patiently({ method: "GET", path, headers: {} }, signal);
    if (answer.status !== 200) throw this.refused("GET", path, answer);
    const root = this.checked(path, answer, rootSchema);
    return this.ownPath(root.Links?.Sessions?.["@odata.id"] ?? "/redfish/v1/SessionService/Sessions");
  }

  /**
   * Waits where the controller is too busy, as long as it asks within bounds. 429 had no effect, whatever was asked; 503
   * may come from something before the controller, so that only what can be sent twice without harm is repeated then.
   */
  private async patiently(exchange: Exchange, signal?: AbortSignal): Promise<Answer> {
    const repeatable = exchange.method === "GET" || exchange.path === this.sessions;
    for (let attempt = 1; ; attempt++) {
      const last = attempt >= this.patience.attempts;
      let pause = this.patience.pauseMilliseconds * attempt;
      try {
        const answer = await this.followed(exchange, signal);
        const busy = answer.status === 429 || (answer.status === 503 && repeatable);
        if (!busy || last) return answer;
        pause = retryAfter(answer.headers["retry-after"], pause);
      } catch (error) {
        const again =
          error instanceof Unanswered && (error.silence === "unsent" || (repeatable && error.silence !== "hopeless"));
        if (!again || last) throw error;
      }
      await wait(Math.min(pause, this.patience.mostPauseMilliseconds), undefined, { signal });
    }
  }

  /** Redirects of reads are followed on the same controller alone: credentials go nowhere else. */
  private async followed(exchange: Exchange, signal?: AbortSignal): Promise<Answer> {
    let { path } = exchange;
    for (let hop = 0; ; hop++) {
      const answer = await this.connection.exchange({ ...exchange, path }, signal);
      if (answer.status < 300 || answer.status > 399 || answer.status === 304) return answer;
      const { location } = answer.headers;
      if (exchange.method !== "GET" || location === undefined || hop >= 3)
        throw new FirmwareError(`${this.host} sends ${exchange.method} ${path} elsewhere, which is not followed.`);
      path = this.ownPath(location);
    }
  }

  /** A link of this controller's as a path. One that leads to another host is refused. */
  ownPath(link: string): string {
    const { origin } = this.connection.url;
    const url = URL.canParse(link, origin) ? new URL(link, origin) : undefined;
    if (url?.origin !== origin)
      throw new FirmwareError(
        `${this.host} points to ${printable(link)}, another host; nothing is sent there.`,
        "Use the name or address that the controller itself uses.",
      );
    return `${url.pathname}${url.search}`;
  }

  private checked<T>(path: string, { text }: Answer, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const place = issue && issue.path.length > 0 ? ` at ${printable(issue.path.join("."))}` : "";
    throw new FirmwareError(
      `${this.host} answered GET ${path} with something that is not what Redfish has there${place}.`,
    );
  }

  private refused(method: string, path: string, { status, text }: Answer): Refused {
    const secrets = [this.credentials.password, this.token ?? ""];
    const said = messagesOf(jsonOf(text)).map((message) => printable(withoutSecrets(message, secrets)));
    const why = said.length > 0 ? `: ${said.slice(0, 5).join(" ")}` : ".";
    return new Refused(`${this.host} refused ${method} ${path} with ${status}${why}`, status, hints[status]);
  }
}

const hints: Readonly<Record<number, string>> = {
  401: "Check the credentials.",
  403: "The account may not do this; it needs the right to configure the machine and to restart it.",
  412: "Somebody else changed it in between; see what is pending, then run the command again.",
  429: "The controller is too busy; try again later.",
  503: "The controller is too busy or starting; run the command again, and it continues.",
};

/** Milliseconds, from seconds or a date. */
export function retryAfter(header: string | undefined, otherwise: number, now = Date.now()): number {
  if (header === undefined) return otherwise;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? otherwise : Math.max(0, date - now);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
