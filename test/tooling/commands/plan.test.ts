import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

  it("secrets that anybody can read in the file, without showing them", async () => {
    const path = written(
      "Pulumi.open.yaml",
      "config:\n  trustfoundry:trustSecrets: { tls: { privateKey: hunter2 } }\n",
    );
    expect(await refused("--offline", path)).toBe(
      `${path}: trustfoundry:trustSecrets stands there in plain text; take it out, make new keys instead of those in it, and set it with \`pulumi config set --secret trustfoundry:trustSecrets\`.`,
    );
  });

  it("an encrypted setting that it would have to read", async () => {
    const text = readFileSync("samples/azure-machine/Pulumi.infrastructure.yaml", "utf8");
    const path = written(
      "Pulumi.sealed.yaml",
      text.replace(/subscriptionId: .*/, "subscriptionId: { secure: v1:abc }"),
    );
    expect(await refused("--offline", path)).toBe(
      `${path}: One thing in the configuration to correct; nothing was changed:\n  - trustfoundry:providers[0].azure.subscriptionId: is encrypted, and a plan looks at no encrypted setting; write it in plain text where it is no secret`,
    );
  });

  it("YAML that is none, by the place in the file", async () => {
    const path = written("Pulumi.broken.yaml", "config:\n\ttrustfoundry:role: keys\n");
    expect(await refused("--offline", path)).toBe(
      `Pulumi.broken.yaml of ${folder} is not valid YAML: Tabs are not allowed as indentation at line 2, column 1; correct it there.`,
    );
  });

  it("a whole factory", async () => {
    expect(await refused("--offline", "Pulumi.rehearsal.yaml")).toBe(
      "Pulumi.rehearsal.yaml: a whole factory (role rehearsal) is planned by its rehearsal, `npm run rehearse`; name the file of one party's stack.",
    );
  });
});
