import { describe, expect, it } from "vitest";
import { authorityProblem, sharedAuthority } from "../../../components/attestation/azureAuthority";
import type { DiskReleasePolicy, GuestReleasePolicy } from "../../../components/attestation/azureReleasePolicy";
import {
  diskReleasePolicy,
  encodeReleasePolicy,
  guestReleasePolicy,
  placementOf,
} from "../../../components/attestation/azureReleasePolicy";
import { azureDiskKey, azureGuestKey } from "../../../policies/examples/azure";
import { rules } from "../../../policies/rules";
import { withValue } from "../../support/factory";

const eastUs2 = "https://sharedeus2.eus2.attest.azure.net";
const westEurope = "https://sharedweu.weu.attest.azure.net";
const disk = diskReleasePolicy({ authorities: [eastUs2], tee: "snp" });
const guest = guestReleasePolicy({ authorities: [eastUs2], tee: "snp" });
const machine = "b958dc88-e41d-47f1-8d20-e57b6b7e9825";

const decoded = ({ data }: { data: string }) => JSON.parse(Buffer.from(data, "base64url").toString()) as unknown;

describe("release policies", () => {
  it("ask for an OS disk's claims at the root", () => {
    expect(decoded(encodeReleasePolicy(disk))).toEqual({
      version: "1.0.0",
      anyOf: [
        {
          authority: eastUs2,
          allOf: [
            { claim: "x-ms-attestation-type", equals: "sevsnpvm" },
            { claim: "x-ms-compliance-status", equals: "azure-compliant-cvm" },
          ],
        },
      ],
    });
  });

  it("ask for a guest's claims under x-ms-isolation-tee, and for single machines as alternatives without nesting", () => {
    const other = "00000000-0000-4000-8000-000000000001";
    const policy = guestReleasePolicy({ authorities: [westEurope, eastUs2], tee: "snp", machines: [machine, other] });
    const tee = [
      { claim: "x-ms-isolation-tee.x-ms-attestation-type", equals: "sevsnpvm" },
      { claim: "x-ms-isolation-tee.x-ms-compliance-status", equals: "azure-compliant-cvm" },
      { claim: "x-ms-isolation-tee.x-ms-sevsnpvm-is-debuggable", equals: "false" },
    ];
    expect(decoded(encodeReleasePolicy(policy))).toEqual({
      version: "1.0.0",
      anyOf: [eastUs2, westEurope].flatMap((authority) =>
        [other, machine].map((id) => ({
          authority,
          allOf: [...tee, { claim: "x-ms-azurevm-vmid", equals: id.toUpperCase() }],
        })),
      ),
    });
  });

  it("are the same text in whatever order they are described", () => {
    const one = guestReleasePolicy({ authorities: [eastUs2, westEurope], tee: "snp" });
    const other = guestReleasePolicy({ authorities: [`${westEurope}/`, eastUs2.toUpperCase(), eastUs2], tee: "snp" });
    expect(encodeReleasePolicy(other)).toEqual(encodeReleasePolicy(one));
    expect(encodeReleasePolicy(one).data).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(encodeReleasePolicy(one).contentType).toBe("application/json; charset=utf-8");
  });

  it("name the TEE that was asked for", () => {
    for (const make of [diskReleasePolicy, guestReleasePolicy])
      expect(JSON.stringify(make({ authorities: [eastUs2], tee: "tdx" }))).toContain('"tdxvm"');
    // There is no documented claim about a TDX guest's debugging.
    expect(JSON.stringify(guestReleasePolicy({ authorities: [eastUs2], tee: "tdx" }))).not.toContain("debuggable");
  });

  it("pass every rule about keys that are released", () => {
    const released = rules.filter(({ id }) => id.startsWith("azure-release") || id === "azure-disk-key-released");
    expect(released.length).toBe(5);
    for (const { authorities, machines } of [
      { authorities: [eastUs2] },
      { authorities: [eastUs2, westEurope, "https://mine.eus2.attest.azure.net/"], machines: [machine] },
    ]) {
      const keys = [
        { key: azureDiskKey, policy: encodeReleasePolicy(diskReleasePolicy({ authorities, tee: "snp" })) },
        { key: azureGuestKey, policy: encodeReleasePolicy(guestReleasePolicy({ authorities, tee: "snp", machines })) },
      ].map(({ key, policy }) => withValue(key, ["props", "properties", "releasePolicy"], policy));
      for (const rule of released) expect(rule.evaluate(keys).findings, rule.id).toEqual([]);
    }
  });
});

describe("the two placements of claims", () => {
  it("cannot be mixed: the compiler refuses what would never release", () => {
    // @ts-expect-error a guest's policy opens no disk
    const asDisk: DiskReleasePolicy = guest;
    // @ts-expect-error a disk's policy gives no program a key
    const asGuest: GuestReleasePolicy = disk;
    expect([placementOf(asDisk), placementOf(asGuest)]).toEqual(["guest", "platform"]);

    const mixed: GuestReleasePolicy = {
      ...guest,
      anyOf: [
        {
          authority: eastUs2,
          allOf: [
            { claim: "x-ms-isolation-tee.x-ms-attestation-type", equals: "sevsnpvm" },
            // @ts-expect-error no guest's token has this claim
            { claim: "x-ms-compliance-status", equals: "azure-compliant-cvm" },
          ],
        },
      ],
    };
    expect(() => encodeReleasePolicy(mixed)).toThrow("the claim x-ms-compliance-status is in no token");
  });

  it("are refused at run time where a cast got them past the compiler", () => {
    const made = JSON.parse(JSON.stringify(disk)) as DiskReleasePolicy;
    expect(() => encodeReleasePolicy(made)).toThrow("make policies with diskReleasePolicy or guestReleasePolicy");
    const swapped = { ...disk, anyOf: guest.anyOf as unknown as typeof disk.anyOf };
    expect(() => encodeReleasePolicy(swapped)).toThrow("x-ms-isolation-tee.x-ms-attestation-type is in no token");
  });

  it("are refused where a copy lost what it asked for", () => {
    const [first] = disk.anyOf;
    if (!first) throw new Error("a policy without authority");
    expect(() => encodeReleasePolicy({ ...disk, anyOf: [] })).toThrow("it accepts no authority");
    expect(() => encodeReleasePolicy({ ...disk, anyOf: [{ ...first, allOf: [] }] })).toThrow(
      "it does not ask that x-ms-attestation-type is sevsnpvm or tdxvm",
    );
    expect(() => encodeReleasePolicy({ ...disk, anyOf: [{ ...first, allOf: first.allOf.slice(0, 1) }] })).toThrow(
      "it does not ask that x-ms-compliance-status is azure-compliant-cvm",
    );
    const other = [first.allOf[0]!, { ...first.allOf[1]!, equals: "azure-compliant-uvm" }];
    expect(() => encodeReleasePolicy({ ...disk, anyOf: [{ ...first, allOf: other }] })).toThrow(
      "it does not ask that x-ms-compliance-status is azure-compliant-cvm",
    );
    expect(() => encodeReleasePolicy({ ...disk, anyOf: [{ ...first, authority: "https://a.example" }] })).toThrow(
      "is no address of Azure's attestation service",
    );
  });
});

describe("attestation authorities", () => {
  it.each([
    ["http://sharedeus2.eus2.attest.azure.net", "is no address"],
    ["https://attest.example.com", "is no address"],
    ["https://sharedeus2.eus2.attest.azure.net.example.com", "is no address"],
    ["https://user@sharedeus2.eus2.attest.azure.net", "is no address"],
    ["https://sharedeus2.eus2.attest.azure.net/path", "is no address"],
    ["https://sharedeus2.weu2.attest.azure.net", "is no shared authority: those are called sharedweu2.weu2"],
  ])("refuses %s", (url, problem) => {
    expect(authorityProblem(url)).toContain(problem);
    expect(() => diskReleasePolicy({ authorities: [url], tee: "snp" })).toThrow(`authorities: "${url}" ${problem}`);
  });

  it("refuses none at all, and machines that are none", () => {
    expect(() => diskReleasePolicy({ authorities: [], tee: "snp" })).toThrow("authorities: are none");
    const machines = (ids: string[]) => () => guestReleasePolicy({ authorities: [eastUs2], tee: "snp", machines: ids });
    expect(machines([])).toThrow("machines: are none");
    expect(machines(["node-1"])).toThrow('machines: "node-1" is no id of a machine');
  });

  it("knows the shared ones of the regions with confidential GPUs", () => {
    expect(sharedAuthority("East US 2")).toBe(eastUs2);
    expect(sharedAuthority("northeurope")).toBeUndefined();
  });
});
