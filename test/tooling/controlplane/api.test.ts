import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ApiError, KubeApi } from "../../../tooling/controlplane/api";
import { Authority } from "../../../tooling/controlplane/pki";
import type { Issued } from "../../../tooling/controlplane/pki";

const directory = mkdtempSync(join(tmpdir(), "trustfoundry-api-"));
const requests: string[] = [];
let answers: ((response: ServerResponse) => void)[] = [];
let server: Server;
let authority: Authority;
let client: Issued;
let address: string;

beforeAll(async () => {
  authority = await Authority.open(directory, "test CA");
  const own = await authority.issueServer("server", { commonName: "server", dnsNames: [], addresses: ["127.0.0.1"] });
  client = await authority.issueClient("client", { commonName: "admin", organizations: ["system:masters"] });
  server = createServer(
    {
      cert: own.certificate,
      key: own.privateKey,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request: IncomingMessage, response: ServerResponse) => {
      requests.push(`${request.method} ${request.url}`);
      const answer = answers.shift();
      if (answer) answer(response);
      else response.writeHead(500).end();
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  requests.length = 0;
  answers = [];
});

const status = (code: number, reason: string, message: string) => (response: ServerResponse) =>
  response
    .writeHead(code, { "content-type": "application/json" })
    .end(JSON.stringify({ kind: "Status", reason, message }));
const items =
  (...names: string[]) =>
  (response: ServerResponse) =>
    response.end(JSON.stringify({ items: names.map((name) => ({ metadata: { name } })) }));

async function withApi<T>(use: (api: KubeApi) => Promise<T>, caCertificate = authority.certificate): Promise<T> {
  const { certificate, privateKey } = client;
  const api = new KubeApi({ server: address, caCertificate, certificate, privateKey });
  try {
    return await use(api);
  } finally {
    api.close();
  }
}

describe("the client of an API server", () => {
  it("asks again while a kind's storage is being opened", async () => {
    const busy = status(429, "TooManyRequests", "storage is (re)initializing");
    answers = [busy, busy, items("a")];
    const found = await withApi((api) => api.list<{ metadata: { name: string } }>("/stages"));
    expect(found.map(({ metadata }) => metadata.name)).toEqual(["a"]);
    expect(requests).toEqual(["GET /stages", "GET /stages", "GET /stages"]);
  });

  it("takes any other refusal at its word, with the server's reason", async () => {
    answers = [status(403, "Forbidden", "nodes is forbidden"), items("never")];
    const refused = withApi((api) => api.get("/nodes"));
    await expect(refused).rejects.toMatchObject({ status: 403, reason: "Forbidden", message: "nodes is forbidden" });
    await expect(refused).rejects.toBeInstanceOf(ApiError);
    expect(requests).toHaveLength(1);
  });

  it("takes no more of an answer than it has place for, however long it goes on", async () => {
    let gone = false;
    answers = [
      (response) => {
        response.on("close", () => (gone = true));
        const more = (): boolean => gone || response.write("x".repeat(1000), () => setImmediate(more));
        more();
      },
    ];
    const asked = withApi((api) => api.send({ path: "/endless", mostBytes: 50_000 }));
    await expect(asked).rejects.toThrow(/^https:\/\/127\.0\.0\.1:\d+ answered more than 50000 bytes$/);
    await expect.poll(() => gone).toBe(true);
  });

  it("counts what is gone already as deleted", async () => {
    answers = [status(404, "NotFound", "not found")];
    await withApi((api) => api.delete("/x"));
    expect(requests).toEqual(["DELETE /x"]);
  });

  it("applies with strict validation, so that a misspelt field is refused", async () => {
    answers = [(response) => response.end("{}")];
    await withApi((api) => api.apply("/x", { apiVersion: "v1", kind: "Node", metadata: { name: "x" } }));
    expect(requests[0]).toMatch(/^PATCH \/x\?.*fieldValidation=Strict/);
  });

  it("never talks to a server of another authority, whatever the environment says", async () => {
    const other = await Authority.open(join(directory, "other"), "other CA");
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      await expect(withApi((api) => api.get("/x"), other.certificate)).rejects.toThrow(/certificate/);
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
    expect(requests).toEqual([]);
  });
});
