import * as authorization from "@pulumi/azure-native/authorization";
import * as compute from "@pulumi/azure-native/compute";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as instances from "@pulumi/gcp/compute";
import * as container from "@pulumi/gcp/container";
import { describe, expect, inject, it } from "vitest";
import type { Run } from "../../../tooling/clouds/plan";
import { OfflineStack } from "../../../tooling/clouds/plan";

// Programs with one mistake each, against the stand-ins: what the SDKs' types let through a cast, or cannot say at all.

const config = { role: "keys" } as never;

async function previewed(
  program: () => void,
  { sections = {}, pack = "audit" as "audit" | "strict", then = "preview" as "preview" | "up" } = {},
): Promise<Run> {
  const { binDir, pulumiRoot } = inject("toolchain");
  const engine = { binDir, pulumiRoot };
  const made = () => {
    program();
    return Promise.resolve({});
  };
  const stack = await OfflineStack.open({ config, sections, pack, engine, program: made });
  try {
    return await stack[then]();
  } finally {
    stack.close();
  }
}

const resourceGroupName = "group";

const mistakes: readonly (readonly [what: string, program: () => void, refusal: string])[] = [
  [
    "a misspelt property",
    () =>
      void new compute.VirtualMachine("vm", {
        resourceGroupName,
        securityProfile: { uefiSettings: { vtpmEnabled: true } as object },
      }),
    "securityProfile.uefiSettings.vtpmEnabled: no such property; write vTpmEnabled instead",
  ],
  [
    "an enumeration's value in another spelling",
    () =>
      void new compute.VirtualMachine("vm", {
        resourceGroupName,
        securityProfile: { securityType: "CONFIDENTIAL_VM" },
      }),
    'securityProfile.securityType: "CONFIDENTIAL_VM" is not how the value is spelt; write "ConfidentialVM"',
  ],
  [
    "a documented value in another spelling",
    () =>
      void new instances.Instance("vm", {
        machineType: "a3-highgpu-1g",
        zone: "us-central1-a",
        bootDisk: {},
        networkInterfaces: [{ network: "default" }],
        confidentialInstanceConfig: { confidentialInstanceType: "tdx" },
      }),
    'confidentialInstanceConfig.confidentialInstanceType: "tdx" is not how the value is spelt; write "TDX"',
  ],
  [
    "a missing property",
    () =>
      void new container.NodePool("pool", {
        cluster: "cluster",
        nodeConfig: { confidentialNodes: { confidentialInstanceType: "TDX" } as never },
      }),
    "nodeConfig.confidentialNodes.enabled: is missing; add true or false",
  ],
];

describe("a plan without a network refuses", () => {
  it.each(mistakes)("%s, with path and remedy", async (_, program, refusal) => {
    const { says } = await previewed(program);
    expect(says.refusals).toEqual([expect.stringContaining(refusal)]);
  });

  it("a second resource where there is room for one", async () => {
    const role = { principalId: "p", roleDefinitionId: "r", scope: "/subscriptions/s", roleAssignmentName: "n" };
    const { says } = await previewed(
      () => ["one", "two"].forEach((name) => new authorization.RoleAssignment(name, role)),
      { then: "up" },
    );
    expect(says.refusals.join()).toMatch(/roleAssignments\/n is there already, made as (one|two)/);
  });

  it("a question that only the cloud can answer", async () => {
    const { says } = await previewed(() => void instances.getZones({ region: "us-central1" }));
    expect(says.refusals.join()).toContain(
      "gcp:compute/getZones:getZones asks the cloud, and a plan without a network has no answer",
    );
  });

  it("what the pack refuses, unless the stack's configuration excepts it", async () => {
    const open = () =>
      void new keyvault.Vault("open", {
        resourceGroupName,
        properties: {
          sku: { family: "A", name: "premium" },
          tenantId: "22222222-2222-4222-8222-222222222222",
          enableRbacAuthorization: true,
          publicNetworkAccess: "Disabled",
          networkAcls: { defaultAction: "Deny", bypass: "None" },
        },
      });
    const rule = "azure-keys-purge-protected";
    const refused = await previewed(open, { pack: "strict" });
    expect(refused.says.violations).toMatchObject([
      { rule, resource: "open", path: "properties.enablePurgeProtection", level: "mandatory" },
    ]);
    const until = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    const exceptions = [{ rule, resource: "open", reason: "a trial", owner: "carol", until }];
    const borne = await previewed(open, { pack: "strict", sections: { exceptions } });
    expect(borne.says).toMatchObject({ violations: [], refusals: [], exceptionUses: [{ rule, resource: "open" }] });
  });
});
