import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseFirmwarePlan, renderFirmwarePlan } from "../../../../components/host/firmware/planText";
import { combinations, planOf } from "./plans";

/** Read these when they change: they are what would be written to machines. `vitest -u` renews them. */
const golden = join(__dirname, "golden");

describe("the plan of each vendor and TEE", () => {
  it.each(combinations)("%s, %s", async (vendor, tee) => {
    const plan = planOf(vendor, tee);
    const text = renderFirmwarePlan(plan);
    await expect(text).toMatchFileSnapshot(join(golden, `${vendor}-${tee}.yaml`));
    expect(parseFirmwarePlan(text)).toEqual(plan);
  });

  it("where firmware registers TDX hosts by itself differs in that alone", async () => {
    const lines = (text: string) => text.split("\n");
    const inBand = lines(renderFirmwarePlan(planOf("dell", "tdx")));
    const direct = lines(renderFirmwarePlan(planOf("dell", "tdx", { registration: "direct" })));
    expect(direct.filter((line) => !inBand.includes(line)).map((line) => line.trim())).toEqual([
      "registration: direct",
      'values: [ Enabled, "On" ]',
      "source: audit script of an operator (R660, BIOS 2.7)",
      '- "/var/log/mpa_registration.log: says that the platform was registered with Intel"',
    ]);
  });

  it("is all that lies there", () => {
    expect(readdirSync(golden).sort()).toEqual(combinations.map(([vendor, tee]) => `${vendor}-${tee}.yaml`).sort());
  });
});

it("a text that is no plan is refused with what is wrong", () => {
  expect(() => parseFirmwarePlan("host: a\n")).toThrow(/^no firmware plan: vendor: missing; add it; protocol: /);
});
