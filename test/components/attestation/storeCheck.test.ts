import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../../components/names";
import type { CheckedDirectory } from "../../../components/attestation/storeCheck";
import { storeCheck } from "../../../components/attestation/storeCheck";

const files = { "default_cpu.rego": "package policy\n", "default_gpu.rego": "package policy\n\nimport rego.v1\n" };
const resource = String.raw`acme\x2Fmodel-key\x2Fllama-8b`;

let root: string;
let directories: CheckedDirectory[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "store-"));
  directories = [
    { path: join(root, "policies"), files },
    { path: join(root, "resources"), names: [resource] },
  ];
  mount("policies", files);
  mount("resources", { [resource]: "key" });
});
afterEach(() => rmSync(root, { recursive: true }));

/** As kubelet lays a ConfigMap or Secret out: files are links into a hidden directory. */
function mount(name: string, contents: Record<string, string>): void {
  mkdirSync(join(root, name, "..2026_01_01"), { recursive: true });
  symlinkSync("..2026_01_01", join(root, name, "..data"));
  for (const [file, text] of Object.entries(contents)) {
    writeFileSync(join(root, name, "..2026_01_01", file), text);
    symlinkSync(join("..data", file), join(root, name, file));
  }
}

/** Runs the very command of the init container; returns what it says, or "" where it is content. */
function check(): string {
  const { command, env } = storeCheck(directories);
  const [program = "", ...args] = command;
  try {
    execFileSync(program, args, {
      env: { PATH: process.env.PATH, ...Object.fromEntries(env.map(({ name, value }) => [name, value])) },
      stdio: "pipe",
    });
    return "";
  } catch (error) {
    const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer };
    return `${stdout.toString()}${stderr.toString()}`;
  }
}

describe("the check before a service starts", () => {
  it("is content with every file as it was rendered", () => {
    expect(check()).toBe("");
  });

  it("fails where a policy differs", () => {
    writeFileSync(join(root, "policies", "default_cpu.rego"), "package policy\ndefault allow := true\n");
    expect(check()).toContain("default_cpu.rego: FAILED");
  });

  it("fails where a policy is missing", () => {
    rmSync(join(root, "policies", "default_gpu.rego"));
    expect(check()).toContain("default_gpu.rego");
  });

  it("fails on an empty storage", () => {
    rmSync(join(root, "policies"), { recursive: true });
    mkdirSync(join(root, "policies"));
    expect(check()).toContain("default_cpu.rego");
  });

  it("fails where a file is more than expected", () => {
    writeFileSync(join(root, "policies", "other.rego"), "package policy\n");
    expect(check()).toContain("Files are missing, or there are others");
  });

  it("fails where a resource is missing, without having its digest", () => {
    rmSync(join(root, "resources", resource));
    expect(check()).toContain("Files are missing, or there are others");
    const { command, env } = storeCheck(directories);
    expect(JSON.stringify([command, env])).not.toContain(sha256("key"));
  });
});
