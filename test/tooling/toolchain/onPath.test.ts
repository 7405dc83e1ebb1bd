import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { findOnPath, installedTool, isAcceptable, parseVersion } from "../../../tooling/toolchain/onPath";
import type { ToolPin } from "../../../tooling/toolchain/pins";
import { pins } from "../../../tooling/toolchain/pins";
import { samplePin, useDirectory, write } from "./support";

vi.setConfig({ testTimeout: 60_000 });

const directory = useDirectory();

function program(place: string, script = "exit 0", name = "sample"): string {
  return write(join(directory(), place, name), `#!/bin/sh\n${script}\n`, 0o755);
}

function path(...places: string[]): { PATH: string } {
  return { PATH: places.map((place) => join(directory(), place)).join(delimiter) };
}

describe("a program on PATH", () => {
  it("is the first that can be run", () => {
    write(join(directory(), "a/sample"), "no program");
    mkdirSync(join(directory(), "b/sample"), { recursive: true });
    const found = program("c");
    program("d");
    expect(findOnPath("sample", path("absent", "a", "b", "c", "d"))).toBe(found);
  });

  it.each([
    ["is not there", path, "other"],
    ["is not looked for without PATH", () => ({}), "sample"],
    ["is not looked for in the current folder", () => ({ PATH: delimiter }), "package.json"],
  ])("%s", (_, env, name) => {
    program("a");
    expect(findOnPath(name, env("a"))).toBeUndefined();
  });

  it("is none of the cache's own, whatever links lead there", () => {
    const own = program("cache/toolchain/x/bin");
    mkdirSync(join(directory(), "links"));
    symlinkSync(own, join(directory(), "links/sample"));
    symlinkSync(join(directory(), "cache"), join(directory(), "cache-link"));
    const places = path("cache/toolchain/x/bin", "links");
    expect(findOnPath("sample", places)).toBe(own);
    expect(findOnPath("sample", places, join(directory(), "cache"))).toBeUndefined();
    expect(findOnPath("sample", places, join(directory(), "cache-link"))).toBeUndefined();
  });

  it("may lie beside the cache, under a name that begins like it", () => {
    const found = program("cache-of-mine");
    expect(findOnPath("sample", path("cache-of-mine"), join(directory(), "cache"))).toBe(found);
  });
});

describe("a version", () => {
  it.each([
    ["v3.216.0", "3.216.0"],
    ["Client Version: v1.36.3\nKustomize Version: v5.7.1", "1.36.3"],
    ["v4.3.1+g1234567", "4.3.1+g1234567"],
    ["Client Version: v1.36.2-gke.1100000", "1.36.2-gke.1100000"],
    ["v1.36.0+k3s1", "1.36.0+k3s1"],
    ["version: 3.220.0-alpha.1", "3.220.0-alpha.1"],
    ["1.2", undefined],
    ["", undefined],
    ["error: unknown command", undefined],
  ])("is read out of %j", (output, version) => {
    expect(parseVersion(output)).toBe(version);
  });

  it.each([
    ["1.35.0", true],
    ["1.36.3", true],
    ["1.37.9", true],
    ["1.34.9", false],
    ["1.38.0", false],
    ["2.0.0", false],
    // Vendors' builds are what they are built from.
    ["1.36.2-gke.1100000", true],
    ["1.35.0-gke.1", true],
    ["1.36.0+k3s1", true],
    ["1.36.0-eks-1234567", true],
    ["1.38.0-gke.1", false],
    // Releases to come are not what they will be.
    ["1.38.0-rc.1", false],
    ["1.35.0-alpha.2", false],
    ["1.36.0-rc.0", true],
    ["nonsense", false],
    ["", false],
  ])("%j is %s for kubectl", (version, acceptable) => {
    expect(isAcceptable(version, ">=1.35.0 <1.38.0")).toBe(acceptable);
  });
});

describe("an installed tool", () => {
  const pin: ToolPin = { ...samplePin, onPath: { range: ">=1.2.0 <2.0.0", versionArgs: ["version", "--client"] } };

  it("is used when it is new enough", async () => {
    const found = program("bin", '[ "$*" = "version --client" ] && echo "Client Version: v1.3.0"');
    expect(await installedTool(pin, path("bin"), join(directory(), "cache"))).toEqual({
      path: found,
      version: "1.3.0",
    });
  });

  it.each([
    ["is too old", "echo v1.1.9"],
    ["is of a later series", "echo v2.0.0"],
    ["says no version", "echo sample"],
    ["fails", "echo v1.3.0; exit 1"],
    ["says it on the wrong stream", "echo v1.3.0 >&2"],
    ["waits for input", "cat; echo v1.1.9"],
  ])("is not used when it %s", async (_, script) => {
    program("bin", script);
    expect(await installedTool(pin, path("bin"), join(directory(), "cache"))).toBeUndefined();
  });

  it("is not even asked where the pin's own is wanted", async () => {
    const asked = join(directory(), "asked");
    program("bin", `touch '${asked}'; echo v1.3.0`);
    expect(await installedTool(samplePin, path("bin"), join(directory(), "cache"))).toBeUndefined();
    expect(existsSync(asked)).toBe(false);
  });

  it("is acceptable in the very version that is pinned, for every pin", () => {
    for (const { name, version, onPath } of pins)
      if (onPath) expect(isAcceptable(version, onPath.range), name).toBe(true);
  });
});
