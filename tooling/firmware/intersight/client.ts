import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { printable } from "../address";
import { withoutSecrets } from "../credentials";
import { Unanswered } from "../redfish/unanswered";
import type { Answer, Connection } from "../redfish/connection";
import { FirmwareError } from "../target";
import { found } from "./objects";
import { signedHeaders } from "./signature";
import type { ApiKey } from "./signature";

export interface Timing {
  readonly now: () => Date;
  readonly pauseMilliseconds: number;
  /** Bound on what a `Retry-After` may ask for. */
  readonly mostPauseMilliseconds: number;
  /** How often a request is sent at most, while it is refused as too frequent or a read is not answered. */
  readonly attempts: number;
}

export const usualTiming: Timing = {
  now: () => new Date(),
  pauseMilliseconds: 2_000,
  mostPauseMilliseconds: 120_000,
  attempts: 6,
};

const root = "/api/v1";
const errorSchema = z.object({ code: z.string().nullish(), message: z.string().nullish() });
/** Bigger differences of clocks are named as the likely reason of a refusal. */
const noticedSkewMinutes = 2;

/** Intersight's REST API with signed requests. Reads are repeated where they fail on the way, changes are not. */
export class IntersightClient {
  constructor(
    private readonly connection: Connection,
    private readonly key: ApiKey,
    private readonly timing: Timing = usualTiming,
  ) {}

  get host(): string {
    return this.connection.url.host;
  }

  async get<T extends z.ZodType>(path: string, schema: T, signal?: AbortSignal): Promise<z.infer<T>> {
    const answer = await this.patiently("GET", path, undefined, {}, signal);
    if (answer.status !== 200) throw this.refused("GET", path, answer);
    const parsed = schema.safeParse(jsonOf(answer.text));
    if (parsed.success) return parsed.data;
    const at = parsed.error.issues[0]?.path.map(String).join(".");
    throw new FirmwareError(
      `${this.host} answered GET ${path} with something else than Intersight's API says${at ? ` (at ${printable(at, 80)})` : ""}.`,
      "See whether the address is that of Intersight or of an Intersight appliance.",
    );
  }

  /** Objects that `filter` fits, in the language of OData. Values in it have to be checked by the caller. */
  async query<T extends z.ZodType>(
    path: string,
    filter: string,
    schema: T,
    signal?: AbortSignal,
  ): Promise<readonly z.infer<T>[]> {
    const parameters = new URLSearchParams({ $filter: filter });
    return (await this.get(`${path}?${parameters}`, found(schema), signal)).Results ?? [];
  }

  /**
   * One change, sent once. `modTime`: of the state that it was decided by; If-Match with it refuses another state
   * (CiscoDevNet/intersight-go cb1ffa2, `api_bios.go`). Throws Unanswered where nobody knows whether it arrived.
   */
  async patch(path: string, body: unknown, modTime: string, signal?: AbortSignal): Promise<void> {
    const answer = await this.patiently("PATCH", path, JSON.stringify(body), { "if-match": modTime }, signal);
    if (answer.status === 412)
      throw new FirmwareError(
        `${this.host} refuses ${path}: somebody else changed it a moment ago.`,
        "Run the command again; it reads everything anew.",
      );
    // An overloaded service, or something before it, may have let the request through.
    if (answer.status >= 500) throw new Unanswered(this.saying("PATCH", path, answer), this.remedy(answer), "unknown");
    if (answer.status < 200 || answer.status > 299) throw this.refused("PATCH", path, answer);
  }

  close(): void {
    this.connection.close();
  }

  private async patiently(
    method: "GET" | "PATCH",
    path: string,
    body: string | undefined,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const repeatable = method === "GET";
    for (let attempt = 1; ; attempt++) {
      const last = attempt >= this.timing.attempts;
      let pause = this.timing.pauseMilliseconds * attempt;
      try {
        const answer = await this.once(method, path, body, headers, signal);
        // 429 had no effect, whatever was asked.
        const again = answer.status === 429 || (answer.status >= 500 && repeatable);
        if (!again || last) return answer;
        pause = askedPause(answer.headers["retry-after"], this.timing.now()) ?? pause;
      } catch (error) {
        if (!(error instanceof Unanswered) || error.silence === "hopeless" || !repeatable || last) throw error;
      }
      await wait(Math.min(pause, this.timing.mostPauseMilliseconds), undefined, { signal });
    }
  }

  private async once(
    method: "GET" | "PATCH",
    path: string,
    body: string | undefined,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const target = `${root}${path}`;
    const signature = signedHeaders({ method, path: target, host: this.host, date: this.timing.now(), body }, this.key);
    const answer = await this.connection.exchange(
      { method, path: target, headers: { ...headers, ...signature }, ...(body !== undefined && { body }) },
      signal,
    );
    if (answer.status >= 300 && answer.status <= 399)
      throw new FirmwareError(
        `${this.host} sends ${method} ${path} elsewhere, which is not followed: a signature is for one host.`,
        "Name that host as the address, if it is yours.",
      );
    return answer;
  }

  private refused(method: string, path: string, answer: Answer): FirmwareError {
    return new FirmwareError(this.saying(method, path, answer), this.remedy(answer));
  }

  private saying(method: string, path: string, { status, text }: Answer): string {
    const { message, code } = errorSchema.safeParse(jsonOf(text)).data ?? {};
    // A service may repeat what it refuses; a signature is good for some minutes.
    const said = withoutSecrets((status === 401 ? code : (message ?? code)) ?? "", [this.key.id]).replace(
      /signature="[^"]*"?/gi,
      "[not shown]",
    );
    return `${this.host} answered ${method} ${path} with ${status}${said ? `: ${printable(said)}` : "."}`;
  }

  private remedy({ status, headers }: Answer): string {
    if (status === 401) {
      const skew = skewMinutes(headers.date, this.timing.now());
      return Math.abs(skew) >= noticedSkewMinutes
        ? `The clock of this machine is ${Math.abs(skew)} minutes ${skew > 0 ? "ahead of" : "behind"} Intersight's; set it.`
        : "See whether the API key's id and its secret key belong together, and whether the key has expired or was deleted.";
    }
    if (status === 403) return "Give the API key a role that may read servers, edit BIOS policies and deploy profiles.";
    if (status === 429) return "Intersight asks for fewer requests; run the command again later.";
    if (status >= 500) return "Run the command again later; it continues where it stopped.";
    return "See whether the object still exists in Intersight; then run the command again.";
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Seconds, or a date. */
function askedPause(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

/** How much this machine's clock is ahead. */
function skewMinutes(theirs: string | undefined, ours: Date): number {
  const date = theirs === undefined ? NaN : Date.parse(theirs);
  return Number.isNaN(date) ? 0 : Math.round((ours.getTime() - date) / 60_000);
}
