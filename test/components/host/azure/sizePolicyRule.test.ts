import { describe, expect, it } from "vitest";
import { sizePolicyRule } from "../../../../components/host/azure/sizePolicyRule";

type Fields = Readonly<Record<string, unknown>>;

/** Azure Policy's own semantics, as far as the rule uses them (Microsoft Learn, definition structure policy rule). */
function holds(condition: Fields, fields: Fields): boolean {
  if (condition.anyOf) return (condition.anyOf as Fields[]).some((each) => holds(each, fields));
  if (condition.allOf) return (condition.allOf as Fields[]).every((each) => holds(each, fields));
  if (condition.not) return !holds(condition.not as Fields, fields);
  if (condition.count) {
    const { field, where } = condition.count as { field: string; where: Fields };
    const items = (fields[field] as Fields[] | undefined) ?? [];
    return items.filter((item) => holds(where, item)).length > Number(condition.greater);
  }
  const value = String(fields[String(condition.field)] ?? "").toLowerCase();
  if ("equals" in condition) return value === String(condition.equals).toLowerCase();
  if ("notEquals" in condition) return value !== String(condition.notEquals).toLowerCase();
  if ("like" in condition) {
    const parts = String(condition.like).toLowerCase().split("*");
    expect(parts.length).toBeLessThanOrEqual(2);
    return parts.length === 1 ? value === parts[0] : value.startsWith(parts[0] ?? "") && value.endsWith(parts[1] ?? "");
  }
  throw new Error(`unknown condition ${JSON.stringify(condition)}`);
}

const denied = (fields: Fields) => holds(sizePolicyRule.if as unknown as Fields, fields);
const machine = (size: string, securityType?: string) => ({
  type: "Microsoft.Compute/virtualMachines",
  "Microsoft.Compute/virtualMachines/sku.name": size,
  "Microsoft.Compute/virtualMachines/securityProfile.securityType": securityType,
});
const cluster = (...sizes: readonly string[]) => ({
  type: "Microsoft.ContainerService/managedClusters",
  "Microsoft.ContainerService/managedClusters/agentPoolProfiles[*]": sizes.map((size) => ({
    "Microsoft.ContainerService/managedClusters/agentPoolProfiles[*].vmSize": size,
  })),
});

it("denies", () => {
  expect(sizePolicyRule.then.effect).toBe("deny");
});

describe("the policy of sizes", () => {
  it.each([
    [machine("Standard_NCC40ads_H100_v5", "ConfidentialVM"), false],
    [machine("standard_dc4as_v5", "ConfidentialVM"), false],
    [machine("Standard_EC96ias_v5", "ConfidentialVM"), false],
    [machine("Standard_DC4es_v6", "ConfidentialVM"), false],
    [machine("Standard_NCC40ads_H100_v5", "TrustedLaunch"), true],
    [machine("Standard_NCC40ads_H100_v5"), true],
    [machine("Standard_NC40ads_H100_v5", "ConfidentialVM"), true],
    [machine("Standard_NCC80ads_H100_v5", "ConfidentialVM"), true],
    [machine("Standard_D4as_v5"), true],
    [machine("Standard_DC4_v2"), true],
    [
      {
        type: "Microsoft.Compute/virtualMachineScaleSets",
        "Microsoft.Compute/virtualMachineScaleSets/sku.name": "Standard_D4s_v5",
      },
      true,
    ],
    [
      {
        type: "Microsoft.Compute/virtualMachineScaleSets",
        "Microsoft.Compute/virtualMachineScaleSets/sku.name": "Standard_NCC40ads_H100_v5",
      },
      false,
    ],
    [
      {
        type: "Microsoft.ContainerService/managedClusters/agentPools",
        "Microsoft.ContainerService/managedClusters/agentPools/vmSize": "Standard_NC40ads_H100_v5",
      },
      true,
    ],
    [
      {
        type: "Microsoft.ContainerService/managedClusters/agentPools",
        "Microsoft.ContainerService/managedClusters/agentPools/vmSize": "Standard_NCC40ads_H100_v5",
      },
      false,
    ],
    [cluster("Standard_DC4as_v5", "Standard_NCC40ads_H100_v5"), false],
    [cluster("Standard_DC4as_v5", "Standard_D4s_v5"), true],
    [{ type: "Microsoft.KeyVault/vaults" }, false],
    [{ type: "Microsoft.Network/networkInterfaces" }, false],
  ])("%j: denied %s", (fields, expected) => {
    expect(denied(fields)).toBe(expected);
  });
});
