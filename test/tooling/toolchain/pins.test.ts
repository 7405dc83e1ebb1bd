import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { moduleFiles, packageFiles } from "../../../tooling/toolchain/key";
import { pins, toolGroups } from "../../../tooling/toolchain/pins";
import type { ToolPin } from "../../../tooling/toolchain/pins";
import { root } from "../../support/factory";

const modules = join(root, "tooling/toolchain/modules");

function text(module: string, file: string): string {
  return readFileSync(join(modules, module, file), "utf8");
}

/** Modules and versions that a go.mod requires, and its directives. */
function readGoMod(module: string) {
  const lines = text(module, "go.mod")
    .split("\n")
    .map((line) => line.replace(/\s*\/\/.*$/, "").trim());
  const required = new Map<string, string>();
  const replaced = new Map<string, string>();
  const tools: string[] = [];
  let block = "";
  for (const line of lines) {
    const opening = /^(\w+) \($/.exec(line);
    if (opening) block = opening[1] ?? "";
    else if (line === ")") block = "";
    else {
      const [directive = "", ...rest] = block ? [block, ...line.split(/\s+/)] : line.split(/\s+/);
      const [name = "", version = "", ...target] = rest;
      if (directive === "require" && name) required.set(name, version);
      if (directive === "replace" && name) replaced.set(name, target.join(" "));
      if (directive === "tool" && name) tools.push(name);
    }
  }
  return { required, replaced, tools, lines };
}

/** `module version` → checksum, of modules and of their go.mod files. */
function readGoSum(module: string): Map<string, string> {
  return new Map(
    text(module, "go.sum")
      .trim()
      .split("\n")
      .map((line) => {
        const [name = "", version = "", hash = ""] = line.split(" ");
        return [`${name} ${version}`, hash];
      }),
  );
}

const named = pins.map((pin): [string, ToolPin] => [pin.name, pin]);

describe("the pins", () => {
  it("name each tool once, in a group that is asked for", () => {
    expect(new Set(pins.map(({ name }) => name)).size).toBe(pins.length);
    for (const { group } of pins) expect(toolGroups).toContain(group);
  });

  it("use every module, and each pin one that is there", () => {
    expect([...new Set(pins.map(({ module }) => module))].sort()).toEqual(readdirSync(modules).sort());
  });

  it.each(named)("%s: go.mod names the pinned version", (_, { module, source }) => {
    const [name = "", version = ""] = source.split(" ");
    const { required, replaced } = readGoMod(module);
    expect(required.get(name)).toBe(version);
    // What is required could be built from elsewhere.
    expect(replaced.has(name)).toBe(false);
  });

  it.each(named)("%s: go.sum verifies the pinned version", (_, { module, source }) => {
    const sums = readGoSum(module);
    expect(sums.get(source)).toMatch(/^h1:[A-Za-z0-9+/]{43}=$/);
    expect(sums.get(`${source}/go.mod`)).toMatch(/^h1:[A-Za-z0-9+/]{43}=$/);
  });

  it.each(named)("%s: the package is one of the pinned module, or our own that uses it", (_, pin) => {
    const [name = ""] = pin.source.split(" ");
    if (!pin.package.startsWith(".")) {
      expect(pin.package === name || pin.package.startsWith(`${name}/`)).toBe(true);
      expect(readGoMod(pin.module).tools).toContain(pin.package);
    } else {
      const directory = join(modules, pin.module);
      const files = [...moduleFiles(directory), ...packageFiles(directory, pin.package)];
      const own = files.filter((file) => file.endsWith(".go")).map((file) => text(pin.module, file));
      expect(own.join("")).toContain(`"${name}/`);
    }
  });

  it.each(named)(
    "%s says its version, where it has to be told",
    (_, { module, package: path, version, variables, source }) => {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      if (variables) expect(Object.values(variables).join(" ")).toContain(`v${version}`);
      else if (path === ".") expect(text(module, "main.go")).toContain(`version = "${version}"`);
      else expect(source).toContain(` v${version}`);
    },
  );

  it.each(named)(
    "%s: what is copied comes from the pinned module and is not committed",
    (_, { module, source, copies }) => {
      if (!copies) return;
      expect(source.startsWith(`${copies.module} `)).toBe(true);
      for (const file of copies.files)
        expect(existsSync(join(modules, module, file.split("/").at(-1) ?? ""))).toBe(false);
    },
  );
});

describe.each(readdirSync(modules))("the module of %s", (module) => {
  const { required, replaced, lines } = readGoMod(module);

  it("holds its pins and at most mains of our own", () => {
    const folders = pins.filter((pin) => pin.module === module && pin.package.startsWith("./"));
    const expected = [...moduleFiles(join(modules, module)), ...folders.map((pin) => pin.package.slice(2))];
    expect(readdirSync(join(modules, module)).sort()).toEqual(expected.sort());
  });

  it("verifies everything that it requires", () => {
    const sums = readGoSum(module);
    expect(required.size).toBeGreaterThan(0);
    const unverified = [...required].filter(([name, version]) => {
      const [path = name, exact = version] = replaced.get(name)?.split(" ") ?? [];
      return !sums.has(`${path} ${exact}/go.mod`);
    });
    expect(unverified).toEqual([]);
  });

  it("is replaced by nothing that lies on this machine, and by fixed versions alone", () => {
    for (const [name, target] of replaced)
      expect(`${name} => ${target}`).toMatch(/^\S+ => [\w./-]+ v\d+\.\d+\.\d+\S*$/);
  });

  it("downloads no other Go", () => {
    expect(lines.filter((line) => line.startsWith("toolchain "))).toEqual([]);
    expect(lines.find((line) => line.startsWith("go "))).toMatch(/^go 1\.26(\.0)?$/);
  });
});
