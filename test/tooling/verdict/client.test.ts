import { once } from "node:events";
import { request as httpRequest } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Verdict } from "../../../components/verdict/verdict";
import { verifiedConnections, verifiedFetch } from "../../../tooling/verdict/client";
import { NoAnswer } from "../../../tooling/verdict/noAnswer";
import { listenAddress, proxyServer } from "../../../tooling/verdict/proxy";
import { relayOf } from "../../../tooling/verdict/simulated/cases";
import { stopServer, tlsKey, urlOf } from "../../../tooling/verdict/simulated/guest";
import { VerdictRefused } from "../../../tooling/verdict/verdictRefused";
import { bothSign } from "../../support/signing";
import { VerdictRig } from "../../support/verdict/rig";

const secret = "a prompt that nobody else may read";

let rig: VerdictRig;
beforeAll(async () => {
  rig = await VerdictRig.start();
});
afterAll(() => rig.stop());
beforeEach(() => {
  rig.misbehaviour = undefined;
  rig.prompts.length = 0;
  rig.questions = 0;
});

const args = (changes: { url?: string; now?: () => number; onVerdict?: (verdict: Verdict) => void } = {}) => ({
  url: rig.guest.url,
  release: rig.text,
  expected: { signers: bothSign, factory: rig.release.factory, simulated: true },
  roots: rig.guest.roots,
  collateral: rig.guest.collateral,
  timeoutMs: 5000,
  ...changes,
});
const ask = { method: "POST", body: secret };

describe("the verifying fetch", () => {
  it("asks first, and sends then, over the same key", async () => {
    const verdicts: Verdict[] = [];
    const fetch = verifiedFetch(args({ onVerdict: (verdict) => void verdicts.push(verdict) }));
    const first = await fetch("/v1/chat/completions", ask);
    expect(await first.text()).toContain("SIMULATED");
    await (await fetch(`${rig.guest.url}/v1/models`)).text();
    expect(rig.prompts).toEqual(["/v1/chat/completions", "/v1/models"]);
    expect(verdicts.map(({ overall }) => overall)).toEqual(["verified"]);
    fetch.close();
  });

  it("streams the answer", async () => {
    const fetch = verifiedFetch(args());
    const { body } = await fetch("/v1/chat/completions", ask);
    const chunks: string[] = [];
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk).toString());
    expect(chunks.join("").match(/^data: /gm)).toHaveLength(7);
    fetch.close();
  });

  it("asks again after a while, and refuses once the guest is no longer what it was", async () => {
    let time = Date.now();
    const fetch = verifiedFetch({ ...args({ now: () => time }), reverifySeconds: 60 });
    await (await fetch("/a")).text();
    await (await fetch("/b")).text();
    expect(rig.questions).toBe(1);
    time += 61_000;
    await (await fetch("/c")).text();
    expect(rig.questions).toBe(2);
    rig.misbehaviour = (response) => void response.writeHead(500).end();
    time += 61_000;
    await expect(fetch("/d", ask)).rejects.toThrow(NoAnswer);
    expect(rig.prompts).toEqual(["/a", "/b", "/c"]);
    fetch.close();
  });

  it("sends nothing to a relay, and says why", async () => {
    const relay = await relayOf(rig.guest);
    const fetch = verifiedFetch(args({ url: urlOf(relay) }));
    const error = await fetch("/v1/chat/completions", ask).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VerdictRefused);
    expect((error as VerdictRefused).message).toContain("channel-key");
    expect((error as VerdictRefused).message).not.toContain(secret);
    expect((error as VerdictRefused).verdict?.overall).toBe("failed");
    expect(rig.prompts).toEqual([]);
    await stopServer(relay);
  });

  it("sends no byte of a request to a server that gives no evidence", async () => {
    const { certificate, privateKey } = await tlsKey();
    let received = "";
    const key = privateKey.export({ type: "pkcs8", format: "pem" });
    const server = createTlsServer({ key, cert: certificate }, (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (data) => {
        received += data.toString("latin1");
        if (received.includes("\r\n\r\n")) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const fetch = verifiedFetch(args({ url }));
    await expect(fetch("/v1/secret-path", { ...ask, headers: { authorization: "Bearer 1" } })).rejects.toThrow(
      NoAnswer,
    );
    expect(received).toMatch(/^GET \/\.well-known\/trustfoundry\/evidence\?nonce=[\w-]{43} HTTP\/1\.1\r\n/);
    for (const kept of [secret, "secret-path", "Bearer", "POST"]) expect(received).not.toContain(kept);
    server.close();
  });

  it("knows one origin, and follows no redirect", async () => {
    const fetch = verifiedFetch(args());
    await expect(fetch("https://other.example/", ask)).rejects.toThrow("sends to https://127.0.0.1");
    expect(rig.questions).toBe(0);
    await expect(fetch("/redirect", ask)).rejects.toThrow("redirect");
    fetch.close();
  });

  it("is refused where the release is none to act upon", async () => {
    const fetch = verifiedFetch({ ...args(), expected: { ...args().expected, factory: "other" } });
    await expect(fetch("/", ask)).rejects.toThrow("was made for the factory");
    expect(rig.prompts).toEqual([]);
  });

  it("can be given up", async () => {
    rig.misbehaviour = () => undefined;
    const fetch = verifiedFetch(args());
    const stop = new AbortController();
    const sent = fetch("/", { ...ask, signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(sent).rejects.toThrow();
    expect(rig.prompts).toEqual([]);
  });
});

describe("the local proxy", () => {
  const lines: string[] = [];
  let proxy: Server;
  let port: number;
  const start = async (url: string) => {
    lines.length = 0;
    proxy = proxyServer(verifiedConnections(args({ url })), (line) => void lines.push(line));
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    ({ port } = proxy.address() as AddressInfo);
  };
  const call = async (headers: Record<string, string> = {}, path = "/v1/chat/completions") => {
    const request = httpRequest({ host: "127.0.0.1", port, method: "POST", path, headers });
    request.end(secret);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    let text = "";
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode, text };
  };

  it("passes requests on after the verdict, streams, and tells no prompt", async () => {
    await start(rig.guest.url);
    const { status, text } = await call();
    expect(status).toBe(200);
    expect(text.match(/^data: /gm)).toHaveLength(7);
    expect(rig.prompts).toEqual(["/v1/chat/completions"]);
    expect(lines.join("\n")).not.toMatch(/prompt|completions/);
    proxy.close();
  });

  it("answers 502 with the reason, and sends nothing", async () => {
    const relay = await relayOf(rig.guest);
    await start(urlOf(relay));
    const { status, text } = await call();
    expect(status).toBe(502);
    expect((JSON.parse(text) as { error: { message: string } }).error.message).toContain("channel-key");
    expect(rig.prompts).toEqual([]);
    expect(lines.join("\n")).not.toContain(secret);
    proxy.close();
    await stopServer(relay);
  });

  it.each([
    ["by a name of its own", { host: "evil.example:80" }, 403],
    ["of a page elsewhere", { origin: "https://evil.example" }, 403],
    ["of a page that sends no origin", { "sec-fetch-site": "cross-site" }, 403],
  ])("refuses a request %s", async (_, headers, status) => {
    await start(rig.guest.url);
    expect((await call(headers as Record<string, string>)).status).toBe(status);
    expect(rig.questions).toBe(0);
    proxy.close();
  });

  it("is no proxy for other hosts", async () => {
    await start(rig.guest.url);
    expect((await call({}, "http://other.example/")).status).toBe(400);
    expect((await call({}, "//other.example/")).status).toBe(400);
    expect(rig.questions).toBe(0);
    proxy.close();
  });

  it("passes a body on as one, whatever the request's connection says of its length", async () => {
    await start(rig.guest.url);
    const body = "GET /second HTTP/1.1\r\nhost: guest\r\n\r\n";
    const headers = { "content-length": String(body.length), connection: "close, content-length" };
    const request = httpRequest({ host: "127.0.0.1", port, path: "/first", headers });
    request.end(body);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    await response.resume().toArray();
    // What came behind the first request's answer would be read by then.
    expect((await call({}, "/third")).status).toBe(200);
    expect(rig.prompts).toEqual(["/first", "/third"]);
    proxy.close();
  });

  it("does not pass a redirect on", async () => {
    await start(rig.guest.url);
    const { status, text } = await call({}, "/redirect");
    expect([status, text]).toEqual([502, expect.stringContaining("redirect")]);
    proxy.close();
  });

  it.each(["0.0.0.0:80", "192.168.1.2:80", "localhost:80", "127.0.0.1", "[::]:80", "127.0.0.1:99999", "128.0.0.1:80"])(
    "does not listen at %s",
    (text) => {
      expect(() => listenAddress(text)).toThrow("no place of this machine alone");
    },
  );
});
