import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as outputModule from "@pulumi/pulumi/output";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tokens } from "../../components/tokens";
import { TrustfoundryProvider } from "../../languages/provider";
import { names } from "../support/languages/wanted";
import { sampleRelease } from "../support/release";
import { bothSign, pemOf, signedText, signers } from "../support/signing";

// What is refused before anything is registered. How the engine tells it is seen in test/acceptance/languages.

let directory: string;
let provider: TrustfoundryProvider;
beforeAll(async () => {
  await pulumi.runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }), call: () => ({}) },
    "consumer",
    "s",
    true,
  );
  directory = mkdtempSync(join(tmpdir(), "languages-"));
  mkdirSync(join(directory, "project"));
  provider = new TrustfoundryProvider(join(directory, "project"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function refusal(type: string, inputs: unknown): Promise<string> {
  const outcome = await provider.construct("it", type, inputs as pulumi.Inputs, {}).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  expect(outcome).toBeInstanceOf(Error);
  const { message, stack } = outcome as Error;
  expect(message.split("\n")).toHaveLength(1);
  expect(stack).toBe(message);
  return message;
}

const { unknown } = outputModule as unknown as { readonly unknown: unknown };
const tenant = {
  namespace: names.modelOwner,
  deployer: "deployer",
  keyBrokerCidrs: names.keyBrokerCidrs,
  quota: names.quota,
  kubernetesVersion: "1.36",
};
const trusted = { factory: names.factory, modelOwner: names.modelOwner, signers: bothSign, simulated: true };
const workload = async (changes: object = {}) => ({
  ...trusted,
  release: await signedText(sampleRelease()),
  storageClassName: "block",
  namespace: names.modelOwner,
  ...changes,
});
const attestation = {
  keyBroker: {
    dnsName: "kbs.example.com",
    caCertificate: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    clientCidrs: ["192.0.2.0/24"],
  },
  referenceValueExpiry: "2028-01-01T00:00:00Z",
};

describe("arguments", () => {
  it("are named without the prefix of stack settings, each with its remedy", async () => {
    const said = await refusal(tokens.tenantNamespace, { ...tenant, keyBrokerCidrs: [], quotas: 1 });
    expect(said).toMatch(
      /^keyBrokerCidrs: .* is not right; write at least 1 entry .*; quotas: no such setting; write `quota` instead$/,
    );
  });

  it("that decide what is placed have to be known at preview", async () => {
    expect(await refusal(tokens.tenantNamespace, { ...tenant, quota: pulumi.output({ gpus: unknown }) })).toMatch(
      /^quota(\.gpus)?: is not known at preview/,
    );
  });

  it("that objects show may not be secrets, and are not shown as such", async () => {
    const said = await refusal(tokens.tenantNamespace, { ...tenant, deployer: pulumi.secret("hush-hush") });
    expect(said).toBe("deployer: is a secret, and objects would show it; give it in plain text");
  });

  it("that are secrets may not come in plain text", async () => {
    const secrets = { tls: { certificate: "c", privateKey: "hush-hush" } };
    const said = await refusal(tokens.trustee, { ...trusted, attestation, secrets });
    expect(said).toBe("secrets: is in plain text; give it as a secret of Pulumi's");
  });

  it("that are secrets are not shown when they are wrong", async () => {
    const secrets = pulumi.secret({ tls: { certificate: "c", privateKey: "hush-hush" } });
    const inputs = { ...trusted, attestation, secrets, releases: [{ document: await signedText(sampleRelease()) }] };
    const said = await refusal(tokens.trustee, inputs);
    expect(said).toContain("secrets.tls.privateKey: missing or of the wrong form (its value is not shown)");
    expect(said).not.toContain("hush");
  });

  it("that are components have to be made by this package in the same run", async () => {
    const placed = { platform: {}, simulated: true };
    const urn = "urn:pulumi:s::consumer::trustfoundry:cluster:NodeFeatures::elsewhere";
    const said = await refusal(tokens.kata, { ...placed, nodeFeatures: urn });
    expect(said).toContain("nodeFeatures: was not made in this run by this package");
    expect(said).toContain("nodeMode: missing; add the NodeMode of the cluster");
  });
});

describe("files", () => {
  it("are looked for inside the project alone", async () => {
    symlinkSync(tmpdir(), join(directory, "project", "linked"));
    for (const path of [tmpdir(), "../..", "linked", "charts/../../.."])
      expect(
        await refusal(tokens.nodeFeatures, { platform: { charts: { kind: "directory", path } }, simulated: true }),
      ).toBe(
        `platform.charts.path: "${path}" leaves the project's directory; write a path inside it, relative to its Pulumi.yaml`,
      );
  });
});

describe("releases", () => {
  it("that others signed are refused", async () => {
    const keys = [{ name: "stranger", publicKey: pemOf(signers.stranger) }];
    const inputs = await workload({ signers: { modelOwner: { threshold: 1, keys } } });
    expect(await refusal(tokens.confidentialWorkload, inputs)).toMatch(/^release: .*sign/);
  });

  it("that are simulated are refused outside of rehearsals", async () => {
    expect(await refusal(tokens.confidentialWorkload, await workload({ simulated: false }))).toMatch(
      /^release: .*SIMULATED, made for a rehearsal/,
    );
  });

  it("that are others than the one agreed upon are refused", async () => {
    const inputs = await workload({ digest: "0".repeat(64) });
    expect(await refusal(tokens.confidentialWorkload, inputs)).toMatch(/^digest: "0+" is not the release's, which is/);
  });

  it("stand once for each name at the key broker", async () => {
    const document = await signedText(sampleRelease());
    const secrets = pulumi.secret({});
    const releases = [{ document }, { document }];
    expect(await refusal(tokens.trustee, { ...trusted, attestation, secrets, releases })).toContain(
      "releases[1] (llama-8b): is not the only current release of its name",
    );
  });
});

it("knows its own components alone", async () => {
  expect(await refusal("trustfoundry:cluster:Nothing", {})).toMatch(
    /^trustfoundry:cluster:Nothing: no component of this package; write one of trustfoundry:cluster:NodeMode, /,
  );
});
