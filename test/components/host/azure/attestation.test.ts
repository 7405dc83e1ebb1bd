import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AzureAttestation } from "../../../../components/host/azure/attestation";
import { tokens } from "../../../../components/tokens";
import { azureOutputs, made, quiet } from "../../../support/azure";
import { valueOf } from "../../../support/mocks";
import type { Recording } from "../../../support/registrations";
import { recordRegistrations, refusal } from "../../../support/registrations";

const place = { resourceGroupName: "factory", location: "eastus2" };

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations(azureOutputs);
});
// What was refused is registered all the same, a little later.
afterEach(quiet);

describe("AzureAttestation", () => {
  it("is the region's shared authority, for which nothing is made", async () => {
    const attestation = new AzureAttestation("maa", { ...place, kind: "shared", uniqueBy: "x" });
    expect(await made(recording, "maa", tokens.azureAttestation)).toEqual({});
    expect(await valueOf(attestation.authority)).toBe("https://sharedeus2.eus2.attest.azure.net");
    expect(attestation.identity).toBe("https://sharedeus2.eus2.attest.azure.net");
  });

  it("or a provider of one's own, named by what it is for", async () => {
    const attestation = new AzureAttestation("maa", { ...place, kind: "own", uniqueBy: "subscription/factory" });
    const children = await made(recording, "maa", tokens.azureAttestation);
    const { providerName } = children["maa-provider"]?.inputs ?? {};
    expect(providerName).toMatch(/^tf[0-9a-f]{10}$/);
    expect(attestation.identity).toBe(`own:${String(providerName)}`);
    expect(await valueOf(attestation.authority)).toBe(`https://${String(providerName)}.eus2.attest.azure.net`);
  });

  it("is refused where no shared authority is known", () => {
    const said = refusal(
      () => new AzureAttestation("maa", { ...place, location: "norwayeast", kind: "shared", uniqueBy: "x" }),
    );
    expect(said).toContain('the shared authority of "norwayeast" is not known; write kind: own');
  });
});
