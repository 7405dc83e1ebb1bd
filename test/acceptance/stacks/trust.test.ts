import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Release } from "../../../components/workload/release";
import { documentFileName, documentText, unsignedDocument } from "../../../components/workload/release/document";
import { verifyRelease } from "../../../components/workload/release/verify";
import { parseAs } from "../../../stacks/config/load";
import { platformSets } from "../../../components/platform";
import type { RehearsalMaterial } from "../../../stacks/rehearsal";
import { contexts, deriveStacks } from "../../../stacks/rehearsal";
import type { KubeObject } from "../../../tooling/controlplane/api";
import { plainNode } from "../../../tooling/controlplane/simulatedNodes";
import type { OwnerKeys } from "../../../tooling/rehearsal/ownerKeys";
import { issueReleases } from "../../../tooling/rehearsal/ownerReleases";
import { StackProcess } from "../../../tooling/rehearsal/stackProcess";
import type { Operation, StackOutcome } from "../../../tooling/rehearsal/stackRunner";
import { changed } from "../../../tooling/rehearsal/stackRunner";
import { sampleFactory, withValue } from "../../support/factory";
import { freshOwnerKeys } from "../../support/ownerKeys";
import { bothSign, signedMaterial, signedText, signers } from "../../support/signing";
import type { TestCluster } from "../cluster";
import { startCluster } from "../cluster";

// The model owner's program under the real engine, on a real API server. No container runs: what Trustee makes of its
// files is tested elsewhere, by OPA and by the init container's own script. The tests build on each other.

const factory = sampleFactory();

let cluster: TestCluster;
let keys: OwnerKeys;
let material: RehearsalMaterial;
beforeAll(async () => {
  keys = await freshOwnerKeys(factory);
  material = await signedMaterial(factory, keys.caCertificate);
  cluster = await startCluster(contexts.trust, [plainNode("trust-a", 16, 64), plainNode("trust-b", 16, 64)]);
});
afterAll(async () => {
  rmSync(material.releases, { recursive: true, force: true });
  await cluster.destroy();
});

type Settings = Readonly<Record<string, unknown>>;
const settings = (): Settings => deriveStacks(factory, material).trust;

async function run(operation: Operation, config = settings(), secrets: unknown = keys.secrets): Promise<StackOutcome> {
  const { binDir, pulumiRoot } = inject("toolchain");
  const directory = join(cluster.directory, "stack");
  const process = new StackProcess({
    place: {
      stackName: "trust",
      party: factory.parties.modelOwner,
      directory,
      passphraseFile: join(directory, "passphrase"),
      kubeconfig: cluster.kubeconfig(contexts.trust),
    },
    engine: { binDir, pulumiRoot },
    config,
    secrets: { trustSecrets: secrets },
    policyPacks: [],
  });
  try {
    return await process.run(operation);
  } finally {
    process.close();
  }
}

const inNamespace = (group: string, kind: string) => `/${group}/namespaces/trustee/${kind}`;

interface DeploymentObject extends KubeObject {
  readonly metadata: KubeObject["metadata"] & { readonly generation: number };
  readonly status: { readonly readyReplicas?: number };
}
async function deployments(): Promise<Record<string, DeploymentObject>> {
  const found = await cluster.api.list<DeploymentObject>(inNamespace("apis/apps/v1", "deployments"));
  return Object.fromEntries(found.map((deployment) => [deployment.metadata.name, deployment]));
}
async function names(kind: string): Promise<string[]> {
  const found = await cluster.api.list<KubeObject>(inNamespace("api/v1", kind));
  return found.map(({ metadata }) => metadata.name).sort();
}

interface Outputs {
  readonly releases: Readonly<Record<string, { file: string; digest: string; providers: string[] }>>;
  readonly keyBroker: { readonly endpoint: string; readonly service: string };
}

describe("the first installation", () => {
  let outcome: StackOutcome;
  beforeAll(async () => {
    outcome = await run("up");
  });

  it("puts releases out that a provider accepts", async () => {
    const { releases, keyBroker } = outcome.outputs as unknown as Outputs;
    expect(Object.keys(releases).sort()).toEqual(["frontier-400b", "giant-1t", "llama-8b"]);
    for (const [name, { file, digest }] of Object.entries(releases))
      expect(
        await verifyRelease(file, { signers: bothSign, factory: "acme-rehearsal", simulated: true, now: new Date() }),
      ).toMatchObject({ digest, release: { name } });
    expect(keyBroker).toMatchObject({
      endpoint: "https://kbs.acme-models.example",
      service: "trustee-kbs.trustee.svc",
    });
    expect(outcome.warnings).toEqual(platformSets["ra-1.1.0"].warnings);
  });

  it("has every replica admitted by the restricted pod security standard, and ready", async () => {
    const ready = Object.entries(await deployments()).map(([name, { status }]) => [name, status.readyReplicas]);
    expect(Object.fromEntries(ready)).toEqual({ "trustee-as": 2, "trustee-kbs": 2, "trustee-rvps": 2 });
  });

  it("keeps each key where its service looks for it", async () => {
    interface SecretObject extends KubeObject {
      readonly data: Readonly<Record<string, string>>;
    }
    const secrets = await cluster.api.list<SecretObject>(inNamespace("api/v1", "secrets"));
    const resources = secrets.find(({ metadata }) => metadata.name.startsWith("resources-"));
    expect(resources?.data["acme.model-key.llama-8b"]).toBe(keys.secrets.resources["acme/model-key/llama-8b"]);
    const kbs = await cluster.api.get<{
      spec: { template: { spec: { volumes: { secret?: { secretName: string; items: { path: string }[] } }[] } } };
    }>(inNamespace("apis/apps/v1", "deployments/trustee-kbs"));
    const volume = kbs.spec.template.spec.volumes.find(({ secret }) => secret?.secretName === resources?.metadata.name);
    expect(volume?.secret?.items.map(({ path }) => path)).toContain(String.raw`acme\x2Fmodel-key\x2Fllama-8b`);
  });

  it("leaves no key in the stack's files", () => {
    const canaries = [keys.secrets.tls, keys.secrets.tokenSigner]
      .map(({ privateKey }) => privateKey.split("\n")[1] ?? "")
      .concat(Object.values(keys.secrets.resources));
    for (const file of filesIn(join(cluster.directory, "stack"))) {
      const text = readFileSync(file, "utf8");
      for (const canary of canaries) {
        expect(canary.length).toBeGreaterThan(20);
        for (const form of [canary, Buffer.from(canary).toString("base64").replace(/=+$/, "")])
          expect(text.includes(form), file).toBe(false);
      }
    }
  });

  it("is not repeated: the second run changes nothing", async () => {
    expect(changed(await run("up"))).toBe(false);
  });
});

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile());
}

describe("a changed release", () => {
  it("rolls the services that decide by it, and leaves nothing of the old one", async () => {
    const before = await deployments();
    const maps = await names("configmaps");
    const more = withValue(settings(), ["models", 0, "cpus"], 32);
    await expect(run("preview", more)).rejects.toThrow(/release 1 was signed for something else: .*vCPU/s);
    await issueReleases(parseAs("trust", more), signers, new Date());
    const { changes } = await run("up", more);
    expect(changes.delete ?? 0).toBe(0);
    const after = await deployments();
    expect(after["trustee-kbs"]?.metadata.generation).toBeGreaterThan(before["trustee-kbs"]?.metadata.generation ?? 0);
    expect(after["trustee-rvps"]?.metadata.generation).toBeGreaterThan(
      before["trustee-rvps"]?.metadata.generation ?? 0,
    );
    expect(after["trustee-as"]?.metadata.generation).toBe(before["trustee-as"]?.metadata.generation);
    expect(after["trustee-kbs"]?.status.readyReplicas).toBe(2);
    const left = await names("configmaps");
    const changedMaps = (list: string[]) => list.filter((name) => /^(resource-policy|reference-values)-/.test(name));
    expect(changedMaps(left)).toHaveLength(2);
    expect(changedMaps(left)).not.toEqual(changedMaps(maps));
    expect(left.filter((name) => !changedMaps(left).includes(name))).toEqual(
      maps.filter((name) => !changedMaps(maps).includes(name)),
    );
  });
});

describe("a changed key", () => {
  it("rolls the key broker alone", async () => {
    const config = withValue(settings(), ["models", 0, "cpus"], 32);
    const before = await deployments();
    const path = "acme/model-key/llama-8b";
    await run(
      "up",
      config,
      withValue(keys.secrets, ["resources", path], Buffer.from("another key").toString("base64")),
    );
    const after = await deployments();
    for (const name of Object.keys(after))
      expect(after[name]?.metadata.generation, name).toBe(
        (before[name]?.metadata.generation ?? 0) + (name === "trustee-kbs" ? 1 : 0),
      );
    expect((await names("secrets")).filter((name) => name.startsWith("resources-"))).toHaveLength(1);
  });
});

describe("what was not agreed upon", () => {
  const file = (name: string) => join(material.releases, documentFileName(name));
  const genuine = new Map<string, string>();
  beforeAll(() => {
    for (const name of ["frontier-400b", "giant-1t"]) genuine.set(name, readFileSync(file(name), "utf8"));
  });
  afterAll(() => genuine.forEach((text, name) => writeFileSync(file(name), text)));
  const releaseIn = (name: string) => {
    const { payload } = JSON.parse(genuine.get(name) ?? "") as { payload: string };
    return JSON.parse(Buffer.from(payload, "base64url").toString()) as Release;
  };

  it("is refused at preview, one sentence each: unsigned, replayed, changed since", async () => {
    writeFileSync(file("giant-1t"), documentText(unsignedDocument(releaseIn("giant-1t"))));
    writeFileSync(file("frontier-400b"), await signedText({ ...releaseIn("frontier-400b"), factory: "acme-staging" }));
    const message = await run(
      "preview",
      withValue(settings(), ["attestation", "keyBroker", "dnsName"], "kbs.other.example"),
    ).then(
      () => "accepted",
      (error: unknown) => (error as Error).message,
    );
    expect(message).toMatch(/\d things in the configuration to correct; nothing was changed/);
    expect(message).toMatch(/\(llama-8b\): release 2 was signed for something else: .*init-data/s);
    expect(message).toMatch(/\(frontier-400b\): .*made for the factory acme-staging/);
    expect(message).toMatch(/\(giant-1t\): giant-1t\.release\.json: The release .*sign/);
  });
});

describe("removal", () => {
  it("leaves nothing", async () => {
    await run("destroy");
    const namespaces = await cluster.api.list<KubeObject>("/api/v1/namespaces");
    expect(namespaces.map(({ metadata }) => metadata.name)).not.toContain("trustee");
  });
});
