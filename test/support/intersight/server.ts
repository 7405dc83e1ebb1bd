import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authority } from "../../../tooling/controlplane/pki";
import type { Service } from "./service";

export interface Running {
  readonly address: string;
  readonly certificateAuthority: string;
  close(): Promise<void>;
}

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

/** SIMULATED Intersight behind real TLS. */
export async function serve(service: Service): Promise<Running> {
  const { certificateAuthority, certificate, privateKey } = await (credentials ??= issue());
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    void respond(service, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    address: `https://localhost:${(server.address() as AddressInfo).port}`,
    certificateAuthority,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { method = "", url = "", headers } = request;
  const reply = service.respond({ method, path: url, headers, body: Buffer.concat(chunks).toString("utf8") });
  if (reply) response.writeHead(reply.status, reply.headers).end(reply.text);
  else request.socket.destroy();
}
