import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import { automation } from "@pulumi/pulumi";
import { instanceDestroy, instanceUp } from "../tooling/controlplane/instance";
import { ownBackend } from "../tooling/ownBackend";
import { openState } from "../tooling/state/service";
import { ensureToolchain } from "../tooling/toolchain/ensure";
import { runMain } from "../tooling/ui";
import type { Ratio } from "./report";
import { median, publish } from "./report";

const kinds = ["journal", "no checkpoints", "file"] as const;
type Kind = (typeof kinds)[number];

interface Round {
  readonly up: number;
  readonly again: number;
  readonly destroy: number;
  readonly stateMib: number;
}

interface Bench {
  readonly home: string;
  readonly binDir: string;
  readonly pulumiRoot: string;
  readonly kubeconfig: string;
}

/** Small resources: what they cost is the engine's and its state's own work. */
function place(kubeconfig: string, count: number): void {
  const provider = new k8s.Provider("cluster", { kubeconfig: readFileSync(kubeconfig, "utf8") });
  for (let index = 0; index < count; index++)
    new k8s.core.v1.ConfigMap(
      `entry-${index}`,
      { metadata: { name: `entry-${index}`, namespace: "default" }, data: { index: String(index) } },
      { provider },
    );
}

async function measure(bench: Bench, kind: Kind, count: number): Promise<Round> {
  const { binDir, pulumiRoot, kubeconfig } = bench;
  const work = mkdtempSync(join(bench.home, "stack-"));
  const state = join(work, "state");
  mkdirSync(state);
  const service = kind === "journal" ? await openState({ directory: state, binDir }) : undefined;
  const without = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
  try {
    const stack = await automation.LocalWorkspace.createStack(
      { projectName: "bench", stackName: "state", program: () => Promise.resolve(place(kubeconfig, count)) },
      {
        workDir: work,
        pulumiHome: join(work, "home"),
        pulumiCommand: await automation.PulumiCommand.get({ root: pulumiRoot, skipVersionCheck: true }),
        secretsProvider: "passphrase",
        projectSettings: { name: "bench", runtime: "nodejs" },
        envVars: {
          ...(service?.environment ?? ownBackend(state)),
          ...(kind === "no checkpoints" ? without : {}),
          PATH: `${binDir}:${process.env.PATH ?? ""}`,
          PULUMI_CONFIG_PASSPHRASE: "bench",
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
      },
    );
    const timed = async (run: () => Promise<unknown>) => {
      const started = performance.now();
      await run();
      return (performance.now() - started) / 1000;
    };
    const up = await timed(() => stack.up({ parallel: 16, color: "never" }));
    const again = await timed(async () => {
      const { summary } = await stack.up({ parallel: 16, color: "never", expectNoChanges: true });
      if ((summary.resourceChanges?.same ?? 0) < count) throw new Error("the second run was not whole");
    });
    const file = service ? "stacks/bench/state/checkpoint.json" : ".pulumi/stacks/bench/state.json";
    const stateMib = statSync(join(state, file)).size / 2 ** 20;
    const destroy = await timed(() => stack.destroy({ parallel: 16, color: "never" }));
    return { up, again, destroy, stateMib };
  } finally {
    await service?.close();
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * `npm run bench:state -- [rounds] [count…]`: what a state costs. The kinds take turns, so that a machine that slows down
 * slows down all; the ratios are what stays comparable. The file backend is left out above 200 resources in all rounds but
 * the first, since it is quadratic.
 */
void runMain(async (signal) => {
  const quick = process.argv.includes("--quick");
  const [rounds = 1, ...sizes] = process.argv
    .slice(2)
    .filter((arg) => !arg.startsWith("-"))
    .map(Number);
  const counts = sizes.length > 0 ? sizes : quick ? [200] : [200, 1000];
  const rows: string[][] = [];
  const ratios: Ratio[] = [];
  const { binDir, pulumiRoot } = await ensureToolchain({ groups: ["engine", "controlPlane"], signal });
  const home = mkdtempSync(join(tmpdir(), "trustfoundry-bench-"));
  const directory = join(home, "control-planes");
  try {
    const clusters = [{ name: "bench", nodes: [] }];
    const [cluster] = await instanceUp({ directory, bin: (tool) => join(binDir, tool), clusters, signal });
    if (!cluster) throw new Error("no control plane came up");
    const bench = { home, binDir, pulumiRoot, kubeconfig: cluster.kubeconfig("bench") };
    for (const count of counts) {
      const results = new Map<Kind, Round[]>(kinds.map((kind) => [kind, []]));
      for (let round = 0; round < rounds; round++)
        for (const kind of kinds) {
          signal.throwIfAborted();
          if (kind === "file" && count > 200 && round > 0) continue;
          const result = await measure(bench, kind, count);
          results.get(kind)?.push(result);
          const load = loadavg()[0]?.toFixed(1);
          process.stderr.write(`${count} ${kind}: up ${result.up.toFixed(1)} s (load ${load})\n`);
        }
      const of = (kind: Kind, what: keyof Round) => median((results.get(kind) ?? []).map((each) => each[what]));
      for (const kind of kinds) {
        const figures = (["up", "again", "destroy", "stateMib"] as const).map((what) => of(kind, what).toFixed(1));
        rows.push([String(count), kind, ...figures]);
        if (kind !== "no checkpoints")
          ratios.push({
            what: `${count} resources: first up, ${kind} / no checkpoints`,
            value: of(kind, "up") / of("no checkpoints", "up"),
          });
      }
    }
    const columns = ["resources", "state", "first up, s", "no-op up, s", "destroy, s", "state, MiB"];
    publish({ part: "state", tables: [{ columns, rows }], ratios });
  } finally {
    await instanceDestroy({ directory });
    rmSync(home, { recursive: true, force: true });
  }
});
