import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../../bench/start/run";
import type { StartedStack, Stacks } from "../../bench/start/stacks";
import { startedStacks } from "../../bench/start/stacks";
import { root } from "../support/factory";

let home: string;
let all: Stacks;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "start-"));
  all = await startedStacks(home);
});
afterAll(() => {
  all.close();
  rmSync(home, { recursive: true });
});

/** The packages of Pulumi's that a program has loaded when all its resources are registered. */
async function loadedSdks(title: string): Promise<string[]> {
  const stack: StartedStack | undefined = all.stacks.get(title);
  expect(stack, title).toBeDefined();
  const file = join(home, "stack.json");
  const scripts = join(home, "scripts.json");
  writeFileSync(file, JSON.stringify(stack));
  process.env.LOADED_SCRIPTS = scripts;
  const started = await runProgram(file, { preload: [join(root, "test/support/loadedScripts.cjs")] });
  expect(started.resources).toBeGreaterThan(5);
  const urls = JSON.parse(readFileSync(scripts, "utf8")) as string[];
  const packages = urls.flatMap((url) => /node_modules\/(@pulumi\/[a-z-]+)\//.exec(url)?.[1] ?? []);
  return [...new Set(packages)].sort();
}

describe("a program without a cloud", () => {
  it.each(["`trust`", "`infrastructure`, bare metal", "`workloads`, bare metal"])(
    "%s loads no cloud's SDK",
    async (title) => {
      expect(await loadedSdks(title)).toEqual(["@pulumi/kubernetes", "@pulumi/pulumi"]);
    },
  );
});
