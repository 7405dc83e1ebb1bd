import { generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { IntersightClient, usualTiming } from "../../../tooling/firmware/intersight/client";
import type { Timing } from "../../../tooling/firmware/intersight/client";
import { readApiKey } from "../../../tooling/firmware/intersight/signature";
import { IntersightTarget } from "../../../tooling/firmware/intersight/target";
import type { ProfilePlace } from "../../../tooling/firmware/intersight/view";
import { Connection } from "../../../tooling/firmware/redfish/connection";
import { SimulatedIntersight } from "./model";
import type { SimulatedOptions } from "./model";
import { simulateIntersight } from "./server";
import type { Faults, Running } from "./server";
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
  readonly service: Running;
  readonly client: IntersightClient;
  readonly target: IntersightTarget;
  /** A process of its own: nothing is remembered. */
  again(): IntersightTarget;
}

const open: Running[] = [];

export async function rig(
  options: SimulatedOptions & {
    readonly place?: ProfilePlace;
    readonly faults?: Faults;
    readonly keys?: Map<string, KnownKey>;
    readonly timing?: Partial<Timing>;
    readonly pem?: string;
    readonly before?: (account: SimulatedIntersight) => void;
    /** As the journal would have it. */
    readonly unfinished?: readonly string[];
  } = {},
): Promise<Rig> {
  const { place = { profile: "gpu-node-1" }, faults, keys = knownKeys(), timing, pem = secretKey(), before } = options;
  const { unfinished = ["EnableTdx", "EnableTdxSeamldr"] } = options;
  const told = { waiting, unfinished: () => unfinished };
  const account = new SimulatedIntersight(options);
  before?.(account);
  const service = await simulateIntersight(account, keys);
  open.push(service);
  if (faults) service.faults = faults;
  const connect = () =>
    new IntersightClient(
      new Connection(
        new URL(service.address),
        { ca: service.certificateAuthority },
        { timeoutMilliseconds: 5_000, mostBytes: 1024 ** 2 },
      ),
      readApiKey(keyId, pem),
      { ...quick, ...timing },
    );
  const client = connect();
  const again = () => new IntersightTarget(connect(), place, told);
  return { account, service, client, target: new IntersightTarget(client, place, told), again };
}

/** For `afterEach`. */
export async function closeRigs(): Promise<void> {
  await Promise.all(open.splice(0).map((service) => service.close()));
}
