import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { deriveStacks } from "../../../stacks/rehearsal";
import { addReleaseCommands } from "../../../tooling/commands/release";
import { describeError } from "../../../tooling/ui";
import { root, sampleFactory } from "../../support/factory";
import { caCertificate } from "../../support/model";

const directory = mkdtempSync(join(tmpdir(), "release-commands-"));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (...names: string[]) => join(directory, ...names);

/** The commands as the command line runs them, in this process: each start of another takes seconds. */
const run = async (...args: string[]) => {
  const output = vi.spyOn(console, "log").mockImplementation(() => undefined);
  let errors = "";
  const program = new Command().exitOverride().configureOutput({ writeErr: (text) => (errors += text) });
  addReleaseCommands(program, new AbortController().signal);
  try {
    await program.parseAsync(["release", ...args], { from: "user" });
  } catch (error) {
    errors += error instanceof CommanderError ? "" : describeError(error);
  }
  const stdout = output.mock.calls.map(([line]) => String(line)).join("\n");
  output.mockRestore();
  return { stdout, stderr: errors, exitCode: errors === "" ? 0 : 1 };
};
const done = async (...args: string[]): Promise<string> => {
  const { stdout, stderr, exitCode } = await run(...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout;
};
const refused = async (...args: string[]): Promise<string> => {
  const { stderr, exitCode } = await run(...args);
  expect(exitCode).toBe(1);
  expect(stderr).not.toMatch(/\n {4}at |defect of Trustfoundry/);
  return stderr;
};

/** The model owner's stack configuration, with a secret and settings of others beside it. */
function writeConfig(replicas: number): void {
  const factory = sampleFactory();
  const models = factory.models.map((model) => (model.name === "llama-8b" ? { ...model, replicas } : model));
  const policy = { modelOwner: { threshold: 1, keys: [{ name: "owner", publicKey: publicPem }] } };
  const { trust } = deriveStacks(
    { ...factory, models },
    { keyBrokerCa: caCertificate, signers: policy, releases: at("releases") },
  );
  const settings = Object.entries(trust).map(([key, value]) => [`trustfoundry:${key}`, value] as const);
  const config = {
    ...Object.fromEntries(settings),
    "trustfoundry:trustSecrets": { secure: "AAABAFy0==" },
    "kubernetes:context": "x",
  };
  writeFileSync(at("Pulumi.trust.yaml"), stringify({ encryptionsalt: "v1:x", config }, { version: "1.1" }));
}
const publicPem = createPublicKey(generateKeyPairSync("ed25519").privateKey)
  .export({ type: "spki", format: "pem" })
  .toString();

function writePolicy(): void {
  const key = (name: string) => ({ name, publicKey: readFileSync(at(`${name}.key.pub`), "utf8") });
  const policy = {
    modelOwner: { threshold: 2, keys: [key("officer"), key("engineer")] },
    dataOwner: { threshold: 1, keys: [key("clinic")] },
  };
  writeFileSync(at("policy.json"), JSON.stringify(policy));
}

const create = (notAfter: string) => [
  "create",
  "--config",
  at("Pulumi.trust.yaml"),
  "--model",
  "llama-8b",
  "--dir",
  at("releases"),
  "--not-after",
  notAfter,
];
const file = at("releases", "llama-8b.release.json");
const verify = ["verify", file, "--signers", at("policy.json"), "--factory", "acme-rehearsal"];
const end = `${new Date().getUTCFullYear() + 2}-01-01T00:00:00Z`;

// Each step goes on where the one before ended, as people do.
describe("the release commands", { timeout: 120_000 }, () => {
  beforeAll(() => writeConfig(2));

  it("make keys that only their holder can read, and never overwrite one", async () => {
    for (const [name, kind] of [
      ["officer", "ed25519"],
      ["engineer", "p256"],
      ["clinic", "p384"],
    ] as const) {
      expect(await done("keygen", "--out", at(`${name}.key`), "--kind", kind)).toMatch(/Key id: [\w-]{43}\n/);
      expect(statSync(at(`${name}.key`)).mode & 0o777).toBe(0o600);
    }
    const before = readFileSync(at("officer.key"), "utf8");
    expect(await refused("keygen", "--out", at("officer.key"))).toMatch(
      /officer\.key\.pub exists and is not overwritten/,
    );
    rmSync(at("officer.key.pub"));
    expect(await refused("keygen", "--out", at("officer.key"))).toMatch(/officer\.key exists and is not overwritten/);
    expect(readFileSync(at("officer.key"), "utf8")).toBe(before);
    const restored = createPublicKey(before).export({ type: "spki", format: "pem" }).toString();
    writeFileSync(at("officer.key.pub"), restored);
    writePolicy();
  });

  it("create a first release, which counts for nothing until it is signed", async () => {
    expect(await done(...create(end))).toMatch(
      /Wrote .*llama-8b\.release\.json: SIMULATED llama-8b, release 1, .*unsigned\.\nDigest: [0-9a-f]{64}\nIt is the first/,
    );
    expect(await done("show", file)).toMatch(/none: not a valid release yet/);
    expect(await refused(...verify, "--simulated")).toMatch(
      /is refused:\n {2}- The release is unsigned: 0 of 2 by the model owner/,
    );
  });

  it("replace a draft that nobody signed, and take no number for it", async () => {
    writeConfig(3);
    expect(await done(...create(end))).toMatch(
      /release 1.*\n.*\nIt replaces a draft[\s\S]*replicas: 3 instead of 2: .*\(not measured\)/,
    );
    expect(readdirSync(at("releases"))).toEqual(["llama-8b.release.json"]);
  });

  it("sign, one key after another, until it is enough", async () => {
    expect(await done("sign", "--file", file, "--key", at("officer.key"))).toMatch(
      /Signed SIMULATED llama-8b, release 1,[\s\S]*now has one signature\./,
    );
    await done("sign", "--file", file, "--key", at("clinic.key"));
    expect(await refused(...verify, "--simulated")).toMatch(
      /1 of 2 by the model owner count \(officer\); have 1 more of engineer sign it/,
    );
    expect(await done("sign", "--file", file, "--key", at("engineer.key"))).toMatch(/now has 3 signatures/);
    const verified = await done(...verify, "--simulated", "--owner", "acme-models", "--name", "llama-8b");
    expect(verified).toMatch(
      /^✓ .*SIMULATED llama-8b, release 1.* of acme-models for acme-rehearsal[\s\S]*SIMULATED: made for a rehearsal/,
    );
  });

  it("refuse it anywhere else", async () => {
    expect(await refused(...verify)).toMatch(/is SIMULATED, made for a rehearsal/);
    const elsewhere = await refused(
      "verify",
      file,
      "--signers",
      at("policy.json"),
      "--factory",
      "other",
      "--owner",
      "x",
      "--simulated",
    );
    expect(elsewhere).toMatch(/made for the factory acme-rehearsal.*\n.*released by acme-models, not by x/);
    writeFileSync(at("tampered.json"), readFileSync(file, "utf8").replace('{"payload":"eyJhZ2', '{"payload":"eyJhZ3'));
    expect(
      await refused(
        "verify",
        at("tampered.json"),
        "--signers",
        at("policy.json"),
        "--factory",
        "acme-rehearsal",
        "--simulated",
      ),
    ).toMatch(/changed after it was signed: the signature of (officer|engineer|clinic)/);
  });

  it("show everything, what is not measured among it, as a table and as JSON", async () => {
    const table = await done("show", file);
    expect(table).toMatch(
      /^SIMULATED: made for a rehearsal[\s\S]*Not measured[\s\S]*memory size of the VM[\s\S]*listed here and not checked/,
    );
    const { digest, release, signatures } = JSON.parse(await done("show", file, "--json")) as Record<
      string,
      Record<string, unknown>
    >;
    expect(table).toContain(String(digest));
    expect(release).toHaveProperty("replicas", 3);
    expect(signatures).toHaveLength(3);
  });

  it("write nothing where nothing would change", async () => {
    const before = readFileSync(file, "utf8");
    expect(await done(...create(end))).toMatch(/Nothing to do: .* says exactly this already/);
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("chain the next one to it, keep the former, and say what differs", async () => {
    writeConfig(4);
    const former = readFileSync(file, "utf8");
    expect(await done(...create(end))).toMatch(
      /release 2,[\s\S]*kept as llama-8b\.1\.release\.json\.[\s\S]*replicas: 4 instead of 3/,
    );
    expect(readFileSync(at("releases", "llama-8b.1.release.json"), "utf8")).toBe(former);
    for (const name of ["officer", "engineer", "clinic"])
      await done("sign", "--file", file, "--key", at(`${name}.key`));
    await done(...verify, "--simulated");
    expect(await done("diff", at("releases", "llama-8b.1.release.json"), file)).toMatch(
      /release 2.*against SIMULATED llama-8b, release 1[\s\S]*number 2 follows number 1 directly[\s\S]*replicas: 4 instead of 3/,
    );
    expect(await done("diff", file, file)).toMatch(/^The same release/);
  });

  it("list the history, and find a gap and a fork", async () => {
    const list = ["history", "--dir", at("releases"), "--name", "llama-8b", "--signers", at("policy.json")];
    expect(await done(...list)).toMatch(
      /could read prompts at some time: 2, in one chain[\s\S]*cannot be seen from here[\s\S]*SIMULATED/,
    );
    const first = at("releases", "llama-8b.1.release.json");
    const text = readFileSync(first, "utf8");
    rmSync(first);
    expect(await refused(...list)).toMatch(/number 1 is missing before number 2 of llama-8b/);
    expect(await refused(...create("2099-01-01T00:00:00Z"))).toMatch(/do not allow a next one:\n.*number 1 is missing/);
    writeFileSync(at("releases", "llama-8b.9.release.json"), text);
    writeFileSync(first, text);
    expect(await refused(...list)).toMatch(/number 1 of llama-8b is there twice/);
    rmSync(at("releases", "llama-8b.9.release.json"));
    await done(...list);
  });

  it.each<[string, string[], RegExp]>([
    ["no such release", ["show", at("none.json")], /none\.json cannot be read \(ENOENT\); name a release file/],
    ["no release", ["show", at("policy.json")], /policy\.json is no signed release/],
    [
      "no policy",
      ["verify", file, "--signers", file, "--factory", "x"],
      /is no signer policy:\n {2}- The signer policy is not right/,
    ],
    ["no key", ["sign", "--file", file, "--key", at("policy.json")], /is no private key as PEM/],
    ["a public key", ["sign", "--file", file, "--key", at("officer.key.pub")], /is no private key as PEM/],
    [
      "no such model",
      ["create", "--config", at("Pulumi.trust.yaml"), "--model", "llama", "--not-after", end],
      /has no model llama; write one of llama-8b/,
    ],
    [
      "another role",
      ["create", "--config", "Pulumi.rehearsal.yaml", "--model", "llama-8b", "--not-after", end],
      /role "rehearsal"; releases come from the model owner's/,
    ],
    ["a day that does not exist", create("2031-02-31T00:00:00Z"), /Write a point in time that exists/],
    ["a time that is past", create("2020-01-01T00:00:00Z"), /does not come after the beginning|is past/],
    [
      "a name that leaves the folder",
      ["history", "--dir", at("releases"), "--name", "../x", "--signers", at("policy.json")],
      /"\.\.\/x" is no name of a model/,
    ],
  ])("refuse %s in one message", async (_what, args, reason) => {
    expect(await refused(...args)).toMatch(reason);
  });

  it.skipIf(process.getuid?.() === 0)("leave the old file where a new one cannot be written", async () => {
    const before = readFileSync(file, "utf8");
    chmodSync(at("releases"), 0o500);
    try {
      expect(await refused("sign", "--file", file, "--key", at("officer.key"))).toMatch(/cannot be written \(EACCES\)/);
    } finally {
      chmodSync(at("releases"), 0o700);
    }
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(readdirSync(at("releases"))).toHaveLength(2);
  });

  it("end with an exit code that scripts can rely on", async () => {
    const process_ = (...args: string[]) =>
      execa(process.execPath, ["--import", "tsx", "tooling/commands/cli.ts", "release", ...args], {
        cwd: root,
        reject: false,
      });
    const [good, bad] = await Promise.all([process_(...verify, "--simulated"), process_(...verify)]);
    expect(good).toMatchObject({ exitCode: 0, stderr: "", stdout: expect.stringMatching(/^✓ /) as string });
    expect(bad).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: expect.stringMatching(/^\n✗ .*is refused:\n/) as string,
    });
  });
});
