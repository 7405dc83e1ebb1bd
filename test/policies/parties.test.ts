import { describe, expect, it } from "vitest";
import { azureAgentPool, azureMachine } from "../../policies/examples/azure";
import { gcpMachine, gcpNodePool } from "../../policies/examples/gcp";
import { nodeDeployment, nodeGpuOperator } from "../../policies/examples/nodes";
import { keyBrokerConfiguration } from "../../policies/examples/trustee";
import type { Resource } from "../../policies/rule";
import { partiesApart } from "../../policies/rules/attestation/partiesApart";
import { withValue } from "../support/factory";

const beside = (resource: Resource) => partiesApart.evaluate([keyBrokerConfiguration, resource]).findings.length;

describe("a key broker in one stack", () => {
  it.each([azureAgentPool, azureMachine, gcpNodePool, gcpMachine, nodeDeployment, nodeGpuOperator])(
    "with $type $name is refused",
    (resource) => expect(beside(resource)).toBe(1),
  );

  it("with confidential machines of the owner's own, which have no GPU, is not", () => {
    const size = ["props", "hardwareProfile", "vmSize"];
    expect(beside(withValue(azureMachine, size, "Standard_DC4as_v5"))).toBe(0);
    expect(beside(withValue(azureAgentPool, ["props", "vmSize"], "Standard_DC4as_v5"))).toBe(0);
  });
});
