import { readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:tls";
import type { AddressInfo, Server } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { generateKeyPairSync } from "node:crypto";
import { newNonce } from "../../../tooling/verdict/askGuest";
import { relayOf } from "../../../tooling/verdict/simulated/cases";
import { stopServer, tlsKey, urlOf } from "../../../tooling/verdict/simulated/guest";
import type { VerifyOptions } from "../../../tooling/verdict/verify";
import { UserError } from "../../../tooling/ui";
import type { Misbehaviour } from "../../support/verdict/rig";
import { VerdictRig } from "../../support/verdict/rig";

type Answer = Record<string, never> & {
  "runtime-data": { nonce: string; "tee-pubkey": Record<string, string> };
  "tee-evidence": {
    primary_evidence: { attestation_report: string; cert_chain: string[] };
    additional_evidence: string;
  };
};

let rig: VerdictRig;
beforeAll(async () => {
  rig = await VerdictRig.start();
});
afterAll(() => rig.stop());
beforeEach(() => {
  rig.misbehaviour = undefined;
});

const send =
  (status: number, body: string | Buffer = "", headers: Record<string, string> = {}): Misbehaviour =>
  (response) =>
    void response.writeHead(status, headers).end(body);
/** The good answer with a change. */
const changed =
  (change: (answer: Answer) => unknown): Misbehaviour =>
  (response: ServerResponse, answer) => {
    const copy = structuredClone(answer) as Answer;
    response.writeHead(200).end(JSON.stringify(change(copy) ?? copy));
  };
const report = (change: (bytes: Buffer) => Buffer | void): Misbehaviour =>
  changed(({ "tee-evidence": { primary_evidence: primary } }) => {
    const bytes = Buffer.from(primary.attestation_report, "base64");
    primary.attestation_report = (change(bytes) ?? bytes).toString("base64");
  });
const devices = (change: (list: Record<string, unknown>[]) => unknown): Misbehaviour =>
  changed(({ "tee-evidence": evidence }) => {
    const { nvidia } = JSON.parse(evidence.additional_evidence) as {
      nvidia: { device_evidence_list: Record<string, unknown>[] };
    };
    evidence.additional_evidence = JSON.stringify({
      nvidia: { device_evidence_list: change(nvidia.device_evidence_list) },
    });
  });
const flood = "x".repeat(64 * 1024);

/** What the other side can do; each ends with 2. One thing differs from the good answer. */
const answers: readonly (readonly [string, Misbehaviour, RegExp])[] = [
  ["a redirect to another path", send(302, "", { location: "/elsewhere" }), /redirect \(302\)/],
  ["a redirect to another host", send(307, "", { location: "https://other.example" }), /redirect \(307\)/],
  ["an error of the server", send(500, "secret trace"), /answers 500/],
  ["a demand for a password", send(401), /answers 401/],
  ["success without content", send(204), /answers 204/],
  ["no evidence at all", send(404), /channel-key: nothing ties/],
  ["nothing", send(200), /not JSON/],
  ["a page", send(200, "<html>"), /not JSON/],
  ["a list", send(200, "[]"), /evidence document/],
  ["null", send(200, "null"), /evidence document/],
  ["no UTF-8", send(200, Buffer.from([0x22, 0xff, 0x22])), /not UTF-8/],
  ["a compressed answer", send(200, gzipSync("{}"), { "content-encoding": "gzip" }), /compresses/],
  ["another protocol", send(101, "", { connection: "upgrade", upgrade: "other" }), /another protocol|no answer/],
  ["more than is read", (response) => flooded(response), /more than \d+ bytes/],
  ["an answer that never begins", () => undefined, /in time/],
  ["an answer that never ends", (response) => void response.writeHead(200).write("{"), /in time/],
  [
    "an answer that breaks off",
    (response) => void response.writeHead(200).write("{", () => response.destroy()),
    /no answer/,
  ],
  ["an unknown field", changed((answer) => ({ ...answer, more: 1 })), /not known/],
  ["another TEE", changed((answer) => ({ ...answer, tee: "tdx" })), /is of another/],
  ["an unknown TEE", changed((answer) => ({ ...answer, tee: "sgx" })), /tee/],
  ["no runtime data", changed((answer) => ({ ...answer, "runtime-data": undefined })), /runtime-data/],
  [
    "a quote in place of a report",
    changed((answer) => {
      answer["tee-evidence"].primary_evidence = { quote: "AAAA" } as never;
    }),
    /is of another/,
  ],
  [
    "devices that are not JSON",
    changed((answer) => {
      answer["tee-evidence"].additional_evidence = "{";
    }),
    /additional evidence: not JSON/,
  ],
  [
    "devices in another form",
    changed((answer) => {
      answer["tee-evidence"].additional_evidence = '{"nvidia":{"device_evidence_list":7}}';
    }),
    /additional evidence: nvidia/,
  ],
  ["a token in another form", changed((answer) => ({ ...answer, token: "none" })), /token/],
  [
    "another nonce",
    changed((answer) => {
      answer["runtime-data"].nonce = newNonce();
    }),
    /question-nonce/,
  ],
  [
    "the nonce with padding",
    changed((answer) => {
      answer["runtime-data"].nonce += "=";
    }),
    /question-nonce/,
  ],
  [
    "another key",
    changed((answer) => {
      answer["runtime-data"]["tee-pubkey"] = otherKey();
    }),
    /channel-key: the TLS end's key is another/,
  ],
  [
    "a private key",
    changed((answer) => {
      answer["runtime-data"]["tee-pubkey"].d = "AAAA";
    }),
    /channel-key/,
  ],
  [
    "a key with one more member",
    changed((answer) => {
      answer["runtime-data"]["tee-pubkey"].use = "sig";
    }),
    /snp-report-data/,
  ],
  [
    "devices' evidence spelled otherwise",
    changed((answer) => {
      answer["tee-evidence"].additional_evidence += " ";
    }),
    /snp-report-data/,
  ],
  ["no device", devices(() => []), /gpu-count/],
  ["a device twice", devices((list) => [...list, ...list]), /gpu/],
  ["a device of another architecture", devices((list) => list.map((each) => ({ ...each, arch: "BLACKWELL" }))), /gpu/],
  ["a device without certificates", devices((list) => list.map((each) => ({ ...each, certificate: "" }))), /gpu/],
  ["a report with one bit flipped", report((bytes) => void (bytes[0x90] = (bytes[0x90] ?? 0) ^ 1)), /snp-/],
  [
    "a signature with one bit flipped",
    report((bytes) => void (bytes[0x2a0] = (bytes[0x2a0] ?? 0) ^ 1)),
    /snp-report-signature|snp-signature/,
  ],
  ["half a report", report((bytes) => bytes.subarray(0, 600)), /snp-/],
  [
    "a report that is not base64",
    changed((answer) => {
      answer["tee-evidence"].primary_evidence.attestation_report = "*";
    }),
    /attestation_report|primary_evidence/,
  ],
  [
    "certificates of somebody else",
    changed((answer) => {
      answer["tee-evidence"].primary_evidence.cert_chain = [rig.guest.roots.intel];
    }),
    /snp-/,
  ],
];

function flooded(response: ServerResponse): void {
  response.writeHead(200);
  const more = () => {
    while (!response.destroyed && response.write(flood)) void 0;
    if (!response.destroyed) response.once("drain", more);
  };
  more();
}

function otherKey(): Record<string, string> {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }) as Record<
    string,
    string
  >;
}

describe("a guest's answer", () => {
  it("is accepted as it is", async () => {
    const { exitCode, text } = await rig.verify();
    expect(text).toContain("✔ Verdict: verified");
    expect(exitCode).toBe(0);
  });

  it.each(answers)("is refused with %s", async (_, misbehaviour, says) => {
    rig.misbehaviour = misbehaviour;
    const { exitCode, text } = await rig.verify({ timeout: 1, all: true });
    expect(text.replace(/\s*│\s*/g, " ").replace(/\s+/g, " ")).toMatch(/Verdict: FAILED/);
    expect(failures(text)).toMatch(says);
    expect(text).not.toContain("secret trace");
    expect(exitCode).toBe(2);
  });
});

/** The screen's lines as one text, without the table's borders. */
function failures(text: string): string {
  return text
    .split("\n")
    .map((line) => (line.startsWith("│") ? (line.split("│")[3] ?? "").trim() : line))
    .join(" ");
}

describe("the other end of the connection", () => {
  let servers: Server[] = [];
  afterAll(() => servers.forEach((server) => server.close()));
  const listen = async (server: Server): Promise<string> => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    servers = [...servers, server];
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  it("is refused where it relays a genuine guest's evidence", async () => {
    const relay = await relayOf(rig.guest);
    const { exitCode, text } = await rig.verify({}, urlOf(relay));
    await stopServer(relay);
    expect(failures(text)).toContain("the evidence is relayed, or something in between ends the connection");
    expect(exitCode).toBe(2);
  });

  it("is refused where it speaks plain HTTP", async () => {
    const url = await listen(createHttpServer((_, response) => response.end("{}")));
    const { exitCode, text } = await rig.verify({}, url);
    expect(text).toMatch(/does not speak TLS 1.3|gave no answer/);
    expect(exitCode).toBe(2);
  });

  it("is refused where it speaks TLS 1.2 alone", async () => {
    const { certificate, privateKey } = await tlsKey();
    const key = privateKey.export({ type: "pkcs8", format: "pem" });
    const url = await listen(createTlsServer({ key, cert: certificate, maxVersion: "TLSv1.2" }));
    const { exitCode, text } = await rig.verify({}, url);
    expect(text).toContain("does not speak TLS 1.3");
    expect(exitCode).toBe(2);
  });

  it("is refused where nobody answers", async () => {
    const closed = createHttpServer();
    const url = await listen(closed);
    closed.close();
    const { exitCode, text } = await rig.verify({}, url);
    expect(text).toContain("nothing listens there; check host and port (ECONNREFUSED)");
    expect(exitCode).toBe(2);
  });
});

/** Mistakes of the reader's own; each ends with 1, by a UserError. */
const mistakes: readonly (readonly [string, () => { changes?: Partial<VerifyOptions>; url?: string }, RegExp])[] = [
  ["a URL without TLS", () => ({ url: "http://127.0.0.1" }), /without TLS there is no key/],
  ["a URL with a path", () => ({ url: `${rig.guest.url}/v1` }), /has a path/],
  ["a URL with a password", () => ({ url: "https://a:b@host" }), /a user name or a password/],
  ["no URL at all", () => ({ url: "guest" }), /cannot be read/],
  ["a URL and evidence", () => ({ changes: { evidence: "x" } }), /either a URL or --evidence/],
  ["a nonce without evidence", () => ({ changes: { nonce: newNonce() } }), /--nonce is for --evidence/],
  ["a token without a key", () => ({ changes: { token: "x" } }), /--token needs --token-key/],
  ["no roots", () => ({ changes: { roots: undefined } }), /--simulated needs --roots/],
  [
    "roots of its own for genuine hardware",
    () => ({ changes: { simulated: false } }),
    /--roots is for --simulated alone/,
  ],
  [
    "roots that do not say that they are SIMULATED",
    () => ({
      changes: { roots: written("roots.json", { ...rig.guest.roots, simulated: false }) },
    }),
    /holds no roots of a rehearsal: simulated/,
  ],
  [
    "roots that are no certificates",
    () => ({
      changes: { roots: written("roots.json", { ...rig.guest.roots, intel: "x" }) },
    }),
    /intel/,
  ],
  ["a release that is not there", () => ({ changes: { release: "nowhere" } }), /nowhere cannot be read/],
  [
    "a signer policy that is no YAML",
    () => ({ changes: { signers: writtenText("signers.yaml", "a: [b\n c: d") } }),
    /signers\.yaml is not valid YAML or JSON: .* at line 1, column \d+; correct it there\.$/,
  ],
  ["a signer policy that is none", () => ({ changes: { signers: written("signers.json", {}) } }), /no signer policy/],
  ["collateral that is not there", () => ({ changes: { collateral: "nowhere" } }), /cannot be read/],
  [
    "a private key to verify tokens with",
    () => ({
      changes: { tokenKey: written("key.json", { kty: "EC", crv: "P-256", x: "AA", y: "AA", d: "AA" }) },
    }),
    /private/,
  ],
];

const written = (name: string, content: unknown) => writtenText(name, JSON.stringify(content));

function writtenText(name: string, text: string): string {
  const path = rig.file(name);
  writeFileSync(path, text);
  return path;
}

describe("a reader", () => {
  it.each(mistakes)("is told of %s", async (_, make, says) => {
    const { changes, url } = make();
    const before = rig.questions;
    const error = await rig.verify(changes, url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(says);
    expect(rig.questions).toBe(before);
  });

  it("is told of collateral that was changed, and of an index that leads elsewhere", async () => {
    const index = rig.file("reader", "collateral", "index.json");
    const good = readFileSync(index, "utf8");
    writeFileSync(index, good.replace(/"sha256": "[0-9a-f]{4}/, '"sha256": "0000'));
    await expect(rig.verify()).rejects.toThrow("its digest is another");
    writeFileSync(index, good.replace(/"file": "/, '"file": "../'));
    await expect(rig.verify()).rejects.toThrow("a plain file name");
    writeFileSync(index, good);
  });

  it.each([
    ["of another factory", { factory: "other" }, /was made for the factory/],
    ["of another owner", { owner: "other" }, /was released by/],
    ["that is SIMULATED, for genuine hardware", { simulated: false, roots: undefined }, /is SIMULATED/],
  ])("is shown no verdict on a release %s", async (_, changes, says) => {
    const { exitCode, text } = await rig.verify(changes);
    expect(text).toMatch(says);
    expect(exitCode).toBe(2);
  });
});
