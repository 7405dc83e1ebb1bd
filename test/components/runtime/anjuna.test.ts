import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AnjunaPolicyManager } from "../../../components/attestation/anjunaPolicyManager";
import { policyManagerProblems } from "../../../components/attestation/anjunaPolicyManagerPlan";
import type { PartnerChart } from "../../../components/partnerChart";
import { AnjunaRuntime } from "../../../components/runtime/anjuna";
import { anjunaRuntimeProblems, anjunaRuntimeWarnings } from "../../../components/runtime/anjunaPlan";
import { keyAuthorityOf } from "../../../components/verdict/keyAuthority";
import { policyManagerSchema } from "../../../stacks/config/anjuna";
import { settled } from "../../support/mocks";
import type { Recording } from "../../support/registrations";
import { recordRegistrations, refusal } from "../../support/registrations";

const azure = {
  attestationEndpoint: "https://acme.weu.attest.azure.net",
  keyId: `https://acme.managedhsm.azure.net/keys/apm/${"0".repeat(32)}`,
  storageAccount: "acmeapm",
};
const chart: PartnerChart = {
  reference: `oci://registry.example/anjuna/runtime@sha256:${"a".repeat(64)}`,
  version: "1.5.0",
  values: { maa: azure.attestationEndpoint, kek: azure.keyId, account: azure.storageAccount },
  namespace: "anjuna-system",
  releaseName: "anjuna",
  podSecurity: "privileged",
};

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations();
});
afterEach(settled);

const placed = (type: string) => recording.resources.filter((resource) => resource.type.endsWith(type));

describe("Anjuna's runtime", () => {
  it("is the chart that was named, in a namespace of the provider's, and nothing of this project's beside it", async () => {
    new AnjunaRuntime("anjuna", { chart, runtimeClassName: "anjuna-vm" });
    await settled();
    expect(recording.resources.map(({ type }) => type.split(":").at(-1)).sort()).toEqual([
      "AnjunaRuntime",
      "Namespace",
      "Release",
    ]);
    expect(placed(":Namespace")[0]?.inputs).toMatchObject({
      metadata: {
        labels: {
          "trustfoundry.dev/party": "infrastructureProvider",
          "pod-security.kubernetes.io/enforce": "privileged",
        },
      },
    });
    expect(placed(":Release")[0]?.inputs).toMatchObject({
      chart: chart.reference,
      version: "1.5.0",
      atomic: true,
      values: chart.values,
    });
  });

  it("has a RuntimeClass of its own", () => {
    expect(anjunaRuntimeProblems(chart, "kata-remote").join()).toMatch(/is Kata's/);
    expect(anjunaRuntimeProblems(chart, "katamaran")).toEqual([]);
    expect(() => new AnjunaRuntime("anjuna", { chart, runtimeClassName: "kata" })).toThrow(/is Kata's/);
    expect(recording.resources.map(({ type }) => type)).not.toContain("kubernetes:core/v1:Namespace");
  });

  it("says what does not hold for its pods", () => {
    const said = anjunaRuntimeWarnings("anjuna-vm").join(" ");
    for (const part of [/no release, launch measurement, init-data or agent policy/, /Trustee releases no keys/, /GPU/])
      expect(said).toMatch(part);
  });
});

describe("Anjuna's Policy Manager", () => {
  it("is installed in the model owner's cluster, with what it is unsealed by among its values", async () => {
    new AnjunaPolicyManager("apm", { chart: { ...chart, podSecurity: "restricted" }, azure });
    await settled();
    expect(placed(":Namespace")[0]?.inputs).toMatchObject({
      metadata: { labels: { "trustfoundry.dev/party": "modelOwner" } },
    });
  });

  it.each(Object.keys(azure) as (keyof typeof azure)[])("is refused where its values name another %s", (name) => {
    const other = { ...azure, [name]: "other" };
    expect(policyManagerProblems({ chart, azure: other }).join()).toMatch(
      new RegExp(`azure\\.${name}: stands nowhere in chart\\.values`),
    );
    expect(refusal(() => new AnjunaPolicyManager("apm", { chart, azure: other }))).toMatch(/another's/);
    expect(placed(":Release")).toEqual([]);
  });

  it("is graded below a Trustee of the owner's, which such pods cannot ask", () => {
    expect(keyAuthorityOf("anjunaPod", "owner")).toBeUndefined();
    expect(keyAuthorityOf("anjunaPod", "cloud")).toMatchObject({ grade: "asserted by Anjuna and Microsoft" });
  });

  it("has to be accepted as what it is", () => {
    const given = {
      kind: "anjuna",
      keyAuthority: "cloud",
      azure,
      chart: { reference: chart.reference, version: "2.3.0", values: {}, namespace: "apm", podSecurity: "restricted" },
    };
    expect(policyManagerSchema.safeParse(given).success).toBe(true);
    expect(policyManagerSchema.safeParse({ ...given, keyAuthority: "owner" }).success).toBe(false);
    const { keyAuthority, ...without } = given;
    void keyAuthority;
    expect(policyManagerSchema.safeParse(without).success).toBe(false);
    for (const keyId of [azure.keyId.replace(/\/0+$/, ""), azure.keyId.replace("https", "http"), "apm"])
      expect(policyManagerSchema.safeParse({ ...given, azure: { ...azure, keyId } }).success, keyId).toBe(false);
    const values = { token: "CANARY" };
    const refused = policyManagerSchema.safeParse({ ...given, chart: { ...given.chart, values } });
    expect(refused.error?.issues.map(({ path }) => path.join("."))).toEqual(["chart.values.token"]);
    expect(JSON.stringify(refused.error)).not.toContain("CANARY");
  });
});
