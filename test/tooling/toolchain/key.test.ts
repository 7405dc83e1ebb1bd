import { utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildKey, downloadKey, linkerFlags, moduleFiles, packageFiles } from "../../../tooling/toolchain/key";
import type { BuildKeyArgs } from "../../../tooling/toolchain/key";
import type { ToolPin } from "../../../tooling/toolchain/pins";
import { samplePin, useDirectory, write, writeModules } from "./support";

const directory = useDirectory();

const pin: ToolPin = {
  ...samplePin,
  variables: { "main.version": "v1.2.3" },
  copies: { module: "example.com/sample", files: ["schema.json"] },
};

function sampleArgs(changes: Partial<BuildKeyArgs> = {}): BuildKeyArgs {
  const modules = writeModules(directory());
  write(join(modules, "sample/main.go"), "package main\n");
  return { pin, modules, goVersion: "go1.26.8", platform: "linux-x64", ...changes };
}

/** A change to the module's files. */
function withFile(name: string, content: string): BuildKeyArgs {
  const args = sampleArgs();
  write(join(args.modules, "sample", name), content);
  return args;
}

describe("the key of a built tool", () => {
  it("names the tool and its version", () => {
    expect(buildKey(sampleArgs())).toMatch(/^sample-1\.2\.3-[0-9a-f]{12}$/);
  });

  it.each<[string, () => BuildKeyArgs]>([
    ["go.mod", () => withFile("go.mod", "module sample // x\n")],
    ["go.sum", () => withFile("go.sum", "")],
    ["our own main", () => withFile("main.go", "package main // x\n")],
    ["a further source file", () => withFile("more.go", "package main\n")],
    ["the version", () => sampleArgs({ pin: { ...pin, version: "1.2.4" } })],
    ["the package", () => sampleArgs({ pin: { ...pin, package: "." } })],
    ["a variable's value", () => sampleArgs({ pin: { ...pin, variables: { "main.version": "v1.2.4" } } })],
    ["no variable", () => sampleArgs({ pin: { ...pin, variables: undefined } })],
    ["the copied files", () => sampleArgs({ pin: { ...pin, copies: { module: "example.com/sample", files: ["x"] } } })],
    ["nothing copied", () => sampleArgs({ pin: { ...pin, copies: undefined } })],
    ["Go's version", () => sampleArgs({ goVersion: "go1.26.9" })],
    ["the system", () => sampleArgs({ platform: "darwin-x64" })],
    ["the processor", () => sampleArgs({ platform: "linux-arm64" })],
    ["the tool", () => sampleArgs({ pin: { ...pin, name: "other" } })],
  ])("changes with %s", (_, changed) => {
    const before = buildKey(sampleArgs());
    expect(buildKey(changed())).not.toBe(before);
  });

  it.each<[string, () => BuildKeyArgs]>([
    ["nothing at all", () => sampleArgs()],
    ["a note beside the module", () => withFile("README.md", "x")],
    ["how long a build takes", () => sampleArgs({ pin: { ...pin, usualSeconds: 99 } })],
    ["who needs it", () => sampleArgs({ pin: { ...pin, group: "engine" } })],
    ["what will do when installed", () => sampleArgs({ pin: { ...pin, onPath: { range: "*", versionArgs: [] } } })],
    [
      "where it can be downloaded",
      () => sampleArgs({ pin: { ...pin, official: { url: "https://x.example/{version}", systems: [], arch: {} } } }),
    ],
    [
      "when its files were written",
      () => {
        const args = sampleArgs();
        utimesSync(join(args.modules, "sample/go.mod"), 1, 1);
        return args;
      },
    ],
    [
      "where the checkout lies",
      () => {
        const modules = writeModules(join(directory(), "elsewhere"));
        write(join(modules, "sample/main.go"), "package main\n");
        return { ...sampleArgs(), modules };
      },
    ],
  ])("does not change with %s", (_, unchanged) => {
    const before = buildKey(sampleArgs());
    expect(buildKey(unchanged())).toBe(before);
  });

  it("is made of our own package's files where the pin names its folder, and of no other pin's", () => {
    const withPackage = (content: string, path = "./own"): BuildKeyArgs => {
      const args = withFile("own/main.go", content);
      write(join(args.modules, "sample/own/main_test.go"), content);
      return { ...args, pin: { ...pin, package: path } };
    };
    const one = withPackage("package main // 1\n");
    expect(packageFiles(join(one.modules, "sample"), "./own")).toEqual(["own/main.go"]);
    const key = buildKey(one);
    expect(buildKey(withPackage("package main // 2\n"))).not.toBe(key);
    expect(buildKey(withPackage("package main // 2\n", pin.package))).toBe(
      buildKey(withPackage("package main // 1\n", pin.package)),
    );
  });

  it("is made of what the build is given", () => {
    expect(linkerFlags(pin)).toBe("-s -w -X main.version=v1.2.3");
    expect(linkerFlags({})).toBe("-s -w");
    const { modules } = withFile("README.md", "x");
    expect(moduleFiles(join(modules, "sample"))).toEqual(["go.mod", "go.sum", "main.go"]);
  });
});

describe("the key of a downloaded tool", () => {
  const url = "https://downloads.example/sample-1.2.3-linux-amd64.tar.gz";
  const official = { url, systems: ["linux"], arch: {}, inside: "sample/sample" };

  it.each<[string, ToolPin, string]>([
    ["the address", { ...pin, official }, url.replace("amd64", "arm64")],
    ["the version", { ...pin, official, version: "1.2.4" }, url],
    ["the program in the archive", { ...pin, official: { ...official, inside: "bin/sample" } }, url],
  ])("changes with %s", (_, changed, address) => {
    expect(downloadKey(changed, address)).not.toBe(downloadKey({ ...pin, official }, url));
  });

  it("does not depend on what only a build uses, and is never a build's", () => {
    const key = downloadKey({ ...pin, official }, url);
    expect(downloadKey({ ...pin, official, variables: undefined, usualSeconds: 9 }, url)).toBe(key);
    expect(key).not.toBe(buildKey(sampleArgs({ pin: { ...pin, official } })));
  });
});
