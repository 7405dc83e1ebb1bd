import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AzureNetwork } from "../../../../components/host/azure/network";
import { tokens } from "../../../../components/tokens";
import { azureOutputs, made, quiet } from "../../../support/azure";
import { valueOf } from "../../../support/mocks";
import type { Recording } from "../../../support/registrations";
import { childrenOf, named, recordRegistrations, refusal } from "../../../support/registrations";

const place = { resourceGroupName: "factory", location: "eastus2" };

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations(azureOutputs);
});
// What was refused is registered all the same, a little later.
afterEach(quiet);

describe("AzureNetwork", () => {
  it("has one address on the internet, of the NAT gateway alone", async () => {
    const network = new AzureNetwork("net", { ...place, cidr: "10.42.0.0/16" });
    const children = await made(recording, "net", tokens.azureNetwork);
    expect(Object.keys(children).sort()).toEqual([
      "net-egress",
      "net-machines",
      "net-machines-subnet",
      "net-nat",
      "net-nodes",
      "net-nodes-subnet",
      "net-virtual",
    ]);
    const withAddress = Object.entries(children).filter(([, { inputs }]) =>
      JSON.stringify(inputs).includes("net-egress-id"),
    );
    expect(withAddress.map(([name]) => name)).toEqual(["net-nat"]);
    for (const subnet of ["net-nodes-subnet", "net-machines-subnet"])
      expect(children[subnet]?.inputs).toMatchObject({
        natGateway: { id: "net-nat-id" },
        defaultOutboundAccess: false,
        virtualNetworkName: "net",
      });
    expect(children["net-nodes-subnet"]?.inputs.addressPrefix).toBe("10.42.0.0/17");
    expect(children["net-machines-subnet"]?.inputs.addressPrefix).toBe("10.42.128.0/17");
    expect(named(recording, "net-machines-subnet").dependencies).toContain("net-nodes-subnet");
    expect(await valueOf(network.egressAddress)).toBe("192.0.2.10");
  });

  it("lets nobody in from the internet, and SSH and HTTPS from its own network to machines", async () => {
    new AzureNetwork("net", { ...place, cidr: "10.42.0.0/16" });
    const children = await made(recording, "net", tokens.azureNetwork);
    const rulesOf = (group: string) =>
      (children[group]?.inputs.securityRules as Record<string, unknown>[]).map(
        ({ access, sourceAddressPrefix, destinationPortRange, direction }) =>
          `${String(direction)} ${String(access)} ${String(sourceAddressPrefix)} ${String(destinationPortRange)}`,
      );
    expect(rulesOf("net-nodes")).toEqual(["Inbound Deny Internet *"]);
    expect(rulesOf("net-machines")).toEqual([
      "Inbound Allow VirtualNetwork 22",
      "Inbound Allow VirtualNetwork 443",
      "Inbound Deny * *",
    ]);
  });

  it("refuses ranges that do not serve, before anything is registered below it", async () => {
    const said = refusal(() => new AzureNetwork("net", { ...place, cidr: "10.42.0.0/24" }));
    expect(said).toContain('cidr: "10.42.0.0/24" is no network of /16 to /20; write one such as 10.42.0.0/16');
    await quiet();
    expect(childrenOf(recording, "net")).toEqual([]);
  });
});
