import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AzureReleasedKeysArgs } from "../../../components/attestation/azureReleasedKeys";
import { AzureReleasedKeys } from "../../../components/attestation/azureReleasedKeys";
import { plannedKeys } from "../../../components/attestation/azureReleasedKeysPlan";
import type { GcpReleasedKeysArgs } from "../../../components/attestation/gcpReleasedKeys";
import { GcpReleasedKeys } from "../../../components/attestation/gcpReleasedKeys";
import { plannedPools } from "../../../components/attestation/gcpReleasedKeysPlan";
import { imageDigest, serviceAccount } from "../../support/cloudTokens";
import { settled } from "../../support/mocks";
import type { Recording } from "../../support/registrations";
import { recordRegistrations, refusal } from "../../support/registrations";

const principal = "00000000-0000-4000-8000-00000000000a";
const azure: AzureReleasedKeysArgs = {
  subscriptionId: "00000000-0000-4000-8000-000000000001",
  tenantId: "00000000-0000-4000-8000-000000000002",
  region: "eastus2",
  resourceGroupName: "acme-keys",
  keys: [{ name: "llm", principals: [principal] }],
};
const gcp: GcpReleasedKeysArgs = {
  project: "acme-keys",
  projectNumber: "123456789012",
  region: "us-central1",
  keys: [{ name: "llm", imageDigest, serviceAccount }],
};

let recording: Recording;

beforeEach(() => {
  recording = recordRegistrations();
});

// A refused component is still being registered when its constructor throws.
afterEach(settled);

const kept = (what: "retained" | "protected") =>
  recording.resources
    .filter((resource) => resource[what])
    .map(({ type }) => type.split(":").at(-1))
    .sort();

describe("when their stack goes", () => {
  it("keys stay where they are, with all that they lie in", async () => {
    new AzureReleasedKeys("azure", azure);
    new GcpReleasedKeys("gcp", gcp);
    await settled();
    expect(kept("retained")).toEqual(["CryptoKey", "Key", "KeyRing", "ResourceGroup", "Vault"]);
    expect(kept("protected")).toEqual([]);
  });

  it("nothing of them is destroyed where that was asked for", async () => {
    new AzureReleasedKeys("azure", { ...azure, onDestroy: "refuse" });
    new GcpReleasedKeys("gcp", { ...gcp, onDestroy: "refuse" });
    await settled();
    expect(kept("protected")).toEqual(["CryptoKey", "Key", "KeyRing", "ResourceGroup", "Vault"]);
  });
});

describe("before anything is registered", () => {
  it.each<[string, Partial<AzureReleasedKeysArgs>, string]>([
    ["a region without a known authority", { region: "northeurope" }, "authority: missing, and no shared authority"],
    ["somebody else's authority", { authority: "https://attest.example" }, "is no address of Azure's attestation"],
    ["a key for nobody", { keys: [{ name: "llm", principals: [] }] }, "keys.llm.principals: are none"],
    ["no machine's id", { keys: [{ name: "llm", principals: [principal], machines: ["node"] }] }, '"node" is no id'],
  ])("Azure's keys refuse %s", (_, change, message) => {
    expect(refusal(() => new AzureReleasedKeys("azure", { ...azure, ...change }))).toContain(message);
    expect(recording.resources.filter(({ type }) => type.startsWith("azure-native:"))).toEqual([]);
  });

  it.each<[string, Partial<GcpReleasedKeysArgs>, string]>([
    ["a project's id as its number", { projectNumber: "acme-keys" }, 'projectNumber: "acme-keys" is the project\'s id'],
    ["a tag", { keys: [{ name: "llm", imageDigest: "latest", serviceAccount }] }, "keys.llm.imageDigest:"],
    ["an unknown TEE", { hardware: "GCP_AMD_SEV" as never }, "keys.llm.hardware:"],
  ])("Google's keys refuse %s", (_, change, message) => {
    expect(refusal(() => new GcpReleasedKeys("gcp", { ...gcp, ...change }))).toContain(message);
    expect(recording.resources.filter(({ type }) => type.startsWith("gcp:"))).toEqual([]);
  });
});

describe("names", () => {
  it("of Azure's keys change with whoever gets them, and not with who may ask", () => {
    const name = (change: object) => plannedKeys({ ...azure, keys: [{ ...azure.keys[0]!, ...change }] })[0]?.keyName;
    const machines = ["b958dc88-e41d-47f1-8d20-e57b6b7e9825"];
    expect(name({ machines })).not.toBe(name({}));
    expect(name({ machines: [machines[0]!.toUpperCase()] })).toBe(name({ machines }));
    expect(name({ principals: ["00000000-0000-4000-8000-00000000000b"] })).toBe(name({}));
  });

  it("of Google's pools are told apart however long the keys' names are", () => {
    const keys = ["a", "b"].map((end) => ({ name: `${"k".repeat(39)}${end}`, imageDigest, serviceAccount }));
    const pools = plannedPools({ ...gcp, keys }).map(({ poolId }) => poolId);
    expect(new Set(pools).size).toBe(2);
    for (const pool of pools) expect(pool).toMatch(/^(?!gcp-)[a-z0-9-]{4,32}$/);
    // The same name in another project is another pool's.
    expect(plannedPools({ ...gcp, project: "other-keys", keys })[0]?.poolId).not.toBe(pools[0]);
  });
});
