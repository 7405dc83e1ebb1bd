import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { collateralFetch } from "../../../tooling/verdict/collateralCommand";
import { fetchCollateral } from "../../../tooling/verdict/collateralFetch";
import { readCollateral } from "../../../tooling/verdict/collateralIndex";
import { collateralSources } from "../../../tooling/verdict/collateralSources";
import type { Wanted } from "../../../tooling/verdict/collateralSources";
import { parseEvidenceDocument } from "../../../tooling/verdict/evidenceDocument";
import { newNonce } from "../../../tooling/verdict/askGuest";
import { tdxParts } from "../../support/release";
import { VerdictRig } from "../../support/verdict/rig";

/*
 * Against a mock of the vendors' services on this machine: there is no network here, and nothing of this was ever asked of
 * the real ones.
 */

let server: Server;
let base: string;
let directory: string;
let asked: { url: string; method: string; body: string }[] = [];
let reply: (response: ServerResponse, url: string) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      asked.push({ url: request.url ?? "", method: request.method ?? "", body });
      reply(response, request.url ?? "");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror`;
  directory = mkdtempSync(join(tmpdir(), "collateral-"));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  asked = [];
  reply = (response, url) =>
    void response.writeHead(200, { "TCB-Info-Issuer-Chain": "-----BEGIN%20X" }).end(document(url));
});

const document = (url: string) => (url.includes("/rim/") ? JSON.stringify({ rim: "YWJj" }) : "a document");
const now = new Date("2026-11-27T00:00:00.000Z");
const run = (sources: readonly Wanted[], out: string, timeoutMs = 5000) =>
  fetchCollateral({
    sources,
    directory: join(directory, out),
    mirrors: { amd: base, intel: base, nvidia: base },
    timeoutMs,
    now: () => now,
  });
const source = (changes: Partial<Wanted> = {}): Wanted => ({
  kind: "amd-crl",
  title: "a list",
  url: "https://kdsintf.amd.com/vcek/v1/Genoa/crl",
  file: "crl.der",
  ...changes,
});

describe("collateral fetch, against a mock", () => {
  it.each([
    ["SEV-SNP", {}, ["/mirror/vcek/v1/Genoa/crl"]],
    ["TDX", tdxParts, ["/mirror/tdx/certification/v4/qe/identity", "/mirror/IntelSGXRootCA.der"]],
  ])("gets what evidence of %s asks for, by a mirror", async (name, changes, paths) => {
    const rig = await VerdictRig.start(changes);
    const document = parseEvidenceDocument(JSON.stringify(await rig.guest.answer(newNonce())));
    await rig.stop();
    const fetched = await run(collateralSources(document), name);
    expect(fetched.filter(({ problem }) => problem)).toEqual([]);
    expect(asked.map(({ url }) => url)).toEqual(expect.arrayContaining(paths));
    const files = readCollateral(join(directory, name));
    expect(files).toHaveLength(fetched.length);
    expect(files.every(({ obtained }) => obtained?.getTime() === now.getTime())).toBe(true);
  });

  it("keeps what is there, and replaces what is new", async () => {
    await run([source(), source({ file: "other.der" })], "kept");
    reply = (response) => void response.writeHead(200).end("a newer document");
    await run([source()], "kept");
    const texts = readCollateral(join(directory, "kept")).map(({ bytes }) => Buffer.from(bytes).toString());
    expect(texts).toEqual(["a newer document", "a document"]);
  });

  it("posts, and takes documents out of headers and members", async () => {
    reply = (response) =>
      void response.writeHead(200, { "TCB-Info-Issuer-Chain": "a%20chain" }).end(JSON.stringify({ rim: "YWJj" }));
    await run(
      [
        source({ file: "1", post: { contentType: "application/ocsp-request", body: Buffer.from("question") } }),
        source({ file: "2", header: "TCB-Info-Issuer-Chain" }),
        source({ file: "3", base64Member: "rim" }),
      ],
      "forms",
    );
    expect(asked[0]).toMatchObject({ method: "POST", body: "question" });
    const texts = readCollateral(join(directory, "forms")).map(({ bytes }) => Buffer.from(bytes).toString());
    expect(texts.slice(1)).toEqual(["a chain", "abc"]);
  });

  it.each<[string, (response: ServerResponse) => void, Partial<Wanted>, RegExp]>([
    ["it is not there", (response) => void response.writeHead(404).end(), {}, /answers 404/],
    ["the service has enough", (response) => void response.writeHead(429).end(), {}, /answers 429/],
    ["it is elsewhere", (response) => void response.writeHead(302, { location: "/x" }).end(), {}, /no answer/],
    ["it is empty", (response) => void response.writeHead(200).end(), {}, /empty/],
    ["it is too large", (response) => void response.writeHead(200).end(Buffer.alloc(5 * 1024 * 1024)), {}, /more than/],
    ["it never comes", () => undefined, {}, /no answer in time/],
    ["its header is missing", (response) => void response.writeHead(200).end("x"), { header: "Missing" }, /no header/],
    ["its member is missing", (response) => void response.writeHead(200).end("{}"), { base64Member: "rim" }, /no rim/],
    [
      "it is of no vendor",
      (response) => void response.end("x"),
      { url: "https://evil.example/" },
      /none of the vendors/,
    ],
  ])("says so where %s, and leaves nothing", async (name, answer, changes, says) => {
    reply = answer;
    const [fetched] = await run([source(changes)], name.replaceAll(" ", "-"), 500);
    expect(fetched?.problem).toMatch(says);
    expect(() => readFileSync(join(directory, name.replaceAll(" ", "-"), "crl.der"))).toThrow();
  });

  it.each([
    ["http://127.0.0.1:8443", "new", /write https:\/\/<host>/],
    ["127.0.0.1:8443", "new", /write https:\/\/<host>/],
    ["nope.json", "new", /cannot be read/],
    ["https://127.0.0.1:1", "file", /is no folder/],
  ])("refuses %s into %s before anything is asked or made", async (evidence, out, message) => {
    writeFileSync(join(directory, "file"), "");
    const options = { evidence, out: join(directory, out), timeout: 5 };
    await expect(collateralFetch(options, new AbortController().signal)).rejects.toThrow(message);
    expect([asked, existsSync(join(directory, "new"))]).toEqual([[], false]);
  });

  it("does not go on in a folder whose index is not its own", async () => {
    await run([source()], "foreign");
    writeFileSync(join(directory, "foreign", "index.json"), "{}");
    await expect(run([source()], "foreign")).rejects.toThrow("index.json is not right");
  });
});
