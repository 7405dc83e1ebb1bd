import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pins } from "../../../tooling/toolchain/pins";
import { hashMod } from "../../../tooling/bundle/dirhash";
import { mergeModules, modulesOf } from "../../../tooling/bundle/goModules";
import { packagesOf } from "../../../tooling/bundle/npm";
import { root } from "../../support/factory";

const sum = (letter: string) => `h1:${letter.repeat(43)}=`;
const integrity = (letter: string) => `sha512-${letter.repeat(86)}==`;

describe("Go modules of go.mod and go.sum", () => {
  const goMod = `module x\n\ngo 1.26\n\nrequire example.com/one v1.0.0 // indirect\nrequire (\n\texample.com/two v1.0.0\n\texample.com/local v0.0.0\n)\n\nreplace example.com/two => example.com/three v1.1.0\nreplace example.com/local => ./local\n`;
  const goSum = `example.com/one v1.0.0 ${sum("a")}\nexample.com/one v1.0.0/go.mod ${sum("b")}\nexample.com/three v1.1.0 ${sum("c")}\nexample.com/three v1.1.0/go.mod ${sum("d")}\nexample.com/older v0.9.0/go.mod ${sum("e")}\n`;

  it("are those that a build takes from, as they are replaced, and those that only have to be right", () => {
    expect(modulesOf(goMod, goSum, "m")).toEqual([
      { module: "example.com/one", version: "v1.0.0", zip: sum("a"), mod: sum("b"), required: true },
      { module: "example.com/three", version: "v1.1.0", zip: sum("c"), mod: sum("d"), required: true },
      { module: "example.com/older", version: "v0.9.0", mod: sum("e"), required: false },
    ]);
  });

  it.each([
    [
      goMod,
      goSum
        .replace("example.com/one v1.0.0 ", "example.com/uno v1.0.0 ")
        .replace("example.com/one v1.0.0/", "example.com/uno v1.0.0/"),
      /no sum of example\.com\/one@v1\.0\.0/,
    ],
    [goMod, `${goSum}example.com/one v1.0.0 ${sum("z")}\n`, /two sums of example\.com\/one v1\.0\.0/],
    [goMod, `${goSum}example.com/one v1.0.0\n`, /a line that is none/],
    [`${goMod}require broken\n`, goSum, /requires "broken"/],
  ])("refuse files that do not fit together", (mod, sums, reason) => {
    expect(() => modulesOf(mod, sums, "m")).toThrow(reason);
  });

  it("are one list of several, and never of two contents", () => {
    const one = { module: "a.example/b", version: "v1.0.0", mod: sum("a"), required: false };
    expect(mergeModules([[one], [{ ...one, zip: sum("z"), required: true }], [one]])).toEqual([
      { ...one, zip: sum("z"), required: true },
    ]);
    expect(() => mergeModules([[one], [{ ...one, mod: sum("b") }]])).toThrow(/two sums of a\.example\/b@v1\.0\.0/);
  });

  it.each([...new Set(pins.map(({ module }) => module))])(
    "of the toolchain's %s are read, each required one with both sums",
    (module) => {
      const read = (file: string) => readFileSync(join(root, "tooling/toolchain/modules", module, file), "utf8");
      const found = modulesOf(read("go.mod"), read("go.sum"), module);
      expect(found.length).toBeGreaterThan(10);
      expect(found.filter(({ required, mod }) => required && mod === undefined)).toEqual([]);
    },
  );
});

it("sums a go.mod as Go does", () => {
  // rsc.io/quote v1.5.2/go.mod, as the Go command's own tests have it in their go.sum.
  expect(hashMod(Buffer.from('module "rsc.io/quote"\n\nrequire "rsc.io/sampler" v1.3.0\n'))).toBe(
    "h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=",
  );
});

describe("packages of package-lock.json", () => {
  const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });
  const entry = (version: string, letter: string, more: object = {}) => ({
    version,
    integrity: integrity(letter),
    ...more,
  });

  it("are those of the site's platform, each with what it is given by Node.js", () => {
    const text = lock({
      "": { dependencies: { a: "1", "@s/b": "1" }, devDependencies: { tool: "1" } },
      "node_modules/a": entry("1.0.0", "a", { dependencies: { c: "2" }, license: "MIT" }),
      "node_modules/a/node_modules/c": entry("2.0.0", "c"),
      "node_modules/c": entry("1.0.0", "d"),
      "node_modules/@s/b": entry("1.0.0", "b", { dependencies: { c: "1" } }),
      "node_modules/mac": entry("1.0.0", "e", { os: ["darwin"] }),
      "node_modules/musl": entry("1.0.0", "f", { libc: ["musl"] }),
      "node_modules/notwin": entry("1.0.0", "g", { os: ["!win32"] }),
      "node_modules/tool": entry("1.0.0", "h", { dev: true }),
    });
    const { npm, roots } = packagesOf(text, "package-lock.json", false);
    expect(npm.map(({ name, version, dependencies }) => `${name}@${version}: ${dependencies.join()}`).sort()).toEqual([
      "@s/b@1.0.0: c@1.0.0",
      "a@1.0.0: c@2.0.0",
      "c@1.0.0: ",
      "c@2.0.0: ",
      "notwin@1.0.0: ",
    ]);
    expect(roots).toEqual(["@s/b@1.0.0", "a@1.0.0"]);
    const development = packagesOf(text, "package-lock.json", true).npm.filter(({ dev }) => dev);
    expect(development.map(({ name }) => name)).toEqual(["tool"]);
  });

  it("lists by name what no SHA-512 pins", () => {
    const { npm, unresolved } = packagesOf(
      lock({
        "node_modules/git": { version: "1.0.0", resolved: "git+ssh://git@example.com/x.git#abc" },
        "node_modules/old": { version: "1.0.0", integrity: "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
        "node_modules/near": { link: true, resolved: "../near" },
      }),
      "package-lock.json",
      false,
    );
    expect(npm).toEqual([]);
    expect(unresolved.map(({ name }) => name)).toEqual(["npm/git@1.0.0", "npm/old@1.0.0", "npm/near"]);
  });

  it.each([
    [
      lock({ "node_modules/a": entry("1.0.0", "a"), "node_modules/b/node_modules/a": entry("1.0.0", "b") }),
      /a@1\.0\.0 with two contents/,
    ],
    [
      lock({ "node_modules/@a/b-c": entry("1.0.0", "a"), "node_modules/@a-b/c": entry("1.0.0", "b") }),
      /archives of one name, a-b-c-1\.0\.0\.tgz/,
    ],
    ["{", /is not JSON/],
    ['{"lockfileVersion":1,"packages":{}}', /no package-lock\.json of lockfileVersion 3/],
  ])("refuses a file that two readers could take for two things", (text, reason) => {
    expect(() => packagesOf(text, "package-lock.json", false)).toThrow(reason);
  });
});
