import { createServer } from "node:https";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authority } from "../../../tooling/controlplane/pki";
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
  | { readonly kind: "answer"; readonly text: string; readonly headers?: Readonly<Record<string, string>> };

/** Asked for each request; the count is of requests of this method and kind, from 1. */
export type Faults = (request: Received, count: number) => Fault | undefined;

export interface Running {
  readonly address: string;
  readonly certificateAuthority: string;
  /** Method and path of everything that arrived with a good signature, queries without their filter. */
  readonly requests: string[];
  /** Everything that arrived, whole. */
  readonly received: Received[];
  faults: Faults;
  keys: Map<string, KnownKey>;
  close(): Promise<void>;
}

const root = "/api/v1";

let credentials: ReturnType<typeof issue> | undefined;

/** One authority for a test file, gone from the disk at once. */
async function issue() {
  const directory = mkdtempSync(join(tmpdir(), "trustfoundry-intersight-"));
  try {
    const authority = await Authority.open(directory, "appliance CA (SIMULATED)");
    const names = { commonName: "appliance", dnsNames: ["localhost"], addresses: [] };
    return { certificateAuthority: authority.certificate, ...(await authority.issueServer("appliance", names)) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** SIMULATED Intersight behind real TLS and real verification of signatures. */
export async function simulateIntersight(account: SimulatedIntersight, keys: Map<string, KnownKey>): Promise<Running> {
  const { certificateAuthority, certificate, privateKey } = await (credentials ??= issue());
  const counts = new Map<string, number>();
  const running: Running = {
    address: "",
    certificateAuthority,
    requests: [],
    received: [],
    faults: () => undefined,
    keys,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server: Server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    void respond(request, response).catch((error: unknown) => {
      send(response, 500, { code: "InternalServerError", message: String(error) });
    });
  });

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const received = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
    running.received.push(received);
    const url = new URL(received.path, "https://localhost");
    const kind = `${received.method} ${url.pathname.replace(root, "")}`;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const refusal = refusalOf(received, running.keys);
    if (refusal !== undefined) {
      // A service may repeat what it was sent, credentials included.
      const message = `${refusal}: ${received.headers.authorization ?? ""}`;
      return send(response, 401, { code: "AuthenticationFailure", message });
    }
    running.requests.push(kind);
    const fault = running.faults(received, count);
    const late = (fault?.kind === "status" || fault?.kind === "broken") && fault.when === "after";
    if (fault === undefined || late) {
      const [status, answer] = effect(account, received.method, url, body, received.headers["if-match"]);
      if (fault === undefined) return send(response, status, answer);
    }
    if (fault?.kind === "broken") return void request.socket.destroy();
    if (fault?.kind === "status") {
      if (fault.retryAfter !== undefined) response.setHeader("retry-after", fault.retryAfter);
      return send(response, fault.status, { code: "ServiceUnavailable", message: "overloaded" });
    }
    if (fault?.kind === "answer") {
      response.writeHead(200, fault.headers).end(fault.text);
      return;
    }
    send(response, 200, {});
  }

  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return Object.assign(running, { address: `https://localhost:${(server.address() as AddressInfo).port}` });
}

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

function send(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
}
