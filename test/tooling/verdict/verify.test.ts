import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { servingKeyOf } from "../../../components/images/servingKey";
import { newNonce } from "../../../tooling/verdict/askGuest";
import { judgeSeen } from "../../../tooling/verdict/reader";
import { verify } from "../../../tooling/verdict/verify";
import { exitCodeOf } from "../../../tooling/verdict/outcome";
import { bothSign, signedText } from "../../support/signing";
import { connect } from "../../../tooling/verdict/connect";
import { VerdictRig } from "../../support/verdict/rig";

let rig: VerdictRig;
beforeAll(async () => {
  rig = await VerdictRig.start();
});
afterAll(() => rig.stop());
beforeEach(() => {
  rig.misbehaviour = undefined;
});

const offline = (changes: Parameters<VerdictRig["options"]>[0]) =>
  verify(undefined, rig.options(changes), new AbortController().signal);

/** Evidence in a file, as somebody recorded it. */
async function recorded(nonce: string): Promise<string> {
  const path = rig.file(`${nonce}.json`);
  writeFileSync(path, JSON.stringify(await rig.guest.answer(nonce)));
  return path;
}

describe("verify", () => {
  it("says SIMULATED first and last, and what the verdict rests on", async () => {
    const { text } = await rig.verify();
    expect(text.split("\n").at(0)).toMatch(/^SIMULATED/);
    expect(text.split("\n").at(-1)).toMatch(/^SIMULATED/);
    expect(text).toContain("AMD's certificate revocation list of Genoa");
    expect(text).toContain("revocations after");
  });

  it("says where to get vendors' documents where none were given, and calls none a source", async () => {
    const { text, exitCode } = await rig.verify({ collateral: undefined });
    expect(text).toContain("`collateral fetch` gets them, and --collateral <folder> names them");
    expect(text).toContain("AMD's certificate revocation list of Genoa, missing; leaves open");
    expect(exitCode).toBe(4);
    expect((await rig.verify()).text).not.toContain("collateral fetch");
  });

  it("says that a guest gives no evidence, and fits a terminal of 80 columns", async () => {
    rig.misbehaviour = (response) => void response.writeHead(404).end();
    const columns = Object.getOwnPropertyDescriptor(process.stdout, "columns");
    Object.defineProperty(process.stdout, "columns", { value: 80, configurable: true });
    const { text, exitCode } = await rig.verify().finally(() => {
      if (columns) Object.defineProperty(process.stdout, "columns", columns);
      else Reflect.deleteProperty(process.stdout, "columns");
    });
    expect(text).toContain("it answers 404 at /.well-known/trustfoundry/evidence");
    const widths = text.split("\n").filter((line) => line.startsWith("│"));
    expect(Math.max(...widths.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(exitCode).toBe(2);
  });

  it("prints JSON with its version, and nothing else", async () => {
    const { text, exitCode } = await rig.verify({ json: true });
    const document = JSON.parse(text) as Record<string, unknown>;
    expect(document).toMatchObject({
      schema: "trustfoundry.dev/verdict/v1",
      exitCode: 0,
      overall: "verified",
      accepted: true,
      simulated: true,
      standing: [],
    });
    expect(exitCode).toBe(0);
  });

  it("prints JSON of a failure, too, in which nothing steers a terminal", async () => {
    rig.misbehaviour = (response, answer) =>
      void response.end(JSON.stringify({ ...answer, "\u001b[2J": 1, token: "\u001b]0;x\u0007" }));
    const { text, exitCode } = await rig.verify({ json: true });
    expect(JSON.parse(text)).toMatchObject({ overall: "failed", accepted: false, exitCode: 2 });
    expect(text).not.toMatch(/\u001b|\u0007/);
    expect(exitCode).toBe(2);
  });

  it("ends with 4 without the vendors' documents, and with 0 where each gap is accepted by name", async () => {
    const { text, exitCode } = await rig.verify({ collateral: undefined });
    expect([exitCode, text]).toEqual([4, expect.stringContaining("Not checked:")]);
    const checks = /Not checked: ([^.]+)\./.exec(text)?.[1]?.split(", ") ?? [];
    expect(checks.length).toBeGreaterThan(1);
    const accept = checks.map((check) => `unchecked:${check}`);
    expect((await rig.verify({ collateral: undefined, accept })).exitCode).toBe(0);
    expect((await rig.verify({ collateral: undefined, accept: accept.slice(1) })).exitCode).toBe(4);
  });

  it("never says more of evidence in a file than that nobody knows who answers", async () => {
    const nonce = newNonce();
    const evidence = await recorded(nonce);
    const { text, exitCode } = await offline({ evidence });
    expect(exitCode).toBe(4);
    expect(text).toMatch(/channel-key/);
    expect(text).toMatch(/question-nonce/);
    const accept = ["unchecked:channel-key"];
    expect((await offline({ evidence, nonce, accept })).exitCode).toBe(0);
    expect((await offline({ evidence, nonce: newNonce(), accept })).exitCode).toBe(2);
  });

  it("refuses a token that nobody signed, whatever else is good", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const tokenKey = rig.file("as.json");
    writeFileSync(tokenKey, JSON.stringify(publicKey.export({ format: "jwk" })));
    const part = (content: unknown) => Buffer.from(JSON.stringify(content)).toString("base64url");
    const token = rig.file("token.jwt");
    writeFileSync(token, `${part({ alg: "none", typ: "JWT" })}.${part({ iss: "CoCo-Attestation-Service" })}.\n`);
    const { text, exitCode } = await rig.verify({ token, tokenKey, json: true });
    expect(exitCode).toBe(2);
    const { standing } = JSON.parse(text) as { standing: { of: string; grade: string }[] };
    expect(standing.map(({ of, grade }) => `${of} ${grade}`)).toContain("token failed");
  });

  it("names the release that may not be acted upon, and no proxy is started for it", async () => {
    const factory = "another-factory";
    const { text, exitCode } = await rig.verify({ factory });
    expect([exitCode, text]).toEqual([
      2,
      expect.stringContaining(`✗ ${rig.file("reader", "release.json")}: The release`),
    ]);
    const options = { ...rig.options({ factory }), listen: "127.0.0.1:0", reverify: 600 };
    const said: string[] = [];
    const proxy = connect([rig.guest.url], options, AbortSignal.timeout(10_000), (line) => said.push(line));
    await expect(proxy).rejects.toThrow(/release\.json is refused\. The release was made for the factory/);
    expect(said).toEqual([]);
  });

  it("takes the release's serving key alone for no more than its owner's word", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const servingKey = servingKeyOf(publicKey.export({ type: "spki", format: "pem" }).toString(), "acme/serving/key");
    const release = { ...rig.release, servingKey, resources: ["acme/model-key/llama-8b", "acme/serving/key"] };
    const reader = {
      release: await signedText(release),
      expected: { signers: bothSign, factory: release.factory, simulated: true },
      roots: rig.guest.roots,
      collateral: [],
    };
    const seen = { observedSpki: publicKey.export({ type: "spki", format: "der" }) };
    const verdict = await judgeSeen({ ...reader, acceptance: { assertedBy: [], unchecked: [] } }, seen, new Date());
    expect([verdict.overall, verdict.by, exitCodeOf(verdict)]).toEqual([
      "asserted",
      [`the key broker of ${release.owner}`],
      3,
    ]);
    const acceptance = { assertedBy: [`the key broker of ${release.owner}`], unchecked: [] };
    expect(exitCodeOf(await judgeSeen({ ...reader, acceptance }, seen, new Date()))).toBe(0);
  });
});
