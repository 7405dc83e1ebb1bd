import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import type { ExecaChildProcess } from "execa";
import { processesNaming } from "../../support/processes";
import { RehearsalCli } from "../../support/rehearsalCli";

const rehearsal = new RehearsalCli("interrupted");
const neighbour = new RehearsalCli("neighbour", rehearsal.home);

afterAll(async () => {
  for (const each of [rehearsal, neighbour]) await each.run("destroy");
  rehearsal.remove();
});

/** Starts `up` and waits until its screen says something. */
async function upUntil(said: RegExp, cli = rehearsal): Promise<{ readonly child: ExecaChildProcess }> {
  const child = cli.start(["up", "--name", cli.name, "--file", cli.describe()]);
  let screen = "";
  child.all?.on("data", (data: Buffer) => (screen += data.toString()));
  while (!said.test(screen)) {
    if (child.exitCode !== null) throw new Error(`ended early: ${screen}`);
    await wait(20);
  }
  // A promise of the whole run, too: wrapped, or awaiting this function would await it.
  return { child };
}

async function nothingRuns(): Promise<string[]> {
  // The engine is given the time to write its state.
  for (let tries = 0; tries < 100 && processesNaming(rehearsal.root).length > 0; tries++) await wait(200);
  return processesNaming(rehearsal.root);
}

describe("a rehearsal that is cut off", () => {
  it.each([
    ["while control planes start", /❯ Control planes/],
    ["while stacks are deployed", /❯ Deploy/],
  ])("by Ctrl-C %s leaves no process and says how to go on", async (_when, said) => {
    const { child } = await upUntil(said);
    child.kill("SIGINT");
    const { exitCode, all } = await child;
    expect(exitCode, all).toBe(130);
    expect(all).toContain("Interrupted.");
    expect(all).not.toMatch(/node:internal|This is a defect/);
    expect(await nothingRuns()).toEqual([]);
  });

  it("by a kill of the command leaves no process that works on", async () => {
    const { child } = await upUntil(/❯ Deploy/);
    child.kill("SIGKILL");
    await child;
    // Control planes of a killed command may stay, as after a finished one; its stacks' processes may not.
    const left = () => processesNaming(rehearsal.root).filter((line) => /pulumi|stackWorker/.test(line));
    for (let tries = 0; tries < 200 && left().length > 0; tries++) await wait(200);
    expect(left()).toEqual([]);
  });

  it("goes on where it stopped", async () => {
    const { exitCode, all } = await rehearsal.run("up", "--file", rehearsal.describe());
    expect(exitCode, all).toBe(0);
    expect(all).toContain("3 of 4 confidential pods run");
  });

  it("lets another one run beside it, each with its own clusters", async () => {
    const { child } = await upUntil(/❯ Preview/, neighbour);
    const uid = async (cli: RehearsalCli) =>
      (await cli.get<{ metadata: { uid: string } }>("trust", "namespaces"))[0]?.metadata.uid;
    expect(await uid(neighbour)).not.toBe(await uid(rehearsal));
    child.kill("SIGINT");
    await child;
    expect((await neighbour.run("destroy")).exitCode).toBe(0);
    expect((await rehearsal.run("status")).all).toContain("All control planes run.");
  });

  it("is destroyed whole", async () => {
    expect((await rehearsal.run("destroy")).exitCode).toBe(0);
    expect(processesNaming(rehearsal.root)).toEqual([]);
  });
});
