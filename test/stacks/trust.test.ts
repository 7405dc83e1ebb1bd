import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { verifyRelease } from "../../components/workload/release/verify";
import { ConfigurationError } from "../../stacks/config/errors";
import type { TrustConfig } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import type { RehearsalMaterial } from "../../stacks/rehearsal";
import { deriveStacks } from "../../stacks/rehearsal";
import { trust } from "../../stacks/trust";
import type { OwnerKeys } from "../../tooling/rehearsal/ownerKeys";
import { issueReleases } from "../../tooling/rehearsal/ownerReleases";
import { sampleFactory, withValue } from "../support/factory";
import { nodeSection, sampleNode } from "../support/nodes";
import { freshOwnerKeys } from "../support/ownerKeys";
import { bothSign, signedMaterial, signers } from "../support/signing";
import type { Recording } from "../support/registrations";
import { named, recordRegistrations } from "../support/registrations";

let keys: OwnerKeys;
let material: RehearsalMaterial;
beforeAll(async () => {
  keys = await freshOwnerKeys(sampleFactory());
  material = await signedMaterial(sampleFactory(), keys.caCertificate);
});
afterAll(() => rmSync(material.releases, { recursive: true }));

let directory: string;
let server: Server;
let recording: Recording;
let warnings: string[];
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "trust-"));
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  writeFileSync(
    join(directory, "kubeconfig"),
    `clusters: [{ name: c, cluster: { server: "https://127.0.0.1:${(server.address() as AddressInfo).port}" } }]\n` +
      "contexts: [{ name: trust, context: { cluster: c } }]\n",
  );
  recording = recordRegistrations();
  warnings = [];
  vi.spyOn(pulumi.log, "warn").mockImplementation((message: string) => {
    warnings.push(message);
    return Promise.resolve();
  });
  giveSecrets(keys.secrets);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

const secretKey = "trustfoundry:trustSecrets";
const giveSecretText = (text: string) => pulumi.runtime.setAllConfig({ [secretKey]: text }, [secretKey]);
const giveSecrets = (secrets: unknown) => giveSecretText(JSON.stringify(secrets));

function sampleConfig(): TrustConfig {
  return parseAs("trust", deriveStacks(sampleFactory(), material).trust);
}

const inDays = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;

const run = (config: TrustConfig) => trust(config, { kubeconfigs: [join(directory, "kubeconfig")] });

async function failure(config: TrustConfig): Promise<string> {
  const error = await run(config).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(recording.resources).toEqual([]);
  return (error as Error).message;
}

interface Outputs {
  releases: Record<string, { file: string; digest: string; providers: string[] }>;
  keyBroker: { endpoint: string; caCertificate: string; service: pulumi.Output<string> };
}

describe("the model owner's program", () => {
  it("gives out files that their receiver accepts, and places one Trustee", async () => {
    const outputs = (await run(sampleConfig())) as unknown as Outputs;
    expect(Object.keys(outputs.releases)).toEqual(["llama-8b", "frontier-400b", "giant-1t"]);
    for (const [name, { file, digest, providers }] of Object.entries(outputs.releases)) {
      const expected = { signers: bothSign, factory: "acme-rehearsal", simulated: true, now: new Date() };
      expect(await verifyRelease(file, expected)).toMatchObject({ digest, release: { name, owner: "acme-models" } });
      expect(providers).toEqual(["northern-metal"]);
    }
    expect(outputs.keyBroker).toMatchObject({
      endpoint: "https://kbs.acme-models.example",
      caCertificate: keys.caCertificate,
    });
    expect(outputs).toMatchObject({ keyAuthority: { who: "owner", grade: "verified by the owner" } });
    await vi.waitUntil(() => recording.finished.size > 0);
    const deployments = () => recording.resources.filter(({ type }) => type.endsWith(":Deployment"));
    await vi.waitUntil(() => deployments().length === 3);
    expect(deployments().every(({ provider }) => provider.includes("acme-models"))).toBe(true);
    expect(named(recording, "acme-models").inputs).toMatchObject({ context: "trust" });
  });

  it("has its releases before any resource is there, as a preview needs them", async () => {
    const { releases } = (await run(sampleConfig())) as unknown as Outputs;
    expect(pulumi.Output.isInstance(releases)).toBe(false);
    expect(typeof releases["llama-8b"]?.file).toBe("string");
    await vi.waitUntil(() => recording.resources.filter(({ type }) => type.endsWith(":Deployment")).length === 3);
  });

  it("says what is known against the platform set and the local verifier", async () => {
    const config = sampleConfig();
    const hopperOnly = withValue(withValue(config, ["models"], [config.models[0]]), ["attestation", "nvidiaVerifier"], {
      kind: "local",
      until: new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10),
      reason: "a trial",
    });
    giveSecrets(withValue(keys.secrets, ["resources"], { "acme/model-key/llama-8b": "AAAA" }));
    await run(hopperOnly);
    expect(warnings).toEqual([
      expect.stringMatching(/GHSA-fmg6-v47x-52wr/),
      expect.stringMatching(/attestation: nvidiaVerifier: local until \d{4}-\d{2}-\d{2} \(a trial\)/),
    ]);
    await vi.waitUntil(() => recording.resources.filter(({ type }) => type.endsWith(":Deployment")).length === 3);
  });
});

describe("with confidential nodes of a cloud, the model owner's program", () => {
  const nodesAlone = (changes: Record<string, unknown> = {}): TrustConfig =>
    parseAs("trust", {
      ...deriveStacks(sampleFactory(), material).trust,
      models: [],
      nodes: [{ ...nodeSection(), ...changes }],
      signers: undefined,
    });
  const ofNodes = () => Object.fromEntries(sampleNode().resources.map((path) => [path, "AAAA"]));

  it("serves them without any release, and says what that is worth", async () => {
    giveSecrets({ ...keys.secrets, resources: ofNodes() });
    const outputs = await run(nodesAlone({ notAfter: inDays(60), notBefore: inDays(-1) }));
    expect(outputs).toMatchObject({
      releases: {},
      nodes: {
        "aks-ncc": {
          isolationUnit: "node",
          keyAuthority: {
            who: "owner",
            grade: "verified by the owner",
            because: expect.stringContaining("whatever runs on that node can ask for the key") as string,
          },
          comparedWithARelease: expect.stringMatching(/^below: kubelet, all pods/) as string,
          evidence: "azureSnpVtpm",
          keys: [...sampleNode().resources].sort(),
          provider: "azure-west",
        },
      },
    });
    expect(warnings.filter((warning) => warning.startsWith("trustfoundry:nodes: node aks-ncc"))).toHaveLength(3);
    await vi.waitUntil(() => recording.resources.filter(({ type }) => type.endsWith(":Deployment")).length === 3);
  });

  it("serves them beside releases, each with its own keys", async () => {
    giveSecrets({ ...keys.secrets, resources: { ...keys.secrets.resources, ...ofNodes() } });
    const nodes = [{ ...nodeSection(), notBefore: inDays(-1), notAfter: inDays(5) }];
    const outputs = (await run(parseAs("trust", { ...deriveStacks(sampleFactory(), material).trust, nodes }))) as {
      releases: object;
      nodes: object;
    };
    expect([Object.keys(outputs.releases).length, Object.keys(outputs.nodes)]).toEqual([3, ["aks-ncc"]]);
    expect(warnings).toContainEqual(expect.stringMatching(/nodes: node aks-ncc: its nodes get keys for \d more days/));
    await vi.waitUntil(() => recording.resources.filter(({ type }) => type.endsWith(":Deployment")).length === 3);
  });

  it("is refused once nobody has looked at their values for longer than was meant", async () => {
    const real = { ...nodesAlone({ notBefore: inDays(-30), notAfter: inDays(-1) }), simulated: false };
    expect(await failure(real)).toMatch(/trustfoundry:nodes: node aks-ncc: its nodes get no keys since/);
  });

  it("is refused without their keys, and for kinds that prove the same", async () => {
    expect(await failure(nodesAlone())).toMatch(/trustSecrets\.resources: has no value for acme\/node-key/);
    const twins = nodesAlone();
    const other = { ...twins.nodes[0]!, name: "other", keys: ["x/y/z"] };
    expect(await failure({ ...twins, nodes: [...twins.nodes, other] })).toMatch(
      /trustfoundry:attestation: nodes aks-ncc and other accept the same evidence/,
    );
  });
});

describe("the model owner's program is refused, with nothing registered,", () => {
  it("without firmware to hold TDX releases to", async () => {
    const message = await failure(withValue(sampleConfig(), ["attestation", "tdxTcb"], undefined));
    expect(message).toMatch(/models\[1\] \(frontier-400b\): .*add attestation\.tdxTcb/);
    expect(message).toMatch(/models\[2\] \(giant-1t\)/);
  });

  it("without signed releases", async () => {
    const message = await failure({ ...sampleConfig(), releases: "no-such-folder" });
    expect(message).toMatch(/models\[0\] \(llama-8b\): there is no llama-8b\.release\.json in no-such-folder/);
  });

  it("without secrets, and without those of one model", async () => {
    giveSecrets({ ...keys.secrets, resources: {} });
    expect(await failure(sampleConfig())).toMatch(
      /trustSecrets\.resources: has no value for acme\/model-key\/frontier-400b/,
    );
    giveSecretText("{broken");
    expect(await failure(sampleConfig())).toMatch(/trustSecrets: is no JSON/);
  });

  it("with secrets in plain text, and shows none of them", async () => {
    pulumi.runtime.setAllConfig({ [secretKey]: JSON.stringify(keys.secrets) });
    const message = await failure(sampleConfig());
    expect(message).toMatch(/trustSecrets: stands in plain text; .*pulumi config set --secret/);
    expect(message).not.toContain("PRIVATE KEY");
  });

  it("where nobody answers", async () => {
    const message = await failure(withValue(sampleConfig(), ["cluster", "context"], "elsewhere"));
    expect(message).toMatch(/cluster\.context: "elsewhere": no such context; write one of trust/);
  });

  describe("once it is no rehearsal,", () => {
    let real: TrustConfig;
    beforeAll(async () => {
      const model = {
        ...sampleConfig().models[0],
        image: `nvcr.io/nim/meta/llama-3.1-8b-instruct@sha256:${"a".repeat(64)}`,
        command: ["serve"],
        launchMeasurement: "7".repeat(96),
      };
      const releases = mkdtempSync(join(tmpdir(), "real-releases-"));
      real = withValue({ ...sampleConfig(), simulated: false, releases }, ["models"], [model]);
      await issueReleases(real, signers, new Date());
    });
    afterAll(() => rmSync(real.releases, { recursive: true }));

    it("with reference values that are overdue", async () => {
      expect(await failure(withValue(real, ["attestation", "referenceValueExpiry"], "2020-01-01T00:00:00Z"))).toMatch(
        /attestation\.referenceValueExpiry: reference values were meant to hold until 2020-01-01/,
      );
    });

    it("with a former release whose day has passed", async () => {
      const next = withValue(real, ["models", 0, "cpus"], 32);
      await issueReleases(next, signers, new Date());
      expect(await failure(withValue(next, ["models", 0, "formerReleaseUntil"], "2026-11-01T00:00:00Z"))).toMatch(
        /models: release llama-8b: the former release, number 1, gets no keys since 2026-11-01/,
      );
    });

    it("with releases of a rehearsal", async () => {
      const message = await failure({ ...sampleConfig(), simulated: false });
      expect(message).toMatch(/llama-8b\.release\.json: The release is SIMULATED, made for a rehearsal/);
    });
  });
});
