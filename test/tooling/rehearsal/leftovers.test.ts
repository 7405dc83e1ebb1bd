import { spawn } from "node:child_process";
import { copyFileSync, chmodSync, mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endLeftovers, runVariable } from "../../../tooling/rehearsal/leftovers";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "leftovers-"));
  for (const name of ["pulumi", "pulumi-resource-kubernetes"]) {
    copyFileSync("/bin/sleep", join(directory, name));
    chmodSync(join(directory, name), 0o700);
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function start(name: string, run: string) {
  const child = spawn(join(directory, name), ["60"], { env: { [runVariable]: run } });
  await once(child, "spawn");
  return child;
}

describe.skipIf(process.platform !== "linux")("plugins of a run", () => {
  it("are left alone while their engine lives, and ended after it; those of other runs stay", async () => {
    const engine = await start("pulumi", "one");
    const plugin = await start("pulumi-resource-kubernetes", "one");
    const other = await start("pulumi-resource-kubernetes", "another");
    endLeftovers("one");
    expect(plugin.signalCode).toBeNull();
    engine.kill("SIGKILL");
    await once(engine, "exit");
    const ended = once(plugin, "exit");
    endLeftovers("one");
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(other.signalCode).toBeNull();
    other.kill("SIGKILL");
    await once(other, "exit");
  });
});
