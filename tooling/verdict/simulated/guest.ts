import { createPublicKey } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { JWK } from "jose";
import type { CollateralFile, VendorRoots } from "../../../components/verdict/context";
import type { Release } from "../../../components/workload/release";
import type { TestCertificate } from "../../attestation/authority";
import { TestAuthority } from "../../attestation/authority";
import { collectEvidence } from "../../attestation/collect";
import type { GuestSpec } from "../../attestation/guest";
import { genuineGuest } from "../../attestation/guest";
import { TestMachine } from "../../attestation/hardware";
import { TestVendors } from "../../attestation/vendors";
import { evidencePath, noncePattern } from "../askGuest";
import { simulatedCollateral, simulatedRoots } from "./vendors";

/** Answers a request in place of the guest; false leaves it to the guest. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface SimulatedGuestArgs {
  readonly release: Release;
  readonly now: Date;
  /** Changes what was started. Default: what the release describes. */
  readonly started?: (genuine: GuestSpec) => GuestSpec;
  /** What it does otherwise than a guest should. */
  readonly behaviour?: Behaviour;
  /** Where to listen on this machine. Default: a free port of 127.0.0.1. */
  readonly port?: number;
}

/**
 * A SIMULATED guest: answers prompts and questions about itself over TLS, with evidence of a TestMachine. It does what
 * docs/verify.md asks of a real guest: a TLS key made in its own memory, which the CPU's report data bind with the nonce.
 */
export class SimulatedGuest {
  private constructor(
    readonly release: Release,
    readonly roots: VendorRoots,
    readonly collateral: readonly CollateralFile[],
    private readonly server: Server,
    /** Evidence of it for a nonce, as it answers. */
    readonly answer: (nonce: string) => Promise<Record<string, unknown>>,
  ) {}

  static async start(args: SimulatedGuestArgs): Promise<SimulatedGuest> {
    const { release, now, started = (spec) => spec, behaviour, port = 0 } = args;
    const [vendors, tls] = await Promise.all([TestVendors.create(), tlsKey()]);
    const machine = new TestMachine(vendors, "host-a");
    const genuine = genuineGuest(release);
    const spec = started(genuine);
    const key = createPublicKey(tls.certificate).export({ format: "jwk" }) as JWK;
    const answer = async (nonce: string): Promise<Record<string, unknown>> => ({
      tee: release.tee,
      ...(await collectEvidence(spec, machine, { nonce, "tee-pubkey": key }, vendors.roots)),
    });
    const server = await tlsServer(tls, port, async (request, response) => {
      if (await behaviour?.(request, response)) return;
      await serve(answer, request, response);
    });
    const collateral = await simulatedCollateral(vendors, machine, genuine, now);
    return new SimulatedGuest(release, simulatedRoots(vendors), collateral, server, answer);
  }

  get url(): string {
    return urlOf(this.server);
  }

  stop(): Promise<void> {
    return stopServer(this.server);
  }
}

/** A key pair that nobody else has, with a certificate that nobody vouches for. */
export async function tlsKey(): Promise<TestCertificate> {
  return (await TestAuthority.create("TLS")).issue({ commonName: "SIMULATED guest", curve: "P-256" });
}

export async function tlsServer(
  { certificate, privateKey }: TestCertificate,
  port: number,
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Server> {
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  const server = createServer({ key, cert: certificate, minVersion: "TLSv1.3" }, (request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.listen({ host: "127.0.0.1", port });
  await once(server, "listening");
  return server;
}

export function urlOf(server: Server): string {
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function stopServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

async function serve(
  answer: (nonce: string) => Promise<Record<string, unknown>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "https://guest");
  if (url.pathname !== evidencePath) return prompt(request, response);
  const nonce = url.searchParams.get("nonce") ?? "";
  if (!noncePattern.test(nonce)) {
    response.writeHead(400).end("nonce: 32 bytes as base64url, without padding\n");
    return;
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(await answer(nonce)));
}

/** A SIMULATED model: says so, word by word, as server-sent events. */
async function prompt(request: IncomingMessage, response: ServerResponse): Promise<void> {
  for await (const _ of request) void _;
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const word of ["SIMULATED", "answer", "of", "a", "SIMULATED", "guest"])
    response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: `${word} ` } }] })}\n\n`);
  response.end("data: [DONE]\n\n");
}
