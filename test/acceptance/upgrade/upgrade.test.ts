import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guestIdentity, guestIdentityAnnotation } from "../../../components/workload/guestIdentity";
import type { Release } from "../../../components/workload/release";
import { documentFileName } from "../../../components/workload/release/document";
import { processesNaming } from "../../support/processes";
import { RehearsalCli } from "../../support/rehearsalCli";

// One rehearsed factory goes through its life: keys rotated with a kill in between, an upgrade of Kata that is rolled back, a
// certificate and a signer. Every check of the machine runs at every step: a broken invariant ends the command.

const rehearsal = new RehearsalCli("upgraded");
const owner = "acme-models";
const llama = "llama-8b";

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly annotations?: Record<string, string>;
    readonly deletionTimestamp?: string;
  };
}

/** Two models on one kind of host, and no admission policies, which are others' tests: what rolls here rolls quickly. */
function small(sections: Record<string, unknown>): void {
  const models = sections.models as Record<string, unknown>[];
  const [first] = models.filter(({ name }) => name === llama);
  sections.models = [first, { ...first, name: "mini", replicas: 1, cpus: 8, keys: ["acme/model-key/mini"] }];
  sections.admission = "off";
  // Each model is in a stack of its own: what is upgraded is a factory in shards.
  sections.workloadShards = 2;
  const [provider] = sections.providers as { hosts: { name: string }[]; acceptance?: unknown }[];
  if (!provider) throw new Error("the sample has no provider");
  provider.hosts = provider.hosts.filter(({ name }) => name.startsWith("genoa-h100"));
  delete provider.acceptance;
}

const released = (name: string, sequence?: number): Release => {
  const file = join(rehearsal.root, "parties", owner, "releases", documentFileName(name, sequence));
  const { payload } = JSON.parse(readFileSync(file, "utf8")) as { payload: string };
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Release;
};

async function identities(name: string): Promise<string[]> {
  const pods = await rehearsal.get<Pod>("provider", "pods", "-n", owner, "-l", `app.kubernetes.io/name=${name}`);
  return pods
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(({ metadata }) => metadata.annotations?.[guestIdentityAnnotation] ?? "");
}

async function livePolicy(): Promise<string> {
  const maps = await rehearsal.get<{ data?: Record<string, string> }>("trust", "configmaps", "-n", "trustee");
  const policies = maps.flatMap(({ data }) => data?.["resource-policy.rego"] ?? []);
  expect(policies).toHaveLength(1);
  return policies[0] ?? "";
}

/** Runs a command of the rehearsal and kills it, whatever it is doing, once a step is under way. */
async function killedIn(step: string, ...[command = "", ...rest]: string[]): Promise<void> {
  const child = rehearsal.start([command, "--name", rehearsal.name, ...rest]);
  let screen = "";
  child.all?.on("data", (data: Buffer) => (screen += data.toString()));
  const record = join(rehearsal.root, "upgrade", "procedure.json");
  // Replaced as a whole, so that it is never read in halves.
  const underWay = () =>
    existsSync(record) &&
    (JSON.parse(readFileSync(record, "utf8")) as { progress: { underWay?: string } }).progress.underWay;
  while (underWay() !== step) {
    if (child.exitCode !== null) throw new Error(`ended early: ${screen}`);
    await wait(20);
  }
  child.kill("SIGKILL");
  await child;
}

beforeAll(async () => {
  const { exitCode, all } = await rehearsal.run("up", "--file", rehearsal.describe(small));
  expect(exitCode, all).toBe(0);
});
afterAll(async () => {
  await rehearsal.run("destroy");
  expect(processesNaming(rehearsal.root)).toEqual([]);
  rehearsal.remove();
});

describe("rotating a model's key and serving key", () => {
  const out = join(rehearsal.home, "rotated.yaml");
  const former = ["acme/model-key/llama-8b"];
  const next = ["acme/model-key/llama-8b.2", "acme/serving-key/llama-8b"];

  it("is killed while the key broker rolls, says where it stands, and lets nothing cut across", async () => {
    await killedIn("admit", "rotate", "apply", "model-key", "serving-key", "--model", llama, "--out", out);
    const { all } = await rehearsal.run("upgrade", "status");
    expect(all).toContain("admit was cut off, and is done again by");
    const { exitCode, all: refused } = await rehearsal.run("up", "--file", rehearsal.describe(small));
    expect(exitCode).toBe(1);
    expect(refused).toContain("An upgrade of upgraded is under way.");
  });

  it("goes on where it was cut off: both keys, then every replica with the next, then the former one opens nothing", async () => {
    const { exitCode, all } = await rehearsal.run("upgrade", "resume");
    expect(exitCode, all).toBe(0);
    expect(all).toContain("Done: every replica is a guest of the next releases");
    expect(all).toContain("SIMULATED");
    const release = released(llama);
    expect(release.history.sequence).toBe(2);
    expect(release.resources).toEqual(next);
    expect(await identities(llama)).toEqual(Array(2).fill(guestIdentity(release)));
    const policy = await livePolicy();
    for (const path of next) expect(policy).toContain(JSON.stringify(path.split("/")));
    for (const path of former) expect(policy).not.toContain(JSON.stringify(path.split("/")));
    const { exitCode: attested, all: played } = await rehearsal.run("attest", "--attack", "other-tenant");
    expect(attested, played).toBe(0);
  });

  it("leaves a description that is in force from now on", async () => {
    const { exitCode, all } = await rehearsal.run("upgrade", "plan", "--file", out);
    expect(exitCode).toBe(1);
    expect(all).toContain("Nothing to upgrade");
  });
});

describe("an upgrade of Kata, Trustee and what comes with them", () => {
  const file = join(rehearsal.home, "next.yaml");

  it("rolls the workloads with both let in, and stops there when it is told to", async () => {
    const { writeFileSync } = await import("node:fs");
    writeFileSync(
      file,
      readFileSync(join(rehearsal.home, "rotated.yaml"), "utf8").replace("set: ra-1.1.0", "set: newest"),
    );
    const before = await identities(llama);
    const { exitCode, all } = await rehearsal.run(
      "upgrade",
      "apply",
      "--file",
      file,
      "--stop-after",
      "workloads:northern-metal",
    );
    expect(exitCode, all).toBe(0);
    expect(all).toContain("Kata with its guest image 4.1.0 instead of 4.0.0");
    const policy = await livePolicy();
    for (const sequence of [2, undefined]) expect(policy).toContain(released(llama, sequence).launch.snp?.measurement);
    const after = await identities(llama);
    expect(after).toEqual(Array(2).fill(guestIdentity(released(llama))));
    expect(after).not.toEqual(before);
  });

  it("is rolled back: what was before, under later numbers, and the next guests are kept out", async () => {
    const { exitCode, all } = await rehearsal.run("upgrade", "rollback");
    expect(exitCode, all).toBe(0);
    expect(all).toContain("Rolled back: everything is as it was declared before");
    const [rotated, upgraded, back] = [released(llama, 2), released(llama, 3), released(llama)];
    expect(back.history.sequence).toBe(4);
    expect(guestIdentity(back)).toBe(guestIdentity(rotated));
    expect(await identities(llama)).toEqual(Array(2).fill(guestIdentity(rotated)));
    const policy = await livePolicy();
    expect(policy).toContain(rotated.launch.snp?.measurement);
    expect(policy).not.toContain(upgraded.launch.snp?.measurement);
  });
});

describe("rotating what no guest measures", () => {
  it("exchanges the key broker's certificate, and destroys the former key", async () => {
    const keys = () =>
      JSON.parse(readFileSync(join(rehearsal.root, "parties", owner, "owner-keys.json"), "utf8")) as {
        otherTls?: unknown;
        secrets: { tls: { certificate: string } };
      };
    const { certificate } = keys().secrets.tls;
    const { exitCode, all } = await rehearsal.run("rotate", "apply", "tls");
    expect(exitCode, all).toBe(0);
    expect(keys().secrets.tls.certificate).not.toBe(certificate);
    expect(keys().otherTls).toBeUndefined();
    const secrets = await rehearsal.get<{ data?: Record<string, string> }>("trust", "secrets", "-n", "trustee");
    const shown = secrets
      .flatMap(({ data }) => data?.["tls.crt"] ?? [])
      .map((text) => Buffer.from(text, "base64").toString());
    expect(shown).toEqual([keys().secrets.tls.certificate]);
  });

  it("exchanges the key that signs releases: each reader takes either, then the next alone", async () => {
    const key = () => readFileSync(join(rehearsal.root, "parties", owner, "release-signing.key"), "utf8");
    const former = key();
    const { exitCode, all } = await rehearsal.run("rotate", "apply", "signer");
    expect(exitCode, all).toBe(0);
    expect(all).toContain("Done: the former key opens, signs and shows nothing any more.");
    expect(key()).not.toBe(former);
    expect(existsSync(join(rehearsal.root, "parties", owner, "release-signing.next.key"))).toBe(false);
    for (const text of [former, key()]) expect(rehearsal.transcript).not.toContain(text.split("\n")[1]);
  });
});
