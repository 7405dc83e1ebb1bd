import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { automation } from "@pulumi/pulumi";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ownBackend } from "../../../tooling/ownBackend";
import { bringOver } from "../../../tooling/state/bringOver";
import { clearLeases, inspectStates, leases } from "../../../tooling/state/leases";
import type { OpenState } from "../../../tooling/state/service";
import { openState } from "../../../tooling/state/service";
import { root } from "../../support/factory";
import type { TestCluster } from "../cluster";
import { startCluster } from "../cluster";
import type { Wanted } from "./stateStack";
import { comparable, enginesOf, known, planted, stackOf } from "./stateStack";

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster("states");
});
afterAll(() => cluster.destroy());

const options = { color: "never", parallel: 8 } as const;

function folderOf(name: string): string {
  const folder = join(cluster.directory, name);
  mkdirSync(join(folder, "state"), { recursive: true });
  return folder;
}

function open(folder: string): Promise<OpenState> {
  return openState({ directory: join(folder, "state"), binDir: inject("toolchain").binDir });
}

/** Runs something on a stack whose state is open for as long as that lasts. */
async function on<T>(wanted: Wanted, use: (stack: automation.Stack, state: OpenState) => Promise<T>): Promise<T> {
  const folder = folderOf(wanted.prefix);
  const state = await open(folder);
  try {
    return await use(await stackOf(cluster, folder, state.environment, wanted), state);
  } finally {
    await state.close();
  }
}

async function live(prefix: string): Promise<string[]> {
  const maps = await cluster.api.list<{ metadata: { name: string } }>("/api/v1/namespaces/default/configmaps");
  return maps.map(({ metadata }) => metadata.name).filter((name) => name.startsWith(`${prefix}-`));
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("a journalled state", () => {
  it("is what the engine's file backend makes of the same runs, and holds no secret in plain text", async () => {
    const runs = async (
      prefix: string,
      backend: (folder: string) => Promise<[Record<string, string>, () => Promise<void>]>,
    ) => {
      const folder = folderOf(prefix);
      const [environment, close] = await backend(folder);
      const states: unknown[] = [];
      try {
        for (const wanted of [{ count: 12 }, { count: 9, value: "2" }]) {
          const stack = await stackOf(cluster, folder, environment, { prefix, ...wanted });
          await stack.up(options);
          states.push(comparable(await exported(stack), prefix));
        }
        const text = filesUnder(folder).filter((file) => readFileSync(file).includes(planted));
        const stack = await stackOf(cluster, folder, environment, { prefix, count: 9 });
        await stack.refresh(options);
        await stack.destroy(options);
        states.push(comparable(await exported(stack), prefix));
        await stack.workspace.removeStack(prefix);
        return { states, text };
      } finally {
        await close();
      }
    };
    const journalled = await runs("journalled", async (folder) => {
      const state = await open(folder);
      return [{ ...state.environment }, () => state.close()];
    });
    const whole = await runs("whole", (folder) =>
      Promise.resolve([ownBackend(join(folder, "state")), () => Promise.resolve()]),
    );
    expect(journalled.states).toEqual(whole.states);
    expect(JSON.stringify(journalled.states)).toContain("sealed");
    expect(journalled.text).toEqual([]);
    expect(await live("journalled")).toEqual([]);
  }, 600_000);

  it.each<[string, readonly ("engine" | "service")[], number]>([
    ["engine", ["engine"], 2],
    ["engine", ["engine"], 14],
    ["service", ["service"], 8],
    ["service and engine", ["service", "engine"], 8],
  ])("loses nothing that was done when the %s is killed (%s, after %i steps)", async (_, victims, after) => {
    const wanted = { prefix: `killed-${victims.join("-")}-${after}`, count: 20 };
    const done = new Set<string>();
    await on(wanted, async (stack, state) => {
      let steps = 0;
      const run = stack.up({
        ...options,
        onEvent: (event) => {
          const finished = event.resOutputsEvent?.metadata;
          if (!finished) return;
          done.add(finished.urn);
          if (++steps !== after) return;
          if (victims.includes("service")) process.kill(state.address.pid, "SIGKILL");
          if (victims.includes("engine")) for (const pid of enginesOf(wanted.prefix)) process.kill(pid, "SIGKILL");
        },
      });
      if (victims.includes("engine")) await expect(run).rejects.toThrow();
      // A service that was killed comes back, and the engine finds it.
      else await run;
      expect(steps).toBeGreaterThanOrEqual(after);
    });
    await on(wanted, async (stack) => {
      // The engine shows a step before it has noted its end; that it began was noted before it did anything.
      const kept = known(await exported(stack));
      expect([...done].filter((urn) => !kept.has(urn))).toEqual([]);
      await stack.up(options);
      expect(await live(wanted.prefix)).toHaveLength(wanted.count);
      await stack.destroy(options);
    });
    expect(await live(wanted.prefix)).toEqual([]);
  });

  it("takes the state of a file backend over, once, and loses nothing of it", async () => {
    const wanted = { prefix: "former", count: 3 };
    const folder = folderOf(wanted.prefix);
    const directory = join(folder, "state");
    const select = (backend: Readonly<Record<string, string>>) => stackOf(cluster, folder, backend, wanted);
    const former = await select(ownBackend(directory));
    await former.up(options);
    const before = await exported(former);
    await on(wanted, async (_, state) => {
      await bringOver({ directory, stackName: wanted.prefix, select, to: state.environment });
      const stack = await select(state.environment);
      expect(comparable(await exported(stack), "former")).toEqual(comparable(before, "former"));
      const { summary } = await stack.up({ ...options, expectNoChanges: true });
      expect(summary.resourceChanges).toEqual({ same: 6 });
      await bringOver({ directory, stackName: wanted.prefix, select, to: state.environment });
      await stack.destroy(options);
    });
    expect(readdirSync(directory)).toContain(".pulumi-before-journal");
    expect(readdirSync(directory)).not.toContain(".pulumi");
  });

  it("accepts a journal that is cut anywhere, and refuses one that was changed", async () => {
    const wanted = { prefix: "cut", count: 20 };
    const copy = join(cluster.directory, "cut-copy");
    const own = join(cluster.directory, "cut/state/stacks/states/cut");
    await on(wanted, async (stack) => {
      let steps = 0;
      const run = stack.up({
        ...options,
        onEvent: (event) => {
          if (!event.resOutputsEvent || ++steps !== 12) return;
          cpSync(own, copy, { recursive: true });
          for (const pid of enginesOf(wanted.prefix)) process.kill(pid, "SIGKILL");
        },
      });
      await expect(run).rejects.toThrow();
    });
    expect(existsSync(join(copy, "journal.ndjson"))).toBe(true);
    const { all, exitCode } = await execa("go", ["test", "-count=1", "-mod=readonly", "-trimpath", "-v", "./state"], {
      cwd: join(root, "tooling/toolchain/modules/engine"),
      env: { TRUSTFOUNDRY_KILLED_STACK: copy },
      reject: false,
      all: true,
    });
    expect(exitCode, all).toBe(0);
    expect(all).not.toContain("SKIP");
    await on(wanted, (stack) => stack.destroy(options));
  });

  it("lets one update at a time have a stack, and says who has it", async () => {
    const wanted = { prefix: "twice", count: 5 };
    const args = { directory: join(cluster.directory, "twice/state"), binDir: inject("toolchain").binDir };
    let goOn: () => void = () => undefined;
    // The first one cannot end before the second has had its answer.
    const until = new Promise<void>((resolve) => (goOn = resolve));
    await on({ ...wanted, until }, async (stack) => {
      let second: Promise<unknown> | undefined;
      let held: Promise<unknown> | undefined;
      await stack.up({
        ...options,
        onEvent: (event) => {
          if (!event.resOutputsEvent || second) return;
          held = leases(args);
          // Another program at the same directory: it uses the service that is there.
          second = on(wanted, (again) => again.up(options))
            .then(
              () => "done",
              (error: Error) => error.message,
            )
            .finally(goOn);
        },
      });
      expect(await held).toMatchObject([{ stack: "twice", kind: "update", holder: String(process.pid), alive: true }]);
      expect(await second).toContain(`the stack twice is locked: update by process ${process.pid} runs since`);
    });
    // And once the first has ended, the same is done: nothing of the refused one stands in its way.
    await on(wanted, async (stack) => {
      const { summary } = await stack.up({ ...options, expectNoChanges: true });
      expect(summary.resourceChanges).toEqual({ same: 8 });
    });
    expect(await leases(args)).toEqual([]);
    await clearLeases(args);
    expect(await inspectStates(args)).toMatchObject([{ stack: "twice", pendingOperations: [] }]);
    await on(wanted, (stack) => stack.destroy(options));
  });
});

/** The engine's own export: the Automation API's shows secrets. */
async function exported(stack: automation.Stack): Promise<automation.Deployment> {
  const { pulumiRoot } = inject("toolchain");
  const { workDir, envVars, pulumiHome = "" } = stack.workspace;
  const { stdout } = await execa(join(pulumiRoot, "bin/pulumi"), ["stack", "export", "--stack", stack.name], {
    cwd: workDir,
    env: { ...envVars, PULUMI_HOME: pulumiHome },
  });
  return JSON.parse(stdout) as automation.Deployment;
}
