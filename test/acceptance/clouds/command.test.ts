import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { root } from "../../support/factory";

const folder = mkdtempSync(join(tmpdir(), "plan-command-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The backend of whoever plans: a plan keeps nothing, there least of all. */
const ownBackend = join(folder, "own-backend");
mkdirSync(ownBackend);

const plan = (...args: string[]) =>
  execa("npm", ["run", "--silent", "trustfoundry", "--", "plan", "--offline", ...args], {
    cwd: root,
    env: { TMPDIR: folder, PULUMI_BACKEND_URL: `file://${ownBackend}`, PULUMI_DEBUG_PROVIDERS: "azure-native:9" },
    reject: false,
    stdin: "ignore",
  });
const sample = "samples/azure-machine/Pulumi.infrastructure.yaml";

describe("npm run trustfoundry -- plan --offline", () => {
  it("says what would be made, that it is SIMULATED, and what to do next", async () => {
    const { exitCode, stdout } = await plan(sample);
    expect(stdout.split("\n")[0]).toMatch(/^SIMULATED: /);
    expect(stdout).toMatch(/^trustfoundry:host:AzureConfidentialVm \S+$/m);
    expect(stdout).toMatch(/^ +\d+ {2}azure-native:compute:VirtualMachine {2}\S+$/m);
    expect(stdout).toContain("After `pulumi up`:\n  1. ");
    expect(stdout).toMatch(/^✓ \d+ resources, and the pack baseline refuses none/m);
    expect(exitCode).toBe(0);
    expect(readdirSync(ownBackend)).toEqual([]);
  });

  it("refuses what the clouds are known to refuse, by its path in the configuration, and leaves nothing behind", async () => {
    const document = parseDocument(readFileSync(join(root, sample), "utf8"), { version: "1.1" });
    document.setIn(["config", "trustfoundry:providers", 0, "azure", "region"], "northeurope");
    const file = join(folder, "Pulumi.north.yaml");
    writeFileSync(file, document.toString());
    const { exitCode, stdout, stderr } = await plan("--json", file);
    expect(stderr).toBe("");
    const { refused, refusals, simulated, nextSteps } = JSON.parse(stdout) as Record<string, unknown>;
    expect({ refused, simulated, nextSteps }).toEqual({ refused: true, simulated: true, nextSteps: [] });
    expect(refusals).toContainEqual(
      expect.stringMatching(
        /^trustfoundry:providers\[0\]\.azure\.region: "northeurope" does not offer \S+; write one of /,
      ),
    );
    expect(exitCode).toBe(1);
    expect(readdirSync(folder).filter((name) => name.startsWith("trustfoundry-plan-"))).toEqual([]);
  });
});
