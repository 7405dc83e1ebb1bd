import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { describe, expect, it } from "vitest";
import { licenceProblems, licencesPage } from "../../../tooling/supplyChain/licencesPage";
import type { NpmPackage } from "../../../tooling/supplyChain/npmPackages";
import { judgedLicence, npmPackages } from "../../../tooling/supplyChain/npmPackages";
import { root } from "../../support/factory";

const some: NpmPackage = { name: "some", version: "1.0.0", licence: "MIT", dev: false, hasInstallScript: false };

describe("licences of packages", () => {
  const packages = npmPackages(root);

  it("are all allowed, and no package runs anything at installation without being known for it", () => {
    expect(packages.length).toBeGreaterThan(100);
    expect(licenceProblems(packages)).toEqual([]);
  });

  it("are each version once, by the name that its publisher gave it", () => {
    const keys = packages.map(({ name, version }) => `${name}@${version}`);
    expect(new Set(keys).size).toBe(keys.length);
    // Installed as string-width-cjs, which is an alias of one of npm's own dependencies.
    expect(keys).toContain("string-width@4.2.3");
    expect(keys.filter((key) => key.startsWith("string-width-cjs@"))).toEqual([]);
  });

  it("stand on the page that `npm run licences` makes", async () => {
    const filepath = join(root, "docs/licences.md");
    const made = await format(licencesPage(packages), { ...(await resolveConfig(filepath)), filepath });
    expect(readFileSync(filepath, "utf8")).toBe(made);
  });

  it.each([
    ["MIT", "MIT"],
    ["(BSD-3-Clause AND Apache-2.0)", "BSD-3-Clause AND Apache-2.0"],
    ["EPL-2.0 OR GPL-3.0-or-later", "EPL-2.0"],
    ["GPL-3.0-only OR MIT", "MIT"],
  ])("%s counts as %s", (licence, counts) => {
    expect(judgedLicence({ ...some, licence })).toEqual({ licence: counts });
  });

  it.each([
    "",
    "GPL-3.0-only",
    "AGPL-3.0-only OR SSPL-1.0",
    "MIT AND GPL-2.0-only",
    "UNLICENSED",
    "SEE LICENSE IN LICENSE",
    "mit",
    "constructor",
    "(MIT OR (ISC AND GPL-2.0-only))",
    "MIT OR ISC AND GPL-2.0-only",
  ])('"%s" is for a person to read', (licence) => {
    expect(licenceProblems([{ ...some, licence }]).join()).toContain("some 1.0.0 is licensed as");
  });

  it("read by hand are those of one version", () => {
    const tail = { ...some, name: "@logdna/tail-file", version: "2.2.0", licence: "SEE LICENSE IN LICENSE" };
    expect(judgedLicence(tail)).toEqual({ licence: "MIT" });
    expect(judgedLicence({ ...tail, version: "2.2.1" })).toHaveProperty("problem");
  });

  it("names a package that begins to run something", () => {
    expect(licenceProblems([...packages, { ...some, hasInstallScript: true }])).toEqual([
      expect.stringMatching(/^some runs a script when it is installed; /),
    ]);
  });
});

describe("installation", () => {
  it("runs no script of any package", () => {
    expect(readFileSync(join(root, ".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
    for (const file of [".ci/run", "tooling/bootstrap.mjs"])
      expect(readFileSync(join(root, file), "utf8"), file).toContain("--ignore-scripts");
  });

  it("holds every package to the lock file's hash", () => {
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      packages: Record<string, { integrity?: string; resolved?: string; link?: boolean }>;
    };
    const loose = Object.entries(packages).filter(
      ([path, { integrity, link }]) => path !== "" && (link || !/^sha512-[\w+/]{86}==$/.test(integrity ?? "")),
    );
    expect(loose).toEqual([]);
    // From whichever registry npm is told of; a git or file address would be out of the hash's reach.
    expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});
