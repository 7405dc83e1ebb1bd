import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, inject, it } from "vitest";
import { initDataAnnotationKey } from "../../../components/guest/initDataAnnotation";
import type { Release } from "../../../components/workload/release";
import { documentFileName } from "../../../components/workload/release/document";
import { main } from "../../../stacks/program";
import { runStack } from "../../../tooling/rehearsal/stackRunner";
import { root } from "../../support/factory";
import type { PlainRun } from "../../support/plainPulumi";
import { plainPulumi } from "../../support/plainPulumi";
import { processesNaming } from "../../support/processes";
import { RehearsalCli } from "../../support/rehearsalCli";
import { launchChromium } from "../report/browser";
import { expectGoodPage } from "../report/goodPage";

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
    readonly uid: string;
    readonly creationTimestamp: string;
  };
  readonly spec: { readonly nodeName?: string; readonly runtimeClassName?: string; readonly overhead?: object };
  readonly status: {
    readonly phase: string;
    readonly conditions?: { type: string; status: string; message?: string }[];
  };
}
interface Dated {
  readonly metadata: { readonly name: string; readonly creationTimestamp: string };
}
interface Model {
  name: string;
}

const rehearsal = new RehearsalCli("lifecycle");
const owner = "acme-models";

afterAll(async () => {
  await rehearsal.run("destroy");
  rehearsal.remove();
});

function modelPods(): Promise<Pod[]> {
  return rehearsal.get<Pod>("provider", "pods", "-n", owner);
}

/** The release in the provider's inbox. */
function signedRelease(name: string): Release {
  const file = join(rehearsal.root, "parties", "northern-metal", "inbox", documentFileName(name));
  const { payload } = JSON.parse(readFileSync(file, "utf8")) as { payload: string };
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as Release;
}

/** The policy that the key broker's pods mount now. */
async function liveResourcePolicy(): Promise<string> {
  const deployments = await rehearsal.get<{
    metadata: { name: string };
    spec: { template: { spec: { volumes: { configMap?: { name: string } }[] } } };
  }>("trust", "deployments", "-n", "trustee");
  const kbs = deployments.find(({ metadata }) => metadata.name === "trustee-kbs");
  const mounted = kbs?.spec.template.spec.volumes.flatMap(({ configMap }) => configMap?.name ?? []) ?? [];
  const maps = await rehearsal.get<Dated & { data: Record<string, string> }>("trust", "configmaps", "-n", "trustee");
  const policies = maps.filter(({ metadata, data }) => mounted.includes(metadata.name) && data["resource-policy.rego"]);
  expect(policies).toHaveLength(1);
  return policies[0]?.data["resource-policy.rego"] ?? "";
}

const nameOf = (pod: Pod) => pod.metadata.labels["app.kubernetes.io/name"];

/** What a row of the stack table says about this run. */
function changesOf(screen: string): Record<string, string> {
  const rows = screen.split("\n").flatMap((line) => {
    const [, stack, , resources, changes] = line.split("│").map((cell) => cell.trim());
    return stack && /^\d+$/.test(resources ?? "") ? [[stack.replace(/…$/, ""), changes ?? ""]] : [];
  });
  return Object.fromEntries(rows) as Record<string, string>;
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("a rehearsal from first start to destruction", () => {
  it("brings the sample factory up and says what is simulated", async () => {
    const { exitCode, all } = await rehearsal.run("up", "--file", rehearsal.describe());
    expect(all).toContain("SIMULATED: no TEE, no key released");
    expect(exitCode).toBe(0);
    expect(Object.keys(changesOf(all))).toHaveLength(3);
    expect(all).toContain("trust boundary");
    expect(all).toContain("What to try next");
    // Its date tells how old the warning is.
    expect(all).toMatch(/⚠ 2026-\d\d-\d\d: GHSA-fmg6-v47x-52wr/);
  });

  it("schedules confidential pods to CC-ready hosts of the right TEE and nowhere else", async () => {
    const pods = await modelPods();
    const at = (name: string) => pods.filter((pod) => nameOf(pod) === name).map(({ spec }) => spec.nodeName);
    expect(at("llama-8b")).toHaveLength(2);
    for (const host of at("llama-8b")) expect(["genoa-h100-a", "genoa-h100-b"]).toContain(host);
    expect(at("frontier-400b")).toEqual(["granite-b200"]);
    const used = new Set(pods.map(({ spec }) => spec.nodeName));
    expect(used).not.toContain("genoa-plain");
    expect(used).not.toContain("genoa-faulty");
  });

  it("applied the runtime class's overhead and selector by real admission", async () => {
    const [pod] = (await modelPods()).filter((each) => nameOf(each) === "llama-8b");
    expect(pod?.spec.runtimeClassName).toBe("kata-qemu-nvidia-gpu-snp");
    expect(pod?.spec.overhead).toMatchObject({ memory: "10Gi", cpu: "1" });
  });

  it("leaves a model that asks for more GPUs than a host has Pending, and shows why", async () => {
    const pod = (await modelPods()).find((each) => nameOf(each) === "giant-1t");
    expect(pod?.status.phase).toBe("Pending");
    const reason = pod?.status.conditions?.find(({ type }) => type === "PodScheduled")?.message;
    expect(reason).toMatch(/Insufficient nvidia\.com\/pgpu/);
    const { all } = await rehearsal.run("status");
    expect(all.replace(/\s+/g, " ")).toContain("Insufficient nvidia.com/pgpu");
  });

  it("gives the deployer rights in its namespace alone, and none to look into pods", async () => {
    const can = (...what: string[]) => rehearsal.kubectl("deployer", "auth", "can-i", ...what);
    const command = await rehearsal.run(
      ...["kubectl", "--as", "deployer", "auth", "can-i", "create", "deployments.apps", "-n", owner],
    );
    expect(command.all.trim().split("\n").at(-1)).toBe("yes");
    expect(await can("create", "pods", "--subresource=exec", "-n", owner)).toBe("no");
    expect(await can("get", "secrets", "-n", owner)).toBe("no");
    expect(await can("get", "pods", "--subresource=log", "-n", owner)).toBe("no");
    expect(await can("patch", "nodes")).toBe("no");
    expect(await can("create", "deployments.apps", "-n", "gpu-operator")).toBe("no");
  });

  it("runs what was signed: the pods' init-data is the release's, and the live resource policy knows its digest", async () => {
    const policy = await liveResourcePolicy();
    for (const name of ["llama-8b", "frontier-400b"]) {
      const release = signedRelease(name);
      const pods = (await modelPods()).filter((pod) => nameOf(pod) === name);
      for (const { metadata } of pods) {
        const annotation = metadata.annotations?.[initDataAnnotationKey] ?? "";
        expect(annotation).toBe(release.initData.annotation);
        const toml = gunzipSync(Buffer.from(annotation, "base64"));
        expect(createHash("sha256").update(toml).digest("hex")).toBe(release.initData.digest);
      }
      expect(pods.length).toBeGreaterThan(0);
      const { snp, tdx } = release.launch;
      for (const value of [release.initData.digest, ...Object.values({ ...snp, ...tdx })])
        expect(policy).toContain(value);
    }
  });

  it("gives each guest its own key by the live policies, and none to another tenant's", async () => {
    const { exitCode, all } = await rehearsal.run("attest", "--attack", "other-tenant");
    expect(exitCode, all).toBe(0);
    expect(all).toContain("SIMULATED: no TEE, no key released");
    expect(all).toContain("3 of 3 guests got their own resource, 3 of 3 attacks refused where they have to be.");
  });

  it.each([
    ["trust", owner, "trust", "trust"],
    ["infrastructure", "northern-metal", "provider-northern-metal", "provider-northern-metal"],
    ["workloads", "northern-metal", "provider-northern-metal", "deployer-northern-metal"],
  ])(
    "runs the same %s program by plain `pulumi` with Pulumi.yaml: it finds nothing to change",
    async (role, party, cluster, context) => {
      const stackName = `${party}-${role}`;
      const run: PlainRun = {
        binDir: inject("toolchain").binDir,
        scratch: join(rehearsal.home, "plain"),
        stackName,
        directory: join(rehearsal.root, "parties", party, "stacks", stackName),
        kubeconfig: join(rehearsal.root, "control-planes", cluster, "credentials", `${context}.kubeconfig`),
      };
      const pack = join(root, "policies/packs/baseline");
      const { exitCode, all } = await plainPulumi(run, ["preview", "--expect-no-changes", "--policy-pack", pack]);
      expect(exitCode, all).toBe(0);
      expect(all).toMatch(/\d+ unchanged/);
      expect(all).toContain("trustfoundry-baseline");
    },
  );

  it("writes a report that a real browser finds whole, and that holds what was deployed", async () => {
    const { exitCode, all } = await rehearsal.run("report", "--out", rehearsal.home);
    expect(exitCode, all).toBe(0);
    expect(all).toContain("SIMULATED: no TEE, no key released");
    const text = readFileSync(join(rehearsal.home, "report.md"), "utf8");
    const page = readFileSync(join(rehearsal.home, "report.html"), "utf8");
    for (const name of ["llama-8b", "frontier-400b", "giant-1t"]) {
      const { launch, initData } = signedRelease(name);
      for (const value of [initData.digest, ...Object.values({ ...launch.snp, ...launch.tdx })])
        for (const report of [text, page]) expect(report).toContain(value);
    }
    // Paths and keys of the machine that it was made on are nobody's business.
    for (const report of [text, page]) expect(report).not.toMatch(new RegExp(`${root}/|PRIVATE KEY`));
    const browser = await launchChromium();
    try {
      for (const theme of ["light", "dark"] as const)
        for (const width of [1280, 390])
          await expectGoodPage(browser, join(rehearsal.home, "report.html"), theme, width);
    } finally {
      await browser.close();
    }
  });

  it("rolls one model, and first the key broker that must know it, when a limit crosses a whole vCPU", async () => {
    const uids = async (name: string) =>
      (await modelPods()).filter((pod) => nameOf(pod) === name).map(({ metadata }) => metadata.uid);
    const [llama, frontier] = [await uids("llama-8b"), await uids("frontier-400b")];
    const former = signedRelease("llama-8b");
    const file = rehearsal.describe((sections) => {
      const model = (sections.models as Model[]).find(({ name }) => name === "llama-8b");
      Object.assign(model ?? {}, { cpus: 17, formerReleaseUntil: "2099-01-01T00:00:00Z" });
    });
    const { exitCode, all } = await rehearsal.run("up", "--file", file);
    expect(exitCode, all).toBe(0);
    expect(all).toMatch(/Sign releases \(SIMULATED signers\): llama-8b 2/);
    const changes = changesOf(all);
    expect(changes["northern-metal-workloads"]).toBe("1 update");
    expect(changes["northern-metal-infrastructu"]).toBe("no change");
    expect(changes["acme-models-trust"]).toMatch(/update|replace/);
    const rolled = await uids("llama-8b");
    expect(rolled.filter((uid) => llama.includes(uid))).toEqual([]);
    expect(await uids("frontier-400b")).toEqual(frontier);

    const next = signedRelease("llama-8b");
    expect(next.history.sequence).toBe(2);
    expect(next.launch.snp?.measurement).not.toBe(former.launch.snp?.measurement);
    // Rollover: guests of both are known, and the new ones were before the first of them was started.
    const policy = await liveResourcePolicy();
    expect(policy).toContain(former.launch.snp?.measurement);
    expect(policy).toContain(next.launch.snp?.measurement);
    const policies = await rehearsal.get<Dated>("trust", "configmaps", "-n", "trustee");
    const known = policies.filter(({ metadata }) => metadata.name.startsWith("resource-policy-"));
    const started = (await modelPods()).filter((pod) => rolled.includes(pod.metadata.uid));
    for (const { metadata } of started)
      expect(Date.parse(metadata.creationTimestamp)).toBeGreaterThanOrEqual(
        Math.max(...known.map((each) => Date.parse(each.metadata.creationTimestamp))),
      );
  });

  it("keeps secrets out of state, settings, logs, screens, releases and ConfigMaps", async () => {
    const keys = JSON.parse(readFileSync(join(rehearsal.root, "parties", owner, "owner-keys.json"), "utf8")) as {
      secrets: { tls: { privateKey: string }; tokenSigner: { privateKey: string }; resources: Record<string, string> };
    };
    const passphrases = filesUnder(rehearsal.root).filter((file) => file.endsWith("/passphrase"));
    expect(passphrases).toHaveLength(3);
    const pem = (text: string) => text.split("\n")[1] ?? "";
    const signing = [owner, "clinic-data"].map((party) =>
      readFileSync(join(rehearsal.root, "parties", party, "release-signing.key"), "utf8"),
    );
    const canaries = [
      ...signing.map(pem),
      ...Object.values(keys.secrets.resources),
      pem(keys.secrets.tls.privateKey),
      pem(keys.secrets.tokenSigner.privateKey),
      ...passphrases.map((file) => readFileSync(file, "utf8")),
    ];
    expect(canaries.length).toBeGreaterThanOrEqual(8);
    for (const canary of canaries) expect(canary.length).toBeGreaterThan(20);

    // As text, as base64 of the text, and as the bytes that a key's base64 stands for.
    const forms = canaries.flatMap((canary) => [
      Buffer.from(canary),
      Buffer.from(Buffer.from(canary).toString("base64").replace(/=+$/, "").slice(0, -1)),
      Buffer.from(canary, "base64"),
      Buffer.from(Buffer.from(canary, "base64").toString("hex")),
    ]);
    const holdsCanary = (content: Buffer) => forms.some((form) => content.includes(form));

    const own = ["owner-keys.json", "/passphrase", "release-signing.key"];
    const files = filesUnder(rehearsal.root).filter((file) => !own.some((name) => file.endsWith(name)));
    expect(files.some((file) => file.includes("/state/stacks/"))).toBe(true);
    expect(files.some((file) => file.includes("/etcd/"))).toBe(true);
    expect(files.filter((file) => holdsCanary(readFileSync(file)))).toEqual([]);
    expect(holdsCanary(Buffer.from(rehearsal.transcript))).toBe(false);

    for (const party of ["trust", "provider"] as const) {
      const configMaps = await rehearsal.get<object>(party, "configmaps", "-A");
      expect(configMaps.length).toBeGreaterThan(0);
      expect(holdsCanary(Buffer.from(JSON.stringify(configMaps)))).toBe(false);
    }
    // The search finds what is there: the Secrets that the key broker mounts.
    const secrets = await rehearsal.get<{ data?: Record<string, string> }>("trust", "secrets", "-A");
    const decoded = secrets
      .flatMap(({ data }) => Object.values(data ?? {}))
      .map((value) => Buffer.from(value, "base64"));
    expect(decoded.some(holdsCanary)).toBe(true);
  });

  it("lets nobody but the owner read its files", () => {
    for (const file of filesUnder(rehearsal.root)) {
      const secret = /owner-keys|passphrase|kubeconfig|\.key$|state\/|Pulumi\..*yaml|encryption/.test(file);
      const path = file.slice(rehearsal.root.length);
      if (secret && !/etcd|schema|plugins/.test(file)) expect([path, isPrivate(file)]).toEqual([path, true]);
    }
  });

  it("keeps the parties' stacks apart: no provider holds the model owner's keys, state or kubeconfig", () => {
    const provider = filesUnder(join(rehearsal.root, "parties", "northern-metal"));
    expect(provider.length).toBeGreaterThan(0);
    for (const file of provider) expect(readFileSync(file, "utf8")).not.toMatch(/trustSecrets|acme\/model-key.*secure/);
    expect(readdirSync(join(rehearsal.root, "parties", "northern-metal", "inbox")).sort()).toEqual([
      "frontier-400b.attestations.jsonl",
      "frontier-400b.release.json",
      "giant-1t.attestations.jsonl",
      "giant-1t.release.json",
      "llama-8b.attestations.jsonl",
      "llama-8b.release.json",
    ]);
  });

  it("stops and goes on, and changes nothing when it is run again: the same pods on the same hosts", async () => {
    const before = await modelPods();
    expect((await rehearsal.run("down")).exitCode).toBe(0);
    expect(processesNaming(rehearsal.root)).toEqual([]);
    expect((await rehearsal.run("status")).all).toContain("stopped");
    await expectUnreachable();
    const file = join(rehearsal.home, "factory.yaml");
    const { exitCode, all } = await rehearsal.run("up", "--file", file);
    expect(exitCode, all).toBe(0);
    expect(Object.values(changesOf(all))).toEqual(["no change", "no change", "no change"]);
    const place = (pods: Pod[]) => pods.map(({ metadata, spec }) => [metadata.uid, spec.nodeName]);
    expect(place(await modelPods())).toEqual(place(before));
  });

  it("destroys everything: states empty, no process, no file", async () => {
    const { exitCode, all } = await rehearsal.run("destroy");
    expect(exitCode, all).toBe(0);
    expect(all.match(/resources deleted, state empty/g)).toHaveLength(3);
    expect(processesNaming(rehearsal.root)).toEqual([]);
    expect(existsSync(rehearsal.root)).toBe(false);
    expect((await rehearsal.run("status")).all).toContain("There is no rehearsal lifecycle");
  });
});

/** Only the owner may read it, or may enter a folder that it lies in. */
function isPrivate(file: string): boolean {
  if ((statSync(file).mode & 0o077) === 0) return true;
  return file !== rehearsal.root && file.includes("/") && isPrivateFolder(file.slice(0, file.lastIndexOf("/")));
}

function isPrivateFolder(folder: string): boolean {
  if (!folder.startsWith(rehearsal.root)) return false;
  return (statSync(folder).mode & 0o077) === 0 || isPrivateFolder(folder.slice(0, folder.lastIndexOf("/")));
}

/** A stack whose API server is gone stops before anything is registered, with one sentence. */
async function expectUnreachable(): Promise<void> {
  const before = stateOf("northern-metal");
  const { binDir, pulumiRoot } = inject("toolchain");
  const directory = join(rehearsal.root, "parties/northern-metal/stacks/northern-metal-infrastructure");
  const kubeconfig = join(
    rehearsal.root,
    "control-planes/provider-northern-metal/credentials/provider-northern-metal.kubeconfig",
  );
  const run = runStack("up", {
    place: {
      stackName: "northern-metal-infrastructure",
      party: "northern-metal",
      directory,
      passphraseFile: join(directory, "passphrase"),
      kubeconfig,
    },
    engine: { binDir, pulumiRoot },
    program: () => main({ kubeconfigs: [kubeconfig] }),
    config: {},
    policyPacks: [],
  });
  await expect(run).rejects.toThrow(/does not answer/);
  expect(before.length).toBeGreaterThan(20);
  expect(stateOf("northern-metal")).toEqual(before);
}

/** What the engine's state says was deployed. */
function stateOf(party: string): unknown[] {
  const stack = `${party}-infrastructure`;
  const folder = join(rehearsal.root, "parties", party, "stacks", stack, "state/stacks/trustfoundry", stack);
  const state = JSON.parse(readFileSync(join(folder, "checkpoint.json"), "utf8")) as {
    deployment: { resources: { urn: string; id?: string; modified?: string }[] };
  };
  return state.deployment.resources.map(({ urn, id, modified }) => [urn, id, modified]);
}
