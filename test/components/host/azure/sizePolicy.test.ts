import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AzureSizePolicy } from "../../../../components/host/azure/sizePolicy";
import { tokens } from "../../../../components/tokens";
import { azureOutputs, made, quiet } from "../../../support/azure";
import type { Recording } from "../../../support/registrations";
import { recordRegistrations } from "../../../support/registrations";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations(azureOutputs);
});
// What was refused is registered all the same, a little later.
afterEach(quiet);

describe("AzureSizePolicy", () => {
  it("denies in the resource group, and tells pools of AKS as well", async () => {
    new AzureSizePolicy("sizes", { resourceGroupId: "/subscriptions/s/resourceGroups/factory", uniqueBy: "s/factory" });
    const children = await made(recording, "sizes", tokens.azureSizePolicy);
    expect(children["sizes-definition"]?.inputs).toMatchObject({ policyType: "Custom", mode: "All" });
    expect(children["sizes-definition"]?.inputs).toHaveProperty("policyRule.then.effect", "deny");
    expect(children["sizes-assignment"]?.inputs).toMatchObject({
      policyDefinitionId: "sizes-definition-id",
      scope: "/subscriptions/s/resourceGroups/factory",
      enforcementMode: "Default",
    });
  });

  it("has a name of its own in the subscription", async () => {
    const names: unknown[] = [];
    for (const uniqueBy of ["s/one", "s/two"]) {
      recording = recordRegistrations(azureOutputs);
      new AzureSizePolicy("sizes", { resourceGroupId: "x", uniqueBy });
      names.push(
        (await made(recording, "sizes", tokens.azureSizePolicy))["sizes-definition"]?.inputs.policyDefinitionName,
      );
    }
    expect(names[0]).toMatch(/^trustfoundry-confidential-[0-9a-f]{10}$/);
    expect(names[1]).not.toBe(names[0]);
  });
});
