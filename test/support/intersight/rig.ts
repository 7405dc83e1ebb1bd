import { generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { IntersightClient, usualTiming } from "../../../tooling/firmware/intersight/client";
import type { Timing } from "../../../tooling/firmware/intersight/client";
import { readApiKey } from "../../../tooling/firmware/intersight/signature";
import { IntersightTarget } from "../../../tooling/firmware/intersight/target";
import type { ProfilePlace } from "../../../tooling/firmware/intersight/view";
import { Connection } from "../../../tooling/firmware/redfish/connection";
import type { Answer, Exchange } from "../../../tooling/firmware/redfish/connection";
import { Unanswered } from "../../../tooling/firmware/redfish/unanswered";
import { SimulatedIntersight } from "./model";
import type { SimulatedOptions } from "./model";
import { serve } from "./server";
import type { Running } from "./server";
import { Service } from "./service";
import type { Faults } from "./service";
import type { KnownKey } from "./verify";

export const keyId = "5e1b0f0a7564612d30a0c001/5e1b0f0a7564612d30a0c002/6112ab3c7564612d31a0c003";

const pairs = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ec: generateKeyPairSync("ec", { namedCurve: "P-256" }),
} as const;

export const secretKey = (kind: keyof typeof pairs = "ec"): string => pemOf(pairs[kind].privateKey, "pkcs8");

export const publicKeyOf = (kind: keyof typeof pairs = "ec"): string => pemOf(pairs[kind].publicKey, "spki");

export const knownKeys = (known: Partial<KnownKey> = {}): Map<string, KnownKey> =>
  new Map([[keyId, { publicKey: publicKeyOf(), ...known }]]);

function pemOf(key: KeyObject, type: "pkcs8" | "spki"): string {
  return key.export({ format: "pem", type: type as "pkcs8" }) as string;
}

/** Nothing here waits longer than it has to. */
export const quick: Timing = { ...usualTiming, pauseMilliseconds: 1, mostPauseMilliseconds: 5 };
const waiting = { pollMilliseconds: 1, noticeMilliseconds: 12, deploymentMilliseconds: 40 };

export interface Rig {
  readonly account: SimulatedIntersight;
  readonly service: Service;
  readonly client: IntersightClient;
  readonly target: IntersightTarget;
  readonly running?: Running;
  /** A process of its own: nothing is remembered. */
  again(): IntersightTarget;
}

export interface RigOptions extends SimulatedOptions {
  /** Default: straight into the service, without a network. */
  readonly tls?: boolean;
  readonly place?: ProfilePlace;
  readonly faults?: Faults;
  readonly keys?: Map<string, KnownKey>;
  readonly timing?: Partial<Timing>;
  readonly pem?: string;
  readonly before?: (account: SimulatedIntersight) => void;
  /** As the journal would have it. */
  readonly unfinished?: () => readonly string[];
}

const open: Running[] = [];
const wanted = () => ["EnableTdx", "EnableTdxSeamldr"];

export async function rig(options: RigOptions = {}): Promise<Rig> {
  const { place = { profile: "gpu-node-1" }, keys = knownKeys(), pem = secretKey(), unfinished = wanted } = options;
  const account = new SimulatedIntersight(options);
  options.before?.(account);
  const service = new Service(account, keys);
  if (options.faults) service.faults = options.faults;
  const running = options.tls ? await serve(service) : undefined;
  if (running) open.push(running);
  const connection = () =>
    running
      ? new Connection(new URL(running.address), { ca: running.certificateAuthority }, limits)
      : new DirectConnection(service);
  const connect = () => new IntersightClient(connection(), readApiKey(keyId, pem), { ...quick, ...options.timing });
  const client = connect();
  const again = () => new IntersightTarget(connect(), place, { waiting, unfinished });
  return {
    account,
    service,
    client,
    target: new IntersightTarget(client, place, { waiting, unfinished }),
    again,
    ...(running && { running }),
  };
}

const limits = { timeoutMilliseconds: 5_000, mostBytes: 1024 ** 2 };

/** Hands requests to the service in the same process, with all headers that a server would see. */
class DirectConnection extends Connection {
  constructor(private readonly service: Service) {
    super(new URL("https://intersight.invalid"), {});
  }

  override async exchange({ method, path, headers, body = "" }: Exchange, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    const reply = this.service.respond({ method, path, headers: { ...headers, host: this.url.host }, body });
    if (!reply) throw new Unanswered(`${this.url.host} did not answer ${method} ${path}.`, "Try again.", "unknown");
    return { ...reply, headers: { date: new Date().toUTCString(), ...reply.headers } };
  }
}

/** For `afterEach`. */
export async function closeRigs(): Promise<void> {
  await Promise.all(open.splice(0).map((running) => running.close()));
}
