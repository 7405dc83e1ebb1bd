import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Scene } from "../../bench/scale/scene";
import { openScene } from "../../bench/scale/scene";
import { releasesOfShard } from "../../stacks/shards";
import type { KubeObject } from "../../tooling/controlplane/api";
import { StackProcess } from "../../tooling/rehearsal/stackProcess";

const workloads = 10;
const hosts = 20;

let home: string;
let scene: Scene;
const open: StackProcess[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "acceptance-scale-"));
  const { binDir, pulumiRoot } = inject("toolchain");
  // As a large factory has it: the deployer does without events, and still waits until models are ready.
  const large = { workloads, hosts, withoutEvents: true, withChange: false };
  scene = await openScene({ ...large, home, toolchain: { binDir, pulumiRoot }, show: () => undefined });
}, 600_000);
afterAll(async () => {
  for (const stack of open) stack.close();
  await scene.close();
  rmSync(home, { recursive: true, force: true });
});

/** One of two stacks that a factory's workloads are divided among. */
function shard(number: number, of = 2): StackProcess {
  const stackName = `${scene.placed.stackName}-${number}`;
  const directory = join(scene.placed.directory, stackName);
  const place = { ...scene.placed, stackName, directory, passphraseFile: join(directory, "passphrase") };
  const config = { ...scene.settings.base, shard: { number, of } };
  const stack = new StackProcess({ place, engine: scene.engine, config, policyPacks: [] });
  open.push(stack);
  return stack;
}

const plurals: Readonly<Record<string, string>> = {
  ServiceAccount: "serviceaccounts",
  Service: "services",
  NetworkPolicy: "networkpolicies",
  Deployment: "deployments",
};

/** What the cluster has of an object that the program places. */
function live({ apiVersion, kind, metadata }: KubeObject): Promise<KubeObject> {
  const group = apiVersion.includes("/") ? `apis/${apiVersion}` : `api/${apiVersion}`;
  return scene.cluster.api.get(`/${group}/namespaces/${metadata.namespace}/${plurals[kind]}/${metadata.name}`);
}

function asDeployer(...command: readonly string[]) {
  const credentials = [`--kubeconfig=${scene.kubeconfig}`, `--namespace=${scene.namespace}`];
  return execa(join(scene.engine.binDir, "kubectl"), [...credentials, ...command], { reject: false });
}

describe("a factory of many workloads", () => {
  it("lets its deployer read pods, and no events", async () => {
    const { exitCode: pods } = await asDeployer("auth", "can-i", "list", "pods");
    const { exitCode: events, stdout } = await asDeployer("auth", "can-i", "watch", "events");
    expect([pods, events, stdout]).toEqual([0, 1, "no"]);
  });

  it("is placed by two stacks as kubectl would place its manifests as a whole", async () => {
    const outcomes = await Promise.all([1, 2].map((number) => shard(number).run("up")));
    const names = scene.settings.base.releases as string[];
    expect(names).toHaveLength(workloads);
    for (const [index, { outputs }] of outcomes.entries())
      expect(Object.keys(outputs.placed as object).sort()).toEqual(
        releasesOfShard(names, { number: index + 1, of: 2 }).sort(),
      );

    const { items } = JSON.parse(readFileSync(scene.manifests.base, "utf8")) as { items: KubeObject[] };
    expect(items).toHaveLength(workloads * 4);
    for (const manifest of items) expect(await live(manifest)).toMatchObject(manifest);
    const deployments = await scene.cluster.api.list<{ status?: { readyReplicas?: number } }>(
      `/apis/apps/v1/namespaces/${scene.namespace}/deployments`,
    );
    expect(deployments.map(({ status }) => status?.readyReplicas)).toEqual(new Array(workloads).fill(1));
  }, 600_000);

  it("is not divided otherwise by a changed setting alone, and stays as it is", async () => {
    const path = `/apis/apps/v1/namespaces/${scene.namespace}/deployments`;
    const identities = async () =>
      (await scene.cluster.api.list<KubeObject>(path)).map(({ metadata }) => metadata.uid).sort();
    const before = await identities();
    const refused = await shard(1, 3)
      .run("up")
      .catch((error: unknown) => error);
    expect((refused as Error).message).toContain("trustfoundry:shard: 1 of 3, but this stack was made as shard 1 of 2");
    expect(await identities()).toEqual(before);
    // Nothing of it stays behind: with the setting as it was, there is nothing to do.
    const { changes } = await shard(1).run("up");
    expect(Object.keys(changes).filter((kind) => kind !== "same" && kind !== "update")).toEqual([]);
  }, 600_000);
});
