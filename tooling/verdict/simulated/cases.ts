import type { Server } from "node:https";
import { pipeline } from "node:stream";
import type { Verdict } from "../../../components/verdict/verdict";
import type { Release } from "../../../components/workload/release";
import type { GuestSpec } from "../../attestation/guest";
import { askGuest, evidencePath, newNonce } from "../askGuest";
import { guestAddress } from "../guestAddress";
import { GuestConnection } from "../guestConnection";
import type { Reader } from "../reader";
import { judgeSeen } from "../reader";
import type { Behaviour } from "./guest";
import { SimulatedGuest, stopServer, tlsKey, tlsServer, urlOf } from "./guest";

/** A play before a reader: the good guest, or somebody who would like to be taken for it. */
export interface VerdictCase {
  readonly name: string;
  readonly what: string;
  /** The check that has to fail; none in the good case. */
  readonly failsAt?: string;
}

export const verdictCases = [
  { name: "genuine", what: "the released guest answers for itself" },
  {
    name: "relayed",
    what: "somebody in between passes a genuine guest's evidence on, and ends the connection himself",
    failsAt: "channel-key",
  },
  {
    name: "replayed",
    what: "a genuine guest's answer to an earlier question is given once more",
    failsAt: "question-nonce",
  },
  { name: "gpu-missing", what: "the guest has one GPU less than the release names", failsAt: "gpu-count" },
] as const satisfies readonly VerdictCase[];

export interface PlayedCase extends VerdictCase {
  readonly url: string;
  readonly verdict: Verdict;
  /** Whether it came out as it has to: the good case verified, any other failed by the check meant against it. */
  readonly sound: boolean;
}

export interface PlayArgs {
  readonly release: Release;
  /** All that a reader brings but what the SIMULATED vendors make for him. */
  readonly reader: Omit<Reader, "roots" | "collateral">;
  readonly now: Date;
}

/** Plays one case: a reader asks over TLS and judges, as `trustfoundry verify` does. */
export async function playCase(
  what: (typeof verdictCases)[number],
  { release, reader, now }: PlayArgs,
): Promise<PlayedCase> {
  const guest = await SimulatedGuest.start({ release, now, ...changesOf(what.name) });
  const relay = what.name === "relayed" ? await relayOf(guest) : undefined;
  const url = relay ? urlOf(relay) : guest.url;
  try {
    const address = guestAddress(url);
    const connection = await GuestConnection.open(address, timeoutMs);
    const answer = await askGuest(connection, address.origin, timeoutMs);
    connection.close();
    const { roots, collateral } = guest;
    const verdict = await judgeSeen({ ...reader, roots, collateral }, answer, now);
    return { ...what, url, verdict, sound: isSound(what, verdict) };
  } finally {
    if (relay) await stopServer(relay);
    await guest.stop();
  }
}

const timeoutMs = 30_000;

function isSound({ failsAt }: VerdictCase, { overall, standing }: Verdict): boolean {
  if (failsAt === undefined) return overall === "verified";
  return overall === "failed" && standing.some(({ check, grade }) => check === failsAt && grade === "failed");
}

function changesOf(name: string): { started?: (spec: GuestSpec) => GuestSpec; behaviour?: Behaviour } {
  if (name === "gpu-missing") return { started: (spec) => ({ ...spec, devices: spec.devices.slice(1) }) };
  if (name !== "replayed") return {};
  // It answers every question with what it said to an earlier one.
  const earlier = newNonce();
  return {
    behaviour: (request) => {
      if (request.url?.startsWith(evidencePath)) request.url = `${evidencePath}?nonce=${earlier}`;
      return false;
    },
  };
}

/** Somebody in between, with a TLS key of his own, who passes everything on. */
export async function relayOf({ url }: Pick<SimulatedGuest, "url">): Promise<Server> {
  return tlsServer(await tlsKey(), 0, async (request, response) => {
    const connection = await GuestConnection.open(guestAddress(url), timeoutMs);
    response.once("close", () => connection.close());
    const { method = "GET", url: path = "/" } = request;
    const received = await connection.send({ method, path, headers: {} });
    response.writeHead(received.statusCode ?? 502, received.headers);
    pipeline(received, response, () => undefined);
  });
}
