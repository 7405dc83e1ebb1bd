import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { root } from "../../support/factory";

const catalog = (...args: string[]) =>
  execa(process.execPath, ["--import", "tsx", "tooling/catalog/cli.ts", ...args], { cwd: root, reject: false });

describe("npm run catalog", () => {
  it("explains its commands", async () => {
    const { stdout, exitCode } = await catalog("--help");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/lock \[options\] +read every digest[\s\S]*check \[options\] +compare catalog\.lock/);
  });

  it.each([
    [["lok"], /unknown command 'lok'\n\(Did you mean lock\?\)/],
    [
      ["lock", "--mirror", "https://registry.example"],
      /Write an OCI registry, e\.g\. oci:\/\/registry\.example\/charts/,
    ],
    [["lock", "--image", "nvcr.io/nim/acme"], /names no fixed version; write nvcr\.io\/nim\/acme:<tag>/],
  ])("refuses %s in one message, without a trace", async (args, reason) => {
    const { stderr, exitCode } = await catalog(...args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(reason);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
