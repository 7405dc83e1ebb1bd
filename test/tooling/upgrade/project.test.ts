import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { deriveStacks } from "../../../stacks/rehearsal";
import { addReleaseCommands } from "../../../tooling/commands/release";
import { addUpgradeCommand } from "../../../tooling/commands/upgrade";
import { describeError } from "../../../tooling/ui";
import { sampleFactory } from "../../support/factory";
import { caCertificate } from "../../support/model";

// A model owner's project, made up. Without a cluster: what its key broker does is at the owner's word (--blind).

const directory = mkdtempSync(join(tmpdir(), "upgrade-command-"));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (...names: string[]) => join(directory, ...names);
const end = `${new Date().getUTCFullYear() + 2}-01-01T00:00:00Z`;

/** As the command line runs it, in this process: what it says on either way. */
async function run(...args: string[]): Promise<string> {
  const output = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const program = new Command().exitOverride();
  addReleaseCommands(program, new AbortController().signal);
  addUpgradeCommand(program, new AbortController().signal);
  let refused = "";
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    refused = `REFUSED ${describeError(error)}`;
  }
  const said = output.mock.calls.map(([line]) => String(line)).join("\n");
  output.mockRestore();
  return `${said}\n${refused}`;
}

/** The owner's configuration, with a key by this path. */
function declare(key: string, models = 1): void {
  const factory = sampleFactory();
  const [first] = factory.models;
  if (!first) throw new Error("the sample has no model");
  const model = { ...first, keys: [key] };
  const declared = [model, { ...model, name: "mini", keys: ["acme/model-key/mini"] }].slice(0, models);
  const publicKey = readFileSync(at("owner.key.pub"), "utf8");
  const signers = { modelOwner: { threshold: 1, keys: [{ name: "owner", publicKey }] } };
  const { trust } = deriveStacks(
    { ...factory, models: declared },
    { keyBrokerCa: caCertificate, signers, releases: at("releases") },
  );
  const config = Object.fromEntries(Object.entries(trust).map(([name, value]) => [`trustfoundry:${name}`, value]));
  writeFileSync(at("Pulumi.trust.yaml"), stringify({ config }, { version: "1.1" }));
}

const [former, next] = ["acme/model-key/llama-8b", "acme/model-key/llama-8b.2"];
const places = ["--config", at("Pulumi.trust.yaml"), "--dir", at("releases")];
async function release(): Promise<void> {
  expect(await run("release", "create", ...places, "--model", "llama-8b", "--not-after", end)).not.toContain("REFUSED");
  const file = at("releases", "llama-8b.release.json");
  expect(await run("release", "sign", "--file", file, "--key", at("owner.key"))).not.toContain("REFUSED");
}
const upgrade = (action: string, ...args: string[]) =>
  run("upgrade", action, ...places, "--record", at("record"), "--blind", ...args);

describe("a model owner's upgrade", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    expect(await run("release", "keygen", "--out", at("owner.key"), "--kind", "ed25519")).not.toContain("REFUSED");
    declare(former);
  });

  it("is none without releases in force, nor without another declaration", async () => {
    expect(await upgrade("plan")).toContain("llama-8b: has no release in");
    await release();
    expect(await upgrade("plan")).toContain("Nothing to upgrade");
    declare(next, 2);
    expect(await upgrade("plan")).toContain("mini: has no release in");
    declare(next);
    const plan = await upgrade("plan");
    expect(plan).toContain("llama-8b: keys");
    expect(plan).toContain("→ 1. release (acme-models)");
    expect(await upgrade("status")).toContain("No upgrade is recorded");
  });

  it("says who has to do what, and takes no step for done before it is seen or confirmed", async () => {
    expect(await upgrade("apply")).toMatch(
      /REFUSED acme-models has to: create the next releases[\s\S]*other guests than were planned/,
    );
    await release();
    const admit = await upgrade("resume");
    expect(admit).toMatch(/✔ release \(acme-models\): signed, and what was planned/);
    expect(admit).toMatch(
      /REFUSED acme-models has to: roll the key broker with both[\s\S]*formerReleaseUntil[\s\S]*--confirm admit/,
    );
    expect(await upgrade("resume", "--confirm", "retire")).toContain("--confirm admit");
    expect(await upgrade("resume", "--confirm", "admit")).toMatch(
      /✔ admit \(acme-models\): at the word of acme-models[\s\S]*--confirm handover:/,
    );
    expect(await upgrade("status")).toMatch(/✔ 2\. admit[\s\S]*◐ 3\. handover:[\s\S]*was cut off/);
  });

  it("goes back to what was declared, and does not say more than was seen", async () => {
    expect(await upgrade("rollback")).toMatch(/REFUSED acme-models has to: create later releases/);
    declare(former);
    await release();
    let said = await upgrade("resume");
    const confirmed: string[] = [];
    for (let step = /--confirm (\S+)/.exec(said)?.[1]; step !== undefined; step = /--confirm (\S+)/.exec(said)?.[1]) {
      confirmed.push(step.replace(/:northern-metal$/, ""));
      said = await upgrade("resume", "--confirm", step);
    }
    expect(confirmed).toEqual(["back:admit", "back:handover", "back:workloads", "back:prove", "back:retire"]);
    expect(said).toContain("Rolled back: each step was seen or confirmed. What runs at providers is at their word");
  });

  it("that admitted nothing yet lets nobody in on its way back", async () => {
    rmSync(at("record"), { recursive: true });
    declare(next);
    await upgrade("apply");
    await upgrade("rollback");
    await release();
    declare(former);
    await release();
    const said = await upgrade("resume");
    expect(said).toMatch(/roll the key broker with what was before alone[\s\S]*take formerReleaseUntil out/);
    expect(await upgrade("resume", "--confirm", "back:admit")).toContain("Rolled back");
  });
});
