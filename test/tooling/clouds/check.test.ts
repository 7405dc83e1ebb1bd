import { describe, expect, it } from "vitest";
import { typeProblems } from "../../../tooling/clouds/check";
import { azureTypes, gcpTypes, outputValue, secretValue, unknownOutput, unknownValue } from "./support";

const vm = "azure-native:compute:VirtualMachine";
const instance = "gcp:compute/instance:Instance";
const pool = "gcp:container/nodePool:NodePool";

const machine = (rest: object) => ({ resourceGroupName: "group", ...rest });
const computed = (rest: object) => ({
  machineType: "a3-highgpu-1g",
  bootDisk: {},
  networkInterfaces: [{ network: "default" }],
  ...rest,
});
const osDisk = (rest: object) => machine({ storageProfile: { osDisk: { createOption: "FromImage", ...rest } } });

const refused: readonly (readonly [what: string, token: string, inputs: object, problem: string])[] = [
  [
    "a misspelt property",
    vm,
    machine({ securityProfile: { uefiSettings: { vtpmEnabled: true } } }),
    "securityProfile.uefiSettings.vtpmEnabled: no such property; write vTpmEnabled instead",
  ],
  [
    "a property that resembles none",
    vm,
    machine({ billingProfile: { zzzz: 1 } }),
    "billingProfile.zzzz: no such property; remove it; known here: maxPrice",
  ],
  [
    "an open enumeration's value in another spelling",
    vm,
    osDisk({ managedDisk: { securityProfile: { securityEncryptionType: "DISK_WITH_VM_GUEST_STATE" } } }),
    'storageProfile.osDisk.managedDisk.securityProfile.securityEncryptionType: "DISK_WITH_VM_GUEST_STATE" is not how the value is spelt; write "DiskWithVMGuestState"',
  ],
  [
    "a closed enumeration's value that is none",
    vm,
    osDisk({ caching: "Often" }),
    'storageProfile.osDisk.caching: "Often" is not among its values; write one of "None", "ReadOnly", "ReadWrite"',
  ],
  ["a missing property", vm, {}, "resourceGroupName: is missing; add a text"],
  [
    "a missing property further in",
    pool,
    { cluster: "c", nodeConfig: { confidentialNodes: { confidentialInstanceType: "TDX" } } },
    "nodeConfig.confidentialNodes.enabled: is missing; add true or false",
  ],
  [
    "a text for a number",
    vm,
    osDisk({ diskSizeGB: "100" }),
    'storageProfile.osDisk.diskSizeGB: "100" is not of its type; write a number',
  ],
  [
    "a structure for a list",
    instance,
    computed({ guestAccelerators: { type: "nvidia-h100-80gb", count: 1 } }),
    "guestAccelerators: a structure is not of its type; write a list, each a structure with count, type",
  ],
  ["an item of a list", instance, computed({ tags: ["a", 5] }), "tags[1]: 5 is not of its type; write a text"],
  [
    "a value of a map",
    instance,
    computed({ metadata: { "tee-install-gpu-driver": true } }),
    'metadata["tee-install-gpu-driver"]: true is not of its type; write a text',
  ],
  [
    "a documented value in another spelling",
    instance,
    computed({ confidentialInstanceConfig: { confidentialInstanceType: "sev-snp" } }),
    'confidentialInstanceConfig.confidentialInstanceType: "sev-snp" is not how the value is spelt; write "SEV_SNP"',
  ],
  ["nothing but a missing value", instance, computed({ bootDisk: null }), "bootDisk: is missing; add a structure"],
  [
    "a secret, without showing it",
    instance,
    computed({ zone: secretValue({ hidden: "word" }) }),
    "zone: the secret value is not of its type; write a text",
  ],
  [
    "what is in a secret, without showing it",
    instance,
    computed({ confidentialInstanceConfig: secretValue({ confidentialInstanceType: "tdx" }) }),
    'confidentialInstanceConfig.confidentialInstanceType: the secret value is not how the value is spelt; write "TDX"',
  ],
];

const accepted: readonly (readonly [what: string, token: string, inputs: object])[] = [
  ["a size that the enumeration lacks", vm, machine({ hardwareProfile: { vmSize: "Standard_NCC40ads_H100_v5" } })],
  [
    "Ubuntu2404, which the enumeration lacks",
    "azure-native:containerservice:AgentPool",
    machine({ resourceName: "c", osSKU: "Ubuntu2404" }),
  ],
  ["an unknown value", instance, computed({ machineType: unknownValue, bootDisk: unknownOutput })],
  ["what is in an output", instance, computed({ machineType: outputValue("a3-highgpu-1g"), tags: outputValue(["a"]) })],
  ["a secret", instance, computed({ metadata: secretValue({ key: "value" }) })],
  [
    "any content of a policy's rule",
    "azure-native:authorization:PolicyDefinition",
    { policyRule: { if: { field: "type", equals: ["x", 1] } } },
  ],
  ["two of a list's properties that are null", instance, computed({ labels: null, tags: undefined })],
];

const problemsOf = (token: string, inputs: object) =>
  typeProblems(token.startsWith("gcp:") ? gcpTypes : azureTypes, token, inputs);

describe("inputs and the SDKs' types", () => {
  it.each(refused)("refuse %s", (_, token, inputs, problem) => {
    expect(problemsOf(token, inputs)).toEqual([problem]);
  });

  it.each(accepted)("take %s", (_, token, inputs) => {
    expect(problemsOf(token, inputs)).toEqual([]);
  });

  it("refuse types that the SDK has not", () => {
    expect(problemsOf("gcp:compute/instanc:Instanc", {})).toEqual([
      expect.stringMatching(/^@pulumi\/gcp \S+ has no resource type gcp:compute\/instanc:Instanc; correct the type$/),
    ]);
  });

  it("are not fooled by names that every object has", () => {
    expect(problemsOf(vm, machine({ constructor: {} }))[0]).toMatch(/^constructor: no such property/);
  });
});
