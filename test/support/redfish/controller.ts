import { createServer } from "node:https";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { Authority } from "../../../tooling/controlplane/pki";
import type { AttributeValue } from "../../../components/host/firmware/plan";
import type { Connection } from "../../../tooling/firmware/redfish/connection";
import type { SimulatedMachine } from "./machine";
import { layouts, resource } from "./resources";

/** What goes wrong with requests: `before` they have an effect, or `after`. */
export interface Fault {
  readonly method: string;
  /** Part of the path. */
  readonly path: string;
  /** How often. Default 1. */
  times?: number;
  readonly does:
    | {
        readonly answer: number;
        readonly retryAfter?: string;
        readonly effect?: "before" | "after";
        readonly body?: unknown;
      }
    | { readonly drop: "before" | "after" }
    | { readonly hang: true }
    | { readonly redirect: string }
    | { readonly raw: string };
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: string;
  readonly ifMatch?: string;
}

export const login = { user: "operator", password: "correct horse battery staple" };

/** SIMULATED: a management controller that speaks Redfish over HTTPS, for one machine. */
export class SimulatedController {
  readonly seen: Seen[] = [];
  readonly faults: Fault[] = [];
  /** Logins, and those that were not logged out. */
  logins = 0;
  private readonly sessions = new Map<string, string>();
  private server: Server | undefined;

  private constructor(
    readonly machine: SimulatedMachine,
    readonly ca: string,
    readonly certificate: string,
    private readonly key: string,
  ) {}

  static async start(machine: SimulatedMachine, folder: string, names = ["localhost"]): Promise<SimulatedController> {
    const authority = await Authority.open(folder, "test authority of controllers");
    const issued = await authority.issueServer(`controller-${names.join("-")}`, {
      commonName: names[0] ?? "controller",
      dnsNames: names,
      addresses: names.includes("localhost") ? ["127.0.0.1"] : [],
    });
    const controller = new SimulatedController(machine, authority.certificate, issued.certificate, issued.privateKey);
    await controller.listen();
    return controller;
  }

  get address(): string {
    return `localhost:${(this.server?.address() as AddressInfo).port}`;
  }

  get openSessions(): number {
    return this.sessions.size;
  }

  /** As controllers do after a while, or when they restart. */
  expireSessions(): void {
    this.sessions.clear();
  }

  count(method: string, path: string): number {
    return this.seen.filter((request) => request.method === method && request.path.includes(path)).length;
  }

  /** The same without a network, for tests of many runs. */
  inProcess(): Pick<Connection, "url" | "exchange" | "close"> {
    return {
      url: new URL("https://in-process"),
      exchange: ({ method, path, headers, body = "" }) => {
        const fault = this.faults.find(
          (one) => (one.times ?? 1) > 0 && one.method === method && path.includes(one.path),
        );
        if (fault && "answer" in fault.does) {
          fault.times = (fault.times ?? 1) - 1;
          const { answer, retryAfter, effect } = fault.does;
          if (effect === "after") this.act(method, path, body, headers, () => undefined);
          const more = retryAfter === undefined ? {} : { "retry-after": retryAfter };
          return Promise.resolve({ status: answer, headers: more, text: "" });
        }
        let given: Answered = { status: 0, headers: {}, text: "" };
        const plain = path.replace(/\?.*$/, "").replace(/(.)\/$/, "$1");
        this.act(method, plain, body, headers, (status, value, more = {}) => {
          this.seen.push({ method, path: plain, status, body });
          given = { status, headers: more, text: value === undefined ? "" : JSON.stringify(value) };
        });
        return Promise.resolve(given);
      },
      close: () => undefined,
    };
  }

  static withoutNetwork(machine: SimulatedMachine): SimulatedController {
    return new SimulatedController(machine, "", "", "");
  }

  async stop(): Promise<void> {
    if (!this.server) return;
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private async listen(): Promise<void> {
    const server = createServer({ cert: this.certificate, key: this.key }, (request, response) => {
      void this.serve(request, response);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const method = request.method ?? "";
    const path = (request.url ?? "").replace(/\?.*$/, "").replace(/(.)\/$/, "$1");
    const ifMatch = request.headers["if-match"];
    const answer = (status: number, value?: unknown, headers: Record<string, string> = {}) => {
      this.seen.push({ method, path, status, body, ...(ifMatch !== undefined && { ifMatch }) });
      send(response, status, value, headers);
    };
    const fault = this.faults.find((one) => (one.times ?? 1) > 0 && one.method === method && path.includes(one.path));
    if (fault) fault.times = (fault.times ?? 1) - 1;
    const does = fault?.does;
    if (does && "hang" in does) return;
    if (does && "redirect" in does) return answer(308, undefined, { location: does.redirect });
    if (does && "raw" in does) return void response.writeHead(200).end(does.raw);
    if (does && "drop" in does) {
      if (does.drop === "after") this.act(method, path, body, request.headers, () => undefined);
      request.socket.destroy();
      return;
    }
    if (does && "answer" in does) {
      if (does.effect === "after") this.act(method, path, body, request.headers, () => undefined);
      const headers = does.retryAfter === undefined ? undefined : { "retry-after": does.retryAfter };
      return answer(does.answer, does.body ?? said("Busy."), headers);
    }
    this.act(method, path, body, request.headers, answer);
  }

  private act(method: string, path: string, body: string, headers: Headers, answer: Answer): void {
    if (path === "/redfish/v1") return answer(200, { Links: { Sessions: { "@odata.id": sessionsPath } } });
    if (method === "POST" && path === sessionsPath) return this.open(body, answer);
    const token = headers["x-auth-token"];
    if (typeof token !== "string" || !this.sessions.has(token)) return answer(401, said("No session."));
    if (method === "DELETE") {
      this.sessions.delete(token);
      return answer(204);
    }
    if (method === "GET") {
      const value = resource(this.machine, path);
      if (value === undefined) return answer(404, said("Not there."));
      return answer(200, value, path === layouts[this.machine.args.vendor].settings ? { etag: this.machine.etag } : {});
    }
    const ifMatch = headers["if-match"];
    this.change(method, path, body, typeof ifMatch === "string" ? ifMatch : undefined, answer);
  }

  private open(body: string, answer: Answer): void {
    const { UserName, Password } = JSON.parse(body) as { UserName?: string; Password?: string };
    if (UserName !== login.user || Password !== login.password)
      // A controller that repeats what it was sent.
      return answer(401, said(`The password ${Password} of ${UserName} is wrong.`));
    this.logins += 1;
    const token = `token-${this.logins}`;
    this.sessions.set(token, `${sessionsPath}/${this.logins}`);
    answer(201, {}, { "x-auth-token": token, location: `${sessionsPath}/${this.logins}` });
  }

  private change(method: string, path: string, body: string, ifMatch: string | undefined, answer: Answer): void {
    const { machine } = this;
    const layout = layouts[machine.args.vendor];
    const sent = JSON.parse(body) as Sent;
    if (method === "PATCH" && path === layout.settings) {
      if (ifMatch !== undefined && ifMatch !== machine.etag) return answer(412, said("Changed meanwhile."));
      const refusal = machine.stage(sent.Attributes ?? {}, sent["@Redfish.SettingsApplyTime"]?.ApplyTime === "OnReset");
      return refusal === undefined ? answer(200, said("RebootRequired")) : answer(400, said(refusal));
    }
    if (method === "POST" && path === `${layout.manager}/Jobs` && sent.TargetSettingsURI === layout.settings)
      return answer(200, undefined, { location: `${layout.manager}/Jobs/${machine.addJob()}` });
    if (method === "POST" && path === `${layout.system}/Actions/ComputerSystem.Reset`) {
      machine.restart();
      return answer(204);
    }
    if (method === "POST" && path === `${layout.manager}/Actions/Manager.Reset`) {
      machine.restartController();
      this.expireSessions();
      return answer(204);
    }
    // Lenovo refuses a PATCH of the Bios itself.
    answer(405, said("Not allowed here."));
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;
type Answered = Awaited<ReturnType<Connection["exchange"]>>;
type Answer = (status: number, value?: unknown, headers?: Record<string, string>) => void;

interface Sent {
  readonly Attributes?: Record<string, AttributeValue>;
  readonly TargetSettingsURI?: string;
  readonly "@Redfish.SettingsApplyTime"?: { readonly ApplyTime?: string };
}

const sessionsPath = "/redfish/v1/SessionService/Sessions";

const said = (Message: string) => ({ error: { "@Message.ExtendedInfo": [{ Message }] } });

/** Packed, as iLO sends its registries. */
function send(response: ServerResponse, status: number, value: unknown, headers: Record<string, string>): void {
  const text = value === undefined ? undefined : gzipSync(JSON.stringify(value));
  response.writeHead(status, {
    ...headers,
    ...(text && { "content-type": "application/json", "content-encoding": "gzip" }),
  });
  response.end(text);
}
