import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addFirmwareCommands } from "../../../tooling/commands/firmware";
import { refusalOf } from "../../support/commands";
import { login } from "../../support/redfish/controller";
import { machineFor, planFor } from "../../support/redfish/machines";
import { controllerOf, stopControllers } from "../../support/redfish/session";

const folder = mkdtempSync(join(tmpdir(), "firmware-"));
const output: string[] = [];

beforeEach(() => {
  output.length = 0;
  process.exitCode = undefined;
  vi.stubEnv("TRUSTFOUNDRY_BMC_USER", login.user);
  vi.stubEnv("TRUSTFOUNDRY_BMC_PASSWORD", login.password);
  vi.spyOn(console, "log").mockImplementation((line: string) => void output.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  await stopControllers();
});
afterAll(async () => {
  await stopControllers(true);
  rmSync(folder, { recursive: true });
});

async function run(...args: string[]): Promise<string> {
  const program = new Command().exitOverride();
  addFirmwareCommands(program, new AbortController().signal);
  output.length = 0;
  await program.parseAsync(["firmware", ...args], { from: "user" });
  return output.join("\n");
}

const refused = (...args: string[]) => refusalOf([addFirmwareCommands], ["firmware", ...args]);
const lenovo = ["--vendor", "lenovo", "--tee", "snp"];

describe("firmware check and apply, against a mock of one machine", () => {
  it("tell by their exit code whether the plan is in force, and show no credential anywhere", async () => {
    // It has started when it is first asked, so that the command's pauses, those of real machines, are not needed.
    const machine = machineFor(planFor("lenovo", "snp"), { readsUntilStarted: 1 });
    const controller = await controllerOf(machine);
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, controller.ca);
    const journal = join(folder, "journals");
    const where = [...lenovo, "--address", controller.address, "--ca", ca, "--journal", journal, "--json"];
    const before = await run("check", ...where);
    expect({ exit: process.exitCode, inForce: (JSON.parse(before) as { inForce: boolean }).inForce }).toEqual({
      exit: 1,
      inForce: false,
    });
    expect(await refused("apply", ...where, "--yes", "--machine", "OTHER")).toContain(
      "--machine OTHER is not the machine at this address, which is SERIAL1",
    );
    expect(machine.restarts).toBe(0);
    const ran = await run("apply", ...where, "--yes", "--machine", "SERIAL1");
    expect(JSON.parse(ran)).toMatchObject({ inForce: true, restarts: 2, machine: { serial: "SERIAL1" } });
    process.exitCode = undefined;
    const after = await run("check", ...where);
    expect({ exit: process.exitCode, restarts: machine.restarts }).toEqual({ exit: undefined, restarts: 2 });
    vi.stubEnv("TRUSTFOUNDRY_BMC_PASSWORD", "wrong");
    const wrong = await refused("check", ...where);
    expect(wrong).toMatch(/refuses the login\.$/);
    const written = filesBelow(journal);
    expect(written.join()).toContain("SERIAL1");
    const said = [before, ran, after, wrong, ...written].join("\n");
    expect(said).not.toContain(login.password);
    expect(controller.openSessions).toBe(0);
  });

  it("take credentials from a command, whose output is never shown", async () => {
    const controller = await controllerOf(machineFor(planFor("lenovo", "snp")));
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, controller.ca);
    const file = join(folder, "credentials.json");
    writeFileSync(file, JSON.stringify(login));
    vi.stubEnv("TRUSTFOUNDRY_BMC_PASSWORD", "");
    const where = [...lenovo, "--address", controller.address, "--ca", ca];
    expect(await refused("check", ...where)).toBe(
      "TRUSTFOUNDRY_BMC_PASSWORD is not set; set it, or name a command that prints the credentials with --credentials-command.",
    );
    expect(await run("check", ...where, "--credentials-command", `cat ${file}`)).toContain("Not all of the plan");
    writeFileSync(file, `${JSON.stringify(login)} and more`);
    expect(await refused("check", ...where, "--credentials-command", `cat ${file}`)).toContain("is not shown");
  });
});

describe("firmware refuses, in a sentence,", () => {
  it.each([
    [["plan"], "Name a stack's file, or --vendor together with --tee (snp or tdx) or --cpu."],
    [["plan", "--vendor", "lenovo", "--tee", "sgx"], "--tee sgx is none; write snp or tdx."],
    [["plan", "--vendor", "nobody", "--tee", "snp"], 'vendor "nobody" is unknown'],
    [["plan", "--vendor", "dell", "--cpu", "Genoa", "--tee", "tdx"], "--tee tdx is not what Genoa has"],
    [["plan", "Pulumi.none.yaml"], "is no stack's file"],
    [["check", ...lenovo], "has no management address"],
    [["apply", ...lenovo, "--yes"], "--yes needs --machine <serial number>"],
    [["apply", ...lenovo], "Nobody can be asked here"],
    [["apply", ...lenovo, "--happened", "sgx"], '"sgx" is no one-time action of host\'s plan; it has none.'],
    [["check", ...lenovo, "--address", "bmc", "--fingerprint", "12"], "--fingerprint 12 is no SHA-256"],
  ])("%j", async (args, says) => {
    expect(await refused(...args)).toContain(says);
  });
});

it("firmware plan shows each vendor's plan, in each format", async () => {
  expect(await run("plan", "--vendor", "dell", "--tee", "tdx")).toContain("SgxFactoryReset = On (ONCE ONLY)");
  expect(await run("plan", "--vendor", "cisco", "--tee", "snp", "--format", "markdown")).toContain("| Setting |");
  expect(JSON.parse(await run("plan", "--vendor", "hpe", "--tee", "snp", "--format", "json"))).toHaveLength(1);
});

function filesBelow(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  } catch {
    return [];
  }
}
