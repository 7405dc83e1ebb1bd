import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { binDirectory } from "../../../tooling/toolchain/binDirectory";
import type { Tool } from "../../../tooling/toolchain/makeTool";
import { useDirectory, write } from "./support";

const directory = useDirectory();

function tool(name: string, path = join(directory(), "cache/toolchain", name, "bin", name)): Tool {
  write(path, `#!/bin/sh\necho ${name} "$@"\n`, 0o755);
  return { name, path, version: "1.2.3", origin: "built" };
}

function make(tools: readonly Tool[], root = join(directory(), "checkout")) {
  return binDirectory({ cache: join(directory(), "cache"), tools, root });
}

describe("the folder of tools", () => {
  it("has each tool by name, and the programs of the checkout's packages", () => {
    const tools = [tool("etcd"), tool("pulumi")];
    const { root, bin } = make(tools);
    expect(bin).toBe(join(root, "bin"));
    expect(readdirSync(bin).sort()).toEqual(["etcd", "pulumi", "pulumi-analyzer-policy"]);
    expect(readlinkSync(join(bin, "etcd"))).toBe(tools[0]?.path);
    expect(execFileSync(join(bin, "pulumi"), ["x"], { encoding: "utf8" })).toBe("pulumi x\n");
  });

  it("starts programs of packages with this Node, whatever the checkout is called", () => {
    const checkout = join(directory(), "it's a checkout");
    write(
      join(checkout, "node_modules/@pulumi/pulumi/cmd/run-policy-pack/index.js"),
      "console.log(process.execPath, ...process.argv.slice(2));",
    );
    const { bin } = make([], checkout);
    expect(execFileSync(join(bin, "pulumi-analyzer-policy"), ["a b", "c"], { encoding: "utf8" })).toBe(
      `${process.execPath} a b c\n`,
    );
  });

  it("is shared by runs with the same tools, and another one for other tools", () => {
    const [etcd, other] = [tool("etcd"), tool("etcd", join(directory(), "elsewhere/etcd"))];
    expect(make([etcd])).toEqual(make([etcd]));
    expect(make([other])).not.toEqual(make([etcd]));
    expect(make([etcd], join(directory(), "another checkout"))).not.toEqual(make([etcd]));
  });

  it("leaves no draft", () => {
    const { root } = make([tool("etcd")]);
    expect(existsSync(root)).toBe(true);
    expect(readdirSync(join(directory(), "cache/toolchain/bin")).filter((entry) => entry.startsWith("."))).toEqual([]);
  });
});
