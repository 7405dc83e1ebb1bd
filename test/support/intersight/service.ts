import { moids } from "./model";
import type { SimulatedIntersight } from "./model";
import { matches } from "./odata";
import { refusalOf } from "./verify";
import type { KnownKey, Received } from "./verify";

/** What goes wrong with one request. `before` and `after` say whether it had its effect. */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly when?: "before" | "after";
      readonly retryAfter?: string;
    }
  | { readonly kind: "broken"; readonly when: "before" | "after" }
  /** 200, and nothing happened. */
  | { readonly kind: "ignored" }
  | { readonly kind: "answer"; readonly text: string };

/** Asked for each request; the count is of requests of this method and kind, from 1. */
export type Faults = (request: Received, count: number) => Fault | undefined;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const root = "/api/v1";

/** SIMULATED: what the service does with a request, over whatever it arrived. */
export class Service {
  /** Method and path of everything that arrived with a good signature, queries without their filter. */
  readonly requests: string[] = [];
  /** Everything that arrived, whole. */
  readonly received: Received[] = [];
  faults: Faults = () => undefined;
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly account: SimulatedIntersight,
    private readonly keys: ReadonlyMap<string, KnownKey>,
  ) {}

  /** The reply, or none: the connection breaks. */
  respond(received: Received): Reply | undefined {
    this.received.push(received);
    const url = new URL(received.path, "https://localhost");
    const kind = `${received.method} ${url.pathname.replace(root, "")}`;
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    const refusal = refusalOf(received, this.keys);
    // A service may repeat what it was sent, credentials included.
    if (refusal !== undefined)
      return reply(401, {
        code: "AuthenticationFailure",
        message: `${refusal}: ${received.headers.authorization ?? ""}`,
      });
    this.requests.push(kind);
    const fault = this.faults(received, count);
    const late = (fault?.kind === "status" || fault?.kind === "broken") && fault.when === "after";
    const done =
      fault === undefined || late
        ? effect(this.account, received.method, url, received.body, received.headers["if-match"])
        : undefined;
    switch (fault?.kind) {
      case undefined:
        return reply(...(done ?? [500, {}]));
      case "broken":
        return undefined;
      case "status": {
        const headers: Record<string, string> =
          fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
        return reply(fault.status, { code: "ServiceUnavailable", message: "overloaded" }, headers);
      }
      case "answer":
        return { status: 200, headers: {}, text: fault.text };
      case "ignored":
        return reply(200, {});
    }
  }
}

const reply = (status: number, answer: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  text: JSON.stringify(answer),
});

/** What a good request does, and its answer. */
function effect(
  account: SimulatedIntersight,
  method: string,
  url: URL,
  body: string,
  ifMatch: string | undefined,
): readonly [number, unknown] {
  const path = url.pathname.replace(root, "");
  if (method === "GET") {
    if (path === "/server/Profiles") account.look();
    const objects = account.objects[path];
    if (!objects) return [404, { code: "NotFound", message: `no ${path}` }];
    return [200, { Results: objects.filter((object) => matches(object, url.searchParams.get("$filter") ?? "")) }];
  }
  const asked = JSON.parse(body) as Record<string, unknown>;
  const changed = { code: "PreconditionFailed", message: "the object was modified" };
  if (method === "PATCH" && path === `/bios/Policies/${moids.policy}`) {
    if (ifMatch !== account.policyChanged) return [412, changed];
    const unknown = Object.keys(asked).find((name) => !(name in account.values));
    if (unknown !== undefined) return [400, { code: "InvalidRequest", message: `unknown property ${unknown}` }];
    account.patchPolicy(asked);
    return [200, {}];
  }
  if (method === "PATCH" && path === `/server/Profiles/${moids.profile}`) {
    if (ifMatch !== account.profileChanged) return [412, changed];
    if (!account.accepts(asked))
      return [400, { code: "InvalidRequest", message: "Action is not allowed in the current state." }];
    account.deploy(asked);
    return [200, {}];
  }
  return [404, { code: "NotFound", message: `no ${method} ${path}` }];
}
