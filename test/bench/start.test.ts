import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runProgram } from "../../bench/start/run";
import type { StartedStack, Stacks } from "../../bench/start/stacks";
import { startedStacks } from "../../bench/start/stacks";
import { root } from "../support/factory";

let home: string;
let all: Stacks;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "start-"));
  // It is set there; what it was comes back in the end.
  vi.stubEnv("TRUSTFOUNDRY_HOME", home);
  all = await startedStacks(home);
});
afterAll(() => {
  all.close();
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

/** Scripts of Pulumi's packages that a program has loaded when all its resources are registered: package and file. */
async function loadedScripts(title: string): Promise<{ name: string; file: string }[]> {
  const stack: StartedStack | undefined = all.stacks.get(title);
  expect(stack, title).toBeDefined();
  const file = join(home, "stack.json");
  const scripts = join(home, "scripts.json");
  writeFileSync(file, JSON.stringify(stack));
  const started = await runProgram(file, {
    preload: [join(root, "test/support/loadedScripts.cjs")],
    variables: { LOADED_SCRIPTS: scripts },
  });
  expect(started.resources).toBeGreaterThan(5);
  const urls = JSON.parse(readFileSync(scripts, "utf8")) as string[];
  return urls.flatMap((url) => {
    const [, name, rest] = /node_modules\/(@pulumi\/[a-z-]+)\/(.*)$/.exec(url) ?? [];
    return name !== undefined && rest !== undefined ? [{ name, file: rest }] : [];
  });
}

describe("a program's start", () => {
  it.each([
    ["`trust`", []],
    ["`infrastructure`, bare metal", []],
    ["`workloads`, bare metal", []],
    ["`infrastructure`, Azure (AKS)", ["@pulumi/azure-native"]],
    ["`infrastructure`, Google Cloud (GKE)", ["@pulumi/gcp"]],
    ["`keys`, Azure", ["@pulumi/azure-native"]],
    ["`keys`, Google Cloud", ["@pulumi/gcp"]],
  ])("of %s loads the SDKs of these clouds and no other: %j", async (title, clouds) => {
    const scripts = await loadedScripts(title);
    const names = [...new Set(scripts.map(({ name }) => name))].sort();
    expect(names).toEqual([...clouds, "@pulumi/kubernetes", "@pulumi/pulumi"].sort());
    // The index of a whole SDK loads all of its modules.
    expect(scripts.filter(({ name, file }) => clouds.includes(name) && file === "index.js")).toEqual([]);
  });

  it("is measured for every role of a party", () => {
    const roles = [...all.stacks.values()].map(({ settings }) => settings["trustfoundry:role"]);
    expect([...new Set(roles)].sort()).toEqual(["infrastructure", "keys", "trust", "workloads"]);
  });
});
