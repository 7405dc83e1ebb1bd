import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { rules } from "../../policies/rules";
import type { KeysConfig } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import { ownerKeys } from "../../stacks/ownerKeys";
import { registeredResources } from "../policies/support";
import { imageDigest, serviceAccount } from "../support/cloudTokens";
import { withValue } from "../support/factory";
import { settled, valueOf } from "../support/mocks";
import type { Recording } from "../support/registrations";
import { recordRegistrations } from "../support/registrations";

const common = {
  role: "keys",
  factory: "acme",
  parties: { modelOwner: "acme-models", dataOwner: "clinic-data" },
  keyAuthority: "cloud",
};
const principals = ["00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"];
const azure = {
  ...common,
  azure: {
    subscriptionId: "00000000-0000-4000-8000-000000000001",
    tenantId: "00000000-0000-4000-8000-000000000002",
    region: "eastus2",
    resourceGroup: "acme-keys",
    keys: [
      { name: "llm", principals },
      {
        name: "embedder",
        principals: [principals[0]],
        machines: ["b958dc88-e41d-47f1-8d20-e57b6b7e9825"],
      },
    ],
  },
};
const gcp = {
  ...common,
  gcp: {
    project: "acme-keys",
    projectNumber: "123456789012",
    region: "us-central1",
    keys: [
      { name: "llm", imageDigest, serviceAccount },
      { name: "embedder", imageDigest: `sha256:${"b".repeat(64)}`, serviceAccount },
    ],
  },
};

const parsed = (sections: object) => parseAs("keys", sections as Record<string, unknown>) as KeysConfig;

async function run(sections: object) {
  const recording = recordRegistrations();
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const outputs = await ownerKeys(parsed(sections));
  await settled();
  return { recording, outputs, warnings: warn.mock.calls.map(([message]) => message) };
}

const ofType = ({ resources }: Recording, type: string) => resources.filter((resource) => resource.type === type);

beforeEach(() => {
  vi.restoreAllMocks();
});

describe.each([
  { cloud: "Azure", sections: azure, type: "azure-native:", grade: "asserted by Microsoft" },
  { cloud: "Google Cloud", sections: gcp, type: "gcp:", grade: "asserted by Google" },
])("the owner's keys on $cloud", ({ sections, type, grade }) => {
  it("pass every rule, without an exception", async () => {
    const resources = registeredResources((await run(sections)).recording);
    const judging = rules.map((rule) => ({ rule, evaluation: rule.evaluate(resources) }));
    expect(judging.filter(({ evaluation }) => evaluation.applies).length).toBeGreaterThan(3);
    for (const { rule, evaluation } of judging) expect(evaluation.findings, rule.id).toEqual([]);
  });

  it("are made with a provider of their own, under one component that finishes", async () => {
    const { recording } = await run(sections);
    const made = recording.resources.filter((resource) => resource.type.startsWith(type));
    expect(made.length).toBeGreaterThan(4);
    for (const { name, provider } of made) expect(provider, name).toMatch(/::pulumi:providers:[\w-]+::(azure|gcp)::/);
    expect([...recording.finished].some((urn) => urn.includes("ReleasedKeys"))).toBe(true);
  });

  it("are graded lower, in the outputs and in words at every preview", async () => {
    const { outputs, warnings } = await run(sections);
    expect(outputs.keyAuthority).toMatchObject({ who: "cloud", grade });
    expect(warnings[0]).toContain(`trustfoundry:keyAuthority: cloud is graded lower (${grade})`);
    expect(warnings[0]).toContain("keyAuthority: owner");
  });

  it("say in outputs what workloads need, and nothing secret", async () => {
    const { outputs } = await run(sections);
    expect(Object.keys(outputs.keys as object)).toEqual(["llm", "embedder"]);
    expect(await pulumi.isSecret(pulumi.output(outputs))).toBe(false);
  });
});

describe("keys on Azure", () => {
  it("say that no claim of the GPU and no image is part of the release", async () => {
    const { outputs, warnings } = await run(azure);
    expect(outputs.releasedOn).toMatchObject({ gpu: "nothing is asked", image: "nothing is asked" });
    expect(warnings.join("\n")).toContain("no claim about the GPU is part of the release");
    expect(warnings.join("\n")).toContain("whatever runs on a machine with one of the principals gets the keys");
  });

  it("say whose word opens them where the authority is not one that Microsoft runs for everybody", async () => {
    const said = async (authority: string) =>
      (await run(withValue(azure, ["azure", "authority"], authority))).warnings.filter((text) =>
        text.startsWith("trustfoundry:azure.authority: "),
      );
    expect(await said("https://sharedeus2.eus2.attest.azure.net")).toEqual([]);
    expect(await said("https://northern.eus2.attest.azure.net")).toEqual([
      expect.stringContaining("never the nodes' provider's"),
    ]);
  });

  it("are wrapped to, and never unwrapped in the vault itself", async () => {
    const { recording } = await run(azure);
    for (const { inputs } of ofType(recording, "azure-native:keyvault:Key"))
      expect(inputs.properties).toMatchObject({
        kty: "RSA-HSM",
        keyOps: ["wrapKey"],
        attributes: { exportable: true },
      });
  });

  it("are granted one by one, to the identities that are named", async () => {
    const { recording } = await run(azure);
    const grants = ofType(recording, "azure-native:authorization:RoleAssignment");
    expect(grants.map(({ inputs, dependencies }) => [inputs.principalId, dependencies.join()]).sort()).toEqual([
      [principals[0], expect.stringMatching(/^released-keys-embedder-[0-9a-f]{10}$/)],
      [principals[0], expect.stringMatching(/^released-keys-llm-[0-9a-f]{10}$/)],
      [principals[1], expect.stringMatching(/^released-keys-llm-[0-9a-f]{10}$/)],
    ]);
  });

  it("let nobody in over the internet, unless ranges are named", async () => {
    const network = async (sections: object) =>
      ofType((await run(sections)).recording, "azure-native:keyvault:Vault")[0]?.inputs.properties;
    expect(await network(azure)).toMatchObject({
      enablePurgeProtection: true,
      enableRbacAuthorization: true,
      publicNetworkAccess: "Disabled",
      networkAcls: { bypass: "None", defaultAction: "Deny" },
    });
    expect(await network(withValue(azure, ["azure", "clientCidrs"], ["203.0.113.7/32"]))).toMatchObject({
      publicNetworkAccess: "Enabled",
      networkAcls: { bypass: "None", defaultAction: "Deny", ipRules: [{ value: "203.0.113.7/32" }] },
    });
  });

  it("are new keys beside the old ones when whoever gets them changes", async () => {
    const names = async (sections: object) =>
      ofType((await run(sections)).recording, "azure-native:keyvault:Key").map(({ name }) => name);
    const [before, again] = [await names(azure), await names(azure)];
    const after = await names(
      withValue(azure, ["azure", "keys", 1, "machines"], ["00000000-0000-4000-8000-0000000000ff"]),
    );
    expect(again).toEqual(before);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });
});

describe("keys on Google Cloud", () => {
  it("have a pool each, so that no image opens another's key", async () => {
    const { recording } = await run(gcp);
    const grants = ofType(recording, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember");
    const members = grants.map(({ inputs }) => String(inputs.member));
    const [, first, second] = ["", ...members.map((member) => /workloadIdentityPools\/([^/]+)\//.exec(member)?.[1])];
    expect(first).not.toBe(second);
    expect(members[0]).toBe(
      `principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/${first}/attribute.image_digest/${imageDigest}`,
    );
    const providers = ofType(recording, "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider");
    for (const [index, digest] of [imageDigest, `sha256:${"b".repeat(64)}`].entries())
      expect(providers[index]?.inputs.attributeCondition).toContain(`image_digest == '${digest}'`);
    for (const { inputs } of ofType(recording, "gcp:iam/workloadIdentityPool:WorkloadIdentityPool"))
      expect(inputs.workloadIdentityPoolId).toMatch(/^(?!gcp-)[a-z0-9-]{4,32}$/);
  });

  it("are granted to nobody before there is a condition", async () => {
    const { recording } = await run(gcp);
    for (const { dependencies } of ofType(recording, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"))
      expect(dependencies.some((name) => name.endsWith("-attested"))).toBe(true);
  });

  it("are in an HSM, in a ring of a project of the owner's", async () => {
    const { recording } = await run(gcp);
    const keys = ofType(recording, "gcp:kms/cryptoKey:CryptoKey");
    expect(keys.length).toBe(2);
    for (const { inputs } of keys)
      expect(inputs).toMatchObject({ purpose: "ENCRYPT_DECRYPT", versionTemplate: { protectionLevel: "HSM" } });
  });

  it("tell workloads which audience to name", async () => {
    const { outputs } = await run(gcp);
    const { llm } = outputs.keys as Record<string, { id: pulumi.Output<string>; audience: string }>;
    expect(llm?.audience).toMatch(
      /^\/\/iam\.googleapis\.com\/projects\/123456789012\/locations\/global\/workloadIdentityPools\/k-llm-[0-9a-f]{10}\/providers\/attested$/,
    );
    expect(await valueOf(llm!.id)).toBe("released-keys-llm-id");
  });
});

describe("the configuration of role keys", () => {
  it.each<[string, object, string]>([
    ["no cloud", common, "trustfoundry:azure"],
    ["two clouds", { ...azure, gcp: gcp.gcp }, "stands beside azure"],
    ["the authority that is the default elsewhere", { ...azure, keyAuthority: "owner" }, "cloud, in so many words"],
    ["no authority at all", withValue(azure, ["keyAuthority"], undefined), "cloud, in so many words"],
    [
      "a region without a known authority",
      withValue(azure, ["azure", "region"], "northeurope"),
      'azure.region: "northeurope" has no shared attestation authority',
    ],
    ["somebody else's authority", withValue(azure, ["azure", "authority"], "https://attest.example"), "is no address"],
    [
      "another cloud's authority",
      withValue(azure, ["azure", "authority"], "https://sharedcne2.cne2.attest.azure.cn"),
      "is the attestation service of another cloud; write https://<provider>.<region>.attest.azure.net",
    ],
    ["a vault for everybody", withValue(azure, ["azure", "clientCidrs"], ["0.0.0.0/1", "128.0.0.0/1"]), "is everybody"],
    ["a group's name that leads elsewhere", withValue(azure, ["azure", "resourceGroup"], "a/../b"), "resourceGroup"],
    ["a key twice", withValue(azure, ["azure", "keys", 1, "name"], "llm"), "stands twice"],
    ["an image by tag", withValue(gcp, ["gcp", "keys", 0, "imageDigest"], "latest"), "sha256: and 64 hex digits"],
    ["an account that says more", withValue(gcp, ["gcp", "keys", 0, "serviceAccount"], "a' || 'b"), "service account"],
    ["a project's id as its number", withValue(gcp, ["gcp", "projectNumber"], "acme-keys"), "gcp.projectNumber"],
  ])("refuses %s", (_, sections, message) => {
    expect(() => parsed(sections)).toThrow(message);
  });
});
