import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, expect, it } from "vitest";

const root = resolve(__dirname, "../../..");
const work = mkdtempSync(join(tmpdir(), "model-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function run(line: string) {
  const program = ["--import", join(root, "node_modules/tsx/dist/loader.mjs"), join(root, "tooling/commands/cli.ts")];
  const result = await execa(process.execPath, [...program, ...line.split(" ")], { cwd: work, reject: false });
  return { code: result.exitCode, said: result.stdout + result.stderr };
}

const sealing =
  "model seal --kind encryptedObject --in m --key-file k --key-uri kbs:///acme/key/m --guest-path /models/m";

it("seals and opens a model, by file and by the guest's own service", async () => {
  mkdirSync(join(work, "m"));
  writeFileSync(join(work, "m/weights"), "w".repeat(100_000));
  expect(await run("model keygen --kind encryptedObject --out k")).toMatchObject({ code: 0 });
  const key = readFileSync(join(work, "k"), "utf8");
  expect(statSync(join(work, "k")).mode & 0o777).toBe(0o600);
  expect(await run(`${sealing} --out sealed --url https://s.example/m`)).toMatchObject({ code: 0 });
  const artifact = readFileSync(join(work, "sealed.artifact.json"), "utf8");
  expect(artifact).not.toContain(key.trim());

  const asked: (string | undefined)[] = [];
  const hub = createServer((request, response) => {
    asked.push(request.url);
    response.end(key);
  }).listen(0, "127.0.0.1");
  await new Promise((ready) => hub.once("listening", ready));
  const cdh = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
  const opened = await run(`model open --artifact sealed.artifact.json --in sealed --out opened --cdh ${cdh}`);
  hub.close();
  expect(opened).toMatchObject({ code: 0 });
  expect(asked).toEqual(["/cdh/resource/acme/key/m"]);
  expect(readFileSync(join(work, "opened/weights"), "utf8")).toBe("w".repeat(100_000));
}, 120_000);

it("refuses with one sentence and exit code 1", async () => {
  chmodSync(join(work, "k"), 0o644);
  const { code, said } = await run(`${sealing} --out new --url https://s.example/m`);
  chmodSync(join(work, "k"), 0o600);
  expect(code).toBe(1);
  expect(said).toMatch(/may be read by others/);
  expect(said).not.toMatch(/defect|AGE-SECRET|\n {4}at /);
}, 60_000);

it("makes signing and serving keys, seals a secret and tells a wrong signer", async () => {
  const kid = "kbs:///acme/signing/1";
  expect(await run(`secret keygen --kid ${kid} --out-private s --out-public s.pub`)).toMatchObject({ code: 0 });
  expect(await run(`secret keygen --kid ${kid} --out-private o --out-public o.pub`)).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(join(work, "s.pub"), "utf8"))).not.toHaveProperty("d");
  const sealed = `secret seal vault --signing-key s --kid ${kid} --name kbs:///acme/secret/1 --out t`;
  expect(await run(sealed)).toMatchObject({ code: 0 });
  expect(await run(`secret open --in t --kid ${kid} --verify-key s.pub`)).toMatchObject({ code: 0 });
  const other = await run(`secret open --in t --kid ${kid} --verify-key o.pub`);
  expect(other.code).toBe(1);
  expect(other.said).toMatch(/signature is not by/);
  expect(await run("serving-key new --out-private v --out-public v.pub")).toMatchObject({ code: 0 });
  expect(statSync(join(work, "v")).mode & 0o777).toBe(0o600);
}, 120_000);
