import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { readReleaseFile } from "../../components/workload/releaseFile";
import { ConfigurationError } from "../../stacks/config/errors";
import type { TrustConfig } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import { deriveStacks } from "../../stacks/rehearsal";
import { computedReleases, releaseOutputs, trust } from "../../stacks/trust";
import { emptyLock } from "../../components/catalogLock";
import type { OwnerKeys } from "../../tooling/rehearsal/ownerKeys";
import { sampleFactory, withValue } from "../support/factory";
import { freshOwnerKeys } from "../support/ownerKeys";
import type { Recording } from "../support/registrations";
import { named, recordRegistrations } from "../support/registrations";

let keys: OwnerKeys;
beforeAll(async () => {
  keys = await freshOwnerKeys(sampleFactory());
});

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

const giveSecrets = (secrets: unknown) =>
  pulumi.runtime.setConfig("trustfoundry:trustSecrets", JSON.stringify(secrets));

function sampleConfig(): TrustConfig {
  return parseAs("trust", deriveStacks(sampleFactory(), keys.caCertificate).trust);
}

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
      expect(readReleaseFile(file, digest)).toMatchObject({ release: { name, owner: "acme-models", simulated: true } });
      expect(providers).toEqual(["northern-metal"]);
    }
    expect(outputs.keyBroker).toMatchObject({
      endpoint: "https://kbs.acme-models.example",
      caCertificate: keys.caCertificate,
    });
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
    const hopperOnly = withValue(
      withValue(config, ["models"], [config.models[0]]),
      ["attestation", "nvidiaVerifier"],
      "local",
    );
    giveSecrets(withValue(keys.secrets, ["resources"], { "acme/model-key/llama-8b": "AAAA" }));
    await run(hopperOnly);
    expect(warnings).toEqual([
      expect.stringMatching(/GHSA-fmg6-v47x-52wr/),
      expect.stringMatching(/nvidiaVerifier: local compares no GPU firmware/),
    ]);
    await vi.waitUntil(() => recording.resources.filter(({ type }) => type.endsWith(":Deployment")).length === 3);
  });
});

describe("the model owner's program is refused, with nothing registered,", () => {
  it("without evidence to hold TDX releases to", async () => {
    const message = await failure(withValue(sampleConfig(), ["attestation", "tdxTcb"], undefined));
    expect(message).toMatch(/trustfoundry:attestation: release frontier-400b: no accepted TDX feature mask/);
    expect(message).toMatch(/release giant-1t/);
  });

  it("without secrets, and without those of one model", async () => {
    giveSecrets({ ...keys.secrets, resources: {} });
    expect(await failure(sampleConfig())).toMatch(
      /trustSecrets\.resources: has no value for acme\/model-key\/frontier-400b/,
    );
    pulumi.runtime.setConfig("trustfoundry:trustSecrets", "{broken");
    expect(await failure(sampleConfig())).toMatch(/trustSecrets: is no JSON/);
  });

  it("where nobody answers", async () => {
    const message = await failure(withValue(sampleConfig(), ["cluster", "context"], "elsewhere"));
    expect(message).toMatch(/cluster\.context: "elsewhere": no such context; write one of trust/);
  });

  it("with reference values that are overdue, once it is no rehearsal", async () => {
    const overdue = ["attestation", "referenceValueExpiry"];
    const model = {
      ...sampleConfig().models[0],
      image: `nvcr.io/nim/meta/llama-3.1-8b-instruct@sha256:${"a".repeat(64)}`,
      launchMeasurement: "7".repeat(96),
    };
    const real = withValue({ ...sampleConfig(), simulated: false }, ["models"], [model]);
    expect(await failure(withValue(real, overdue, "2020-01-01T00:00:00Z"))).toMatch(
      /attestation\.referenceValueExpiry: reference values were meant to hold until 2020-01-01/,
    );
  });

  it("with made-up measurements, once it is no rehearsal", async () => {
    const config = { ...sampleConfig(), simulated: false };
    // No lock: the image's digest is what is missing first.
    expect(await failure(config)).toMatch(/models\[0\] \(llama-8b\): catalog\.lock has no digest of nvcr\.io/);
  });
});

describe("releases", () => {
  const pins = { lock: emptyLock, simulated: true };
  const models = () => sampleConfig().models;

  it("are refused all at once, each with its place in the configuration", () => {
    const config = withValue(sampleConfig(), ["models", 0, "gpu"], { model: "H100", count: 4 });
    const broken = withValue(config, ["models", 2, "gpu"], { model: "RTX-PRO-6000-BSE", count: 2 });
    expect(() => computedReleases(broken, pins)).toThrow(
      /2 things.*models\[0\] \(llama-8b\): gpu\.count is 4.*models\[2\] \(giant-1t\): gpu\.count is 2/s,
    );
  });

  it("differ in digest where models differ in anything that guests could tell", () => {
    const digest = (config: TrustConfig) => releaseOutputs(config, computedReleases(config, pins))["llama-8b"]?.digest;
    const before = digest(sampleConfig());
    expect(digest(sampleConfig())).toBe(before);
    for (const [path, value] of [
      [["version"], "2026.11.2"],
      [["cpus"], 32],
      [["image"], "nvcr.io/nim/meta/llama-3.1-8b-instruct:1.13.2"],
      [["keys"], ["acme/model-key/other"]],
    ] as const)
      expect(digest(withValue(sampleConfig(), ["models", 0, ...path], value)), path.join(".")).not.toBe(before);
    // Who may place a release is between the owner and its providers; the release says nothing of it.
    expect(digest(withValue(sampleConfig(), ["models", 0, "providers"], ["southern-metal"]))).toBe(before);
    expect(models()).toHaveLength(3);
  });
});
