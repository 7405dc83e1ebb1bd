import { describe, expect, it } from "vitest";
import type { Breakage } from "../../policies/breakage";
import { broken } from "../../policies/breakage";
import { azureType } from "../../policies/azure";
import { demands, policyOf } from "../../policies/azureReleasePolicy";
import {
  azureAgentPool,
  azureCluster,
  azureDiskEncryptionSet,
  azureDiskKey,
  azureMachine,
  azureNetworkInterface,
  azureScaleSet,
  releasePolicyData,
} from "../../policies/examples/azure";
import { Place } from "../../policies/place";
import { writeEdits } from "../../policies/remediation";
import type { Resource } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { asTheSdkShowsThem, found, ruleOf, unknownValue, withInput } from "./support";

const retyped = (resource: Resource, type: string): Resource => ({ ...resource, type });
const cloudRules = rules.filter(
  ({ id, scope }) => /^(azure-|passthrough-on-bare-metal$)/.test(id) && scope === "resource",
);

describe("types of azure-native", () => {
  it.each([
    ["azure-native:compute:VirtualMachine", "compute:VirtualMachine"],
    ["azure-native:compute/v20240701:VirtualMachine", "compute:VirtualMachine"],
    ["azure-native:containerservice/v20250901preview:AgentPool", "containerservice:AgentPool"],
    ["azure-native_compute_v20251101:compute:VirtualMachine", "compute:VirtualMachine"],
    ["azure:compute/linuxVirtualMachine:LinuxVirtualMachine", undefined],
    ["kubernetes:core/v1:Node", undefined],
  ])("%s is %s", (type, expected) => {
    expect(azureType({ type, name: "x", props: {} })).toBe(expected);
  });

  it("are refused in a dated form as well as in the plain one, every mistake of every rule", () => {
    const cases = cloudRules.flatMap((rule) => rule.breakages.map((breakage) => ({ rule, breakage })));
    expect(cases.length).toBeGreaterThan(40);
    for (const { rule, breakage } of cases) {
      const dated = broken(rule.compliant, breakage).map((resource) =>
        retyped(resource, resource.type.replace(/^azure-native:(\w+):/, "azure-native:$1/v20240701:")),
      );
      const paths = new Set(rule.evaluate(dated).findings.map(({ path }) => path));
      expect([...paths], `${rule.id}: ${breakage.mistake}`).toEqual([breakage.expect]);
    }
  });
});

describe("machines", () => {
  const batch: Resource = {
    type: "azure-native:batch:Pool",
    name: "batch",
    props: {
      vmSize: "Standard_NCC40ads_H100_v5",
      deploymentConfiguration: {
        virtualMachineConfiguration: {
          securityProfile: { securityType: "confidentialVM", uefiSettings: { vTpmEnabled: true } },
        },
      },
    },
  };

  it("of a batch pool are confidential by their security profile, too", () => {
    expect(found("azure-cvm-all-or-nothing", batch)).toEqual([]);
    const open = {
      ...batch,
      props: { ...batch.props, deploymentConfiguration: { virtualMachineConfiguration: { nodeAgentSkuId: "ubuntu" } } },
    };
    expect(found("azure-cvm-all-or-nothing", open)).toEqual([
      ["batch", "deploymentConfiguration.virtualMachineConfiguration.securityProfile.securityType"],
    ]);
  });

  it("without anything confidential about them are nobody's business", () => {
    const plain: Resource = {
      type: "azure-native:compute:VirtualMachine",
      name: "jump-host",
      props: {
        hardwareProfile: { vmSize: "Standard_D2s_v5" },
        securityProfile: { securityType: "TrustedLaunch" },
        storageProfile: {
          imageReference: { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "server", version: "latest" },
        },
      },
    };
    for (const rule of cloudRules) expect(rule.evaluate([plain]).findings, rule.id).toEqual([]);
  });

  it("of confidential CPUs are held to the same, GPU or not", () => {
    for (const size of ["Standard_DC4as_v5", "Standard_EC8ads_v5", "Standard_DC2es_v6"])
      expect(found("azure-cvm-all-or-nothing", sized(size)), size).toEqual([]);
    for (const size of ["Standard_DC4s_v3", "Standard_D4as_v5", "Standard_NC40ads_H100_v5"])
      expect(found("azure-cvm-all-or-nothing", sized(size)), size).toEqual([["node", "hardwareProfile.vmSize"]]);
  });

  it("with VMGuestStateOnly are free not to boot securely", () => {
    const open = broken([azureScaleSet], {
      mistake: "",
      path: "/virtualMachineProfile/securityProfile/uefiSettings/secureBootEnabled",
      value: false,
      expect: "",
    });
    expect(found("azure-secure-boot", ...open)).toEqual([]);
    expect(found("azure-encryption-matrix", ...open)).toEqual([]);
  });

  it("whose size is not known yet are not passed in silence", () => {
    const resources = asTheSdkShowsThem(withInput([azureMachine], 0, ["hardwareProfile", "vmSize"], unknownValue));
    expect(
      ruleOf("azure-region-offered")
        .evaluate(resources)
        .unknown.map(({ path }) => path),
    ).toEqual(["hardwareProfile.vmSize"]);
  });

  it("may name their region as the portal does", () => {
    const { props } = azureMachine;
    expect(found("azure-region-offered", { ...azureMachine, props: { ...props, location: "East US 2" } })).toEqual([]);
    expect(found("azure-region-offered", { ...azureMachine, props: { ...props, location: undefined } })).toEqual([]);
  });

  function sized(vmSize: string): Resource {
    return { ...azureMachine, props: { ...azureMachine.props, hardwareProfile: { vmSize } } };
  }
});

describe("node pools", () => {
  it("are the same on their own and inside a cluster", () => {
    const rule = ruleOf("azure-gpu-node-pool");
    for (const breakage of rule.breakages.filter(({ resource }) => !resource)) {
      const [pool] = broken([azureAgentPool], breakage);
      const cluster = { ...azureCluster, props: { ...azureCluster.props, agentPoolProfiles: [pool?.props] } };
      expect(found(rule.id, cluster), breakage.mistake).toEqual([
        ["factory-cluster", `agentPoolProfiles[0].${breakage.expect}`],
      ]);
    }
  });

  it("have their driver left to the GPU Operator by pack remediate", () => {
    const rule = ruleOf("azure-gpu-node-pool");
    for (const { index, key } of [
      { index: 0, key: "left to AKS" },
      { index: 1, key: "inside a cluster" },
    ]) {
      const breakage = rule.breakages.find(({ mistake }) => mistake.includes(key));
      const [before] = broken(rule.compliant, breakage as Breakage).slice(index);
      const props = structuredClone(before?.props) as Record<string, unknown>;
      expect(writeEdits(props, rule.remediate?.(before as Resource, { digestOf: () => undefined }) ?? [])).toBe(true);
      expect(props).toEqual(rule.compliant[index]?.props);
    }
    expect([...(rule.remediate?.(azureCluster, { digestOf: () => undefined }) ?? [])]).toEqual([]);
  });

  it("without a confidential GPU may leave the driver to AKS", () => {
    const pool = { ...azureAgentPool, props: { vmSize: "Standard_NC24ads_A100_v4", enableFIPS: true } };
    expect(found("azure-gpu-node-pool", pool)).toEqual([]);
  });
});

describe("what lies beside a machine", () => {
  const fast = {
    ...azureNetworkInterface,
    props: { ...azureNetworkInterface.props, enableAcceleratedNetworking: true },
  };
  const ordinarySet = {
    ...azureDiskEncryptionSet,
    props: { ...azureDiskEncryptionSet.props, encryptionType: "EncryptionAtRestWithCustomerKey" },
  };

  it("is judged only where a confidential machine uses it", () => {
    expect(found("azure-nic-plain", fast)).toEqual([]);
    expect(found("azure-nic-plain", fast, { ...azureMachine, dependsOn: [] })).toEqual([]);
    expect(found("azure-nic-plain", fast, azureMachine)).toEqual([["node-nic", "enableAcceleratedNetworking"]]);
    expect(found("azure-disk-key-confidential", ordinarySet)).toEqual([]);
  });

  it("may be an ordinary set for data disks, beside a confidential one", () => {
    const data = { ...ordinarySet, name: "data", urn: "urn:data" };
    const both = { ...azureMachine, dependsOn: [...(azureMachine.dependsOn ?? []), "urn:data"] };
    expect(found("azure-disk-key-confidential", data, azureDiskEncryptionSet, both)).toEqual([]);
    expect(found("azure-disk-key-confidential", data, { ...azureMachine, dependsOn: ["urn:data"] })).toEqual([
      ["data", "encryptionType"],
    ]);
  });
});

describe("release policies", () => {
  const keyWith = (data: unknown) => {
    const properties = Place.root(azureDiskKey.props).at("properties");
    return { resource: azureDiskKey, properties, data: Place.root({ data }).at("data") };
  };

  it.each([
    ["plain JSON", '{"version":"1.0.0"}'],
    ["ordinary base64 with its own letters", "eyJhIjoi+/=="],
    ["no JSON inside", Buffer.from("version").toString("base64url")],
    ["nothing", ""],
    ["a number", 7],
  ])("are not read from %s", (_, data) => {
    expect(policyOf(keyWith(data))).toBeUndefined();
  });

  it("are read from base64url, and point inside", () => {
    const policy = policyOf(keyWith(releasePolicyData({ version: "1.0.0", anyOf: [{ authority: "x" }] })));
    expect(policy?.at("anyOf", 0, "authority").path).toBe("data#anyOf[0].authority");
  });

  it.each([
    [{ claim: "a", equals: 1 }, true],
    [{ claim: "b", equals: 1 }, false],
    [{ claim: "a", notEquals: 1 }, false],
    [
      {
        allOf: [
          { claim: "b", equals: 1 },
          { claim: "a", equals: 1 },
        ],
      },
      true,
    ],
    [
      {
        anyOf: [
          { claim: "b", equals: 1 },
          { claim: "a", equals: 1 },
        ],
      },
      false,
    ],
    [{ anyOf: [{ claim: "a", equals: 1 }, { allOf: [{ claim: "a", equals: 1 }] }] }, true],
    [{ anyOf: [] }, false],
    [{}, false],
  ])("demand a claim where nothing holds without it: %j is %s", (condition, expected) => {
    expect(demands(Place.root(condition), (claim, value) => claim === "a" && value === 1)).toBe(expected);
  });

  it("may accept either processor, as Microsoft's own does", () => {
    const either = {
      version: "1.0.0",
      anyOf: [
        {
          authority: "https://sharedweu.weu.attest.azure.net/",
          allOf: [
            { claim: "x-ms-compliance-status", equals: "azure-compliant-cvm" },
            {
              anyOf: [
                { claim: "x-ms-attestation-type", equals: "tdxvm" },
                { claim: "x-ms-attestation-type", equals: "sevsnpvm" },
              ],
            },
          ],
        },
      ],
    };
    const [key] = broken([azureDiskKey], {
      mistake: "",
      path: "/properties/releasePolicy/data",
      value: releasePolicyData(either),
      expect: "",
    });
    for (const rule of cloudRules) expect(rule.evaluate([key as Resource]).findings, rule.id).toEqual([]);
  });
});
