import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { addPlanCommand } from "../../../tooling/commands/plan";
import { refusalOf } from "../../support/commands";

const folder = mkdtempSync(join(tmpdir(), "plan-"));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const refused = (...args: string[]) => refusalOf([addPlanCommand], ["plan", ...args]);

describe("plan refuses, in a sentence,", () => {
  it("to do what the real plugins do", async () => {
    expect(await refused("Pulumi.x.yaml", "--pack", "strict")).toBe(
      "Without --offline there is nothing to plan here: `pulumi preview --policy-pack policies/packs/strict` does it with the real clouds' plugins.",
    );
  });

  it("an unknown pack", async () => {
    expect(await refused("Pulumi.x.yaml", "--offline", "--pack", "lax")).toBe(
      "--pack lax is no pack; write one of baseline, strict, audit.",
    );
  });

  it.each(["Pulumi.none.yaml", "stack.yaml", "."])("%s, which is no stack's file", async (name) => {
    expect(await refused("--offline", join(folder, name))).toBe(
      `${join(folder, name)} is no stack's file; name a Pulumi.<stack>.yaml that is there.`,
    );
  });

  it("a configuration, by its path", async () => {
    const path = written("Pulumi.wrong.yaml", "config:\n  trustfoundry:role: infrastucture\n");
    expect(await refused("--offline", path)).toBe(
      `${path}: One thing in the configuration to correct; nothing was changed:\n  - trustfoundry:role: "infrastucture" is not known; write infrastructure`,
    );
  });

  it("a whole factory", async () => {
    expect(await refused("--offline", "Pulumi.rehearsal.yaml")).toBe(
      "Pulumi.rehearsal.yaml: a whole factory (role rehearsal) is planned by its rehearsal, `npm run rehearse`; name the file of one party's stack.",
    );
  });
});
