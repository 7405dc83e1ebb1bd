import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { vendorDirectory } from "../../../components/host/firmware/vendors";
import { partnersTable } from "../../../tooling/docs/partnersTable";
import { partnerSchema, readPartner, templateNames } from "../../../tooling/partners/partnerFile";
import { renderedFiles, templatesFolder } from "../../../tooling/partners/templates";
import { root } from "../../support/factory";

const names = templateNames(templatesFolder);
const readText = (...path: string[]) => readFileSync(join(templatesFolder, ...path), "utf8");

describe("files of templates that are made from data", () => {
  it.each(Object.entries(renderedFiles(templatesFolder, vendorDirectory)))(
    "%s is the one that `npm run templates` makes",
    async (path, text) => {
      const filepath = join(templatesFolder, path);
      expect(readText(path)).toBe(await format(text, { ...(await resolveConfig(filepath)), filepath }));
    },
  );

  it("are all of a hardware vendor's template", () => {
    const made = Object.keys(renderedFiles(templatesFolder, vendorDirectory));
    for (const vendor of ["cisco", "dell", "hpe", "lenovo"]) {
      const there = readdirSync(join(templatesFolder, vendor), { recursive: true, encoding: "utf8" });
      const files = there.filter((file) => file !== "settings").map((file) => `${vendor}/${file}`);
      expect(made).toEqual(expect.arrayContaining(files));
    }
  });
});

describe.each(names)("the template %s", (name) => {
  it("asks at most eight things, each with a description, and all but optional ones with a default", () => {
    const { template, name: project } = parse(readText(name, "Pulumi.yaml")) as {
      name: string;
      template: { config: Record<string, { description?: string }> };
    };
    expect(project).toBe("${PROJECT}");
    const prompts = Object.entries(template.config);
    expect(prompts.length).toBeLessThanOrEqual(8);
    for (const [key, { description }] of prompts) {
      expect(key).toMatch(/^trustfoundry:[a-z]/);
      expect(description, key).toMatch(/\S/);
    }
  });

  it("is tried by the real engine", () => {
    const file = join(root, "test/acceptance/partners", `${name}.test.ts`);
    expect(existsSync(file), `write ${file}`).toBe(true);
    expect(readFileSync(file, "utf8")).toContain(`\ntryPartner(${name});`);
  });

  it("has a preset and a sample for each role that it says it offers, and for no other", () => {
    const { roles } = readPartner(templatesFolder, name);
    const presets = readdirSync(join(templatesFolder, name, "settings")).map((file) => file.replace(/\.yaml$/, ""));
    expect(presets.sort()).toEqual([...roles].sort());
    for (const role of roles)
      expect(existsSync(join(templatesFolder, name, `Pulumi.sample-${role}.yaml`)), role).toBe(true);
  });

  it("has a page of one screen with the headings of all", () => {
    const page = readText(name, "README.md");
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);
    expect(headings).toEqual([
      expect.stringMatching(/^What .+ contributes?$/),
      "What it deploys",
      "Try it",
      "What was verified, and how",
      expect.stringMatching(/^Left to .+$/),
    ]);
    expect(page.split("\n").length).toBeLessThanOrEqual(70);
    expect(page).toContain("SIMULATED");
  });
});

describe("partner.yaml", () => {
  const row = readPartner(templatesFolder, "generic");

  it.each([
    ["verified", "all of it.", /full stop/],
    ["verified", "a | b", /one line/],
    ["roles", [], /roles/],
    ["roles", ["owner"], /roles/],
    ["tested", "yes", /tested/],
  ])("is refused where %s is %j", (key, value, message) => {
    const { name, ...file } = row;
    expect(name).toBe("generic");
    const result = partnerSchema.safeParse({ ...file, [key]: value });
    expect(JSON.stringify(result.error?.issues)).toMatch(message);
  });

  it("is a row of README's table", () => {
    expect(partnersTable(templatesFolder).split("\n")).toHaveLength(names.length + 2);
    const readme = readFileSync(join(root, "README.md"), "utf8");
    for (const name of names) expect(readme).toContain(`(stacks/partners/${name}/README.md)`);
  });
});
