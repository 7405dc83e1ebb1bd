import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Dice } from "./dice";
import type { World } from "./world";

/** Starts a command that makes, or finds, all keys of a rehearsal. Says by its message which they are. */
function start(home: string) {
  const child = fork(join(__dirname, "keyMaker.ts"), [home], {
    execArgv: ["--import", require.resolve("tsx")],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const said = new Promise<string | undefined>((resolve) => {
    child.once("message", (message) => resolve(String(message)));
    child.once("exit", () => resolve(undefined));
  });
  return { child, said };
}

/** Several commands make a rehearsal's keys at the same time: all have to end with the same ones. */
export async function keysAtOnce(world: World): Promise<string[]> {
  const home = world.scratch("keys-at-once");
  const answers = await Promise.all(Array.from({ length: 4 }, () => start(home).said));
  const different = new Set(answers);
  return different.size === 1 && !different.has(undefined)
    ? []
    : [`four commands at once ended with ${different.size} sets of keys`];
}

/** Commands are killed while they make keys: what stands afterwards is whole, and is never made again. */
export async function killedKeyMakers(world: World, dice: Dice, rounds: number): Promise<string[]> {
  const home = world.scratch("killed-key-makers");
  const violations: string[] = [];
  const file = join(home, "faults", "parties", "acme-models", "owner-keys.json");
  let before: string | undefined;
  for (let round = 0; round < rounds; round++) {
    const { child, said } = start(home);
    // Wall time: the keys' own making is not to be stopped from outside.
    const ended = await Promise.race([said, wait(dice.upTo(`keys/${round}`, 4_000)).then(() => undefined)]);
    if (ended === undefined) child.kill("SIGKILL");
    await said;
    if (!existsSync(file)) continue;
    const text = readFileSync(file, "utf8");
    const now = createHash("sha256").update(text).digest("hex");
    if (before !== undefined && now !== before) violations.push(`round ${round + 1}: the keys are others`);
    before = now;
    try {
      JSON.parse(text);
    } catch {
      violations.push(`round ${round + 1}: half a file of keys`);
    }
  }
  const { said } = start(home);
  if ((await said) === undefined) violations.push("the keys cannot be read after the kills");
  return violations;
}
