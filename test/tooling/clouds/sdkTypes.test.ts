import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Shape } from "../../../tooling/clouds/sdk/shapes";
import { SdkTypes } from "../../../tooling/clouds/sdk/types";
import { root } from "../../support/factory";
import { azureTypes, gcpTypes } from "./support";

const open = (name: string, module = "compute"): Shape => ({
  kind: "union",
  of: [{ kind: "string" }, { kind: "enumeration", module, name }],
});
const structure = (name: string, module = "compute"): Shape => ({ kind: "structure", module, name });
const text: Shape = { kind: "string" };
const list = (of: Shape): Shape => ({ kind: "array", of });

/** Read off the published declarations by eye: type, property, whether it may be left out, its shape. */
const properties: readonly (readonly [token: string, property: string, optional: boolean, shape: Shape])[] = [
  ["azure-native:compute:VirtualMachine", "resourceGroupName", false, text],
  ["azure-native:compute:VirtualMachine", "priority", true, open("VirtualMachinePriorityTypes")],
  ["azure-native:compute:VirtualMachine", "securityProfile", true, structure("SecurityProfileArgs")],
  ["azure-native:compute:VirtualMachine", "zones", true, list(text)],
  ["azure-native:compute:VirtualMachine", "tags", true, { kind: "record", of: text }],
  ["azure-native:compute:DiskEncryptionSet", "encryptionType", true, open("DiskEncryptionSetType")],
  ["azure-native:compute:DiskEncryptionSet", "activeKey", true, structure("KeyForDiskEncryptionSetArgs")],
  ["azure-native:containerservice:AgentPool", "resourceName", false, text],
  ["azure-native:containerservice:AgentPool", "gpuProfile", true, structure("GPUProfileArgs", "containerservice")],
  ["azure-native:containerservice:AgentPool", "enableFIPS", true, { kind: "boolean" }],
  ["azure-native:containerservice:AgentPool", "osSKU", true, open("OSSKU", "containerservice")],
  ["azure-native:keyvault:Key", "properties", false, structure("KeyPropertiesArgs", "keyvault")],
  ["azure-native:authorization:PolicyDefinition", "policyRule", true, { kind: "any" }],
  ["gcp:compute/instance:Instance", "machineType", false, text],
  ["gcp:compute/instance:Instance", "networkInterfaces", false, list(structure("InstanceNetworkInterface"))],
  ["gcp:compute/instance:Instance", "metadata", true, { kind: "record", of: text }],
  ["gcp:container/nodePool:NodePool", "cluster", false, text],
  ["gcp:container/nodePool:NodePool", "nodeConfig", true, structure("NodePoolNodeConfig", "container")],
  ["gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "member", false, text],
  ["gcp:projects/iAMMember:IAMMember", "role", false, text],
];

describe("what the published declarations demand", () => {
  it.each(properties)("%s: %s", (token, name, optional, shape) => {
    const types = token.startsWith("gcp:") ? gcpTypes : azureTypes;
    expect(types.resource(token)?.args.properties[name]).toMatchObject({ optional, shape });
  });

  it("follows names into structures and enumerations", () => {
    expect(azureTypes.structure("compute", "UefiSettingsArgs")).toEqual({
      properties: {
        secureBootEnabled: { shape: { kind: "boolean" }, optional: true },
        vTpmEnabled: { shape: { kind: "boolean" }, optional: true },
      },
    });
    expect(azureTypes.enumeration("compute", "SecurityEncryptionTypes")).toEqual([
      "VMGuestStateOnly",
      "DiskWithVMGuestState",
      "NonPersistedTPM",
    ]);
    expect(azureTypes.structure("compute", "OSDiskArgs")?.properties.createOption?.optional).toBe(false);
    expect(gcpTypes.structure("container", "NodePoolNodeConfigConfidentialNodes")?.properties.enabled).toMatchObject({
      optional: false,
      shape: { kind: "boolean" },
    });
  });

  it("finds the values that Google's descriptions name", () => {
    const documented = (structure: string, property: string) =>
      gcpTypes.structure("compute", structure)?.properties[property]?.documented;
    expect(documented("InstanceConfidentialInstanceConfig", "confidentialInstanceType")).toEqual(
      expect.arrayContaining(["SEV", "SEV_SNP", "TDX"]),
    );
    expect(documented("InstanceScheduling", "instanceTerminationAction")).toEqual(["STOP", "DELETE"]);
    expect(documented("InstanceScheduling", "onHostMaintenance")).toEqual(["MIGRATE", "TERMINATE"]);
  });

  it("has outputs, forms of ids, and nothing of types that are not there", () => {
    const instance = gcpTypes.resource("gcp:compute/instance:Instance");
    expect(instance?.outputs).toMatchObject({ instanceId: "string", networkInterfaces: "array", scheduling: "other" });
    expect(instance?.importIds[0]).toBe("projects/{{project}}/zones/{{zone}}/instances/{{name}}");
    for (const token of ["gcp:compute/instanc:Instanc", "gcp:../x:Y", "azure-native:compute:Nothing", "azure-native::"])
      expect((token.startsWith("gcp:") ? gcpTypes : azureTypes).resource(token), token).toBeUndefined();
  });

  it("reads every module's structures without a name that leads nowhere", () => {
    const lost: string[] = [];
    for (const [types, modules] of [
      [azureTypes, ["compute", "containerservice", "keyvault", "network", "authorization", "attestation"]],
      [gcpTypes, ["compute", "container", "kms", "iam", "orgpolicy", "accesscontextmanager"]],
    ] as const)
      for (const module of modules) {
        const structures = types.structuresOf(module);
        expect(Object.keys(structures).length, module).toBeGreaterThan(0);
        for (const [name, { properties }] of Object.entries(structures))
          for (const [property, { shape }] of Object.entries(properties))
            lost.push(...unfound(types, shape).map((missing) => `${module}.${name}.${property}: ${missing}`));
      }
    expect(lost).toEqual([]);
  });
});

function unfound(types: SdkTypes, shape: Shape): string[] {
  switch (shape.kind) {
    case "array":
    case "record":
      return unfound(types, shape.of);
    case "union":
      return shape.of.flatMap((each) => unfound(types, each));
    case "structure":
      return types.structure(shape.module, shape.name) ? [] : [`inputs.${shape.module}.${shape.name}`];
    case "enumeration":
      return types.enumeration(shape.module, shape.name) ? [] : [`enums.${shape.module}.${shape.name}`];
    default:
      return [];
  }
}

describe("what is kept on disk", () => {
  const cache = mkdtempSync(join(tmpdir(), "sdk-types-"));
  afterAll(() => rmSync(cache, { recursive: true }));
  const types = () => new SdkTypes({ root: join(root, "node_modules/@pulumi/gcp"), cache });

  it("is the same, under the SDK's version, and is read instead of the declarations", () => {
    const token = "gcp:kms/keyRing:KeyRing";
    const read = types().resource(token);
    expect(types().resource(token)).toEqual(read);
    const [folder = ""] = readdirSync(join(cache, "sdk-types"));
    expect(folder).toMatch(/^gcp-\d+\.\d+\.\d+-[0-9a-f]{12}$/);
    const [file = "", ...others] = readdirSync(join(cache, "sdk-types", folder));
    expect(others).toEqual([]);
    const path = join(cache, "sdk-types", folder, file);
    writeFileSync(path, readFileSync(path, "utf8").replace('"location"', '"place"'));
    utimesSync(path, 0, 0);
    expect(Object.keys(types().resource(token)?.args.properties ?? {})).toContain("place");
  });

  it("is done without where nothing can be kept", () => {
    const file = join(cache, "file");
    writeFileSync(file, "");
    const withoutCache = new SdkTypes({ root: join(root, "node_modules/@pulumi/gcp"), cache: file });
    expect(withoutCache.resource("gcp:kms/keyRing:KeyRing")).toBeDefined();
  });
});
