import { describe, expect, it } from "vitest";
import { parseAs } from "../../../stacks/config/load";
import { sampleSections, withValue } from "../../support/factory";

const path = ["providers", 0, "hosts", 0];

function problems(firmware: unknown, cpu?: string): string {
  const sections = withValue(sampleSections(), [...path, "firmware"], firmware);
  try {
    parseAs("rehearsal", cpu === undefined ? sections : withValue(sections, [...path, "cpu"], cpu));
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a host's firmware", () => {
  it.each([
    [{ vendor: "dell" }],
    [{ vendor: "dell", managementAddress: "idrac-7.mgmt.example" }],
    [{ vendor: "hpe", managementAddress: "192.0.2.7:8443", attributes: { "rmp-coverage": "AmdRmp" } }],
    [{ vendor: "cisco", managementAddress: "[2001:db8::7]:443" }],
    [{ vendor: "ninth", vendorFolder: "vendors" }],
  ])("is %j", (firmware) => {
    expect(problems(firmware)).toBe("");
  });

  it.each([
    [{ vendor: "del" }, 'hosts[0].firmware.vendor: "del" is none of cisco, dell, hpe, lenovo; write one'],
    [{ vendor: "dell", managementAddress: "https://idrac/redfish" }, "is no host name and no IP address"],
    [{ vendor: "dell", registration: "auto" }, "write in-band, direct"],
    [{ vendor: "dell", password: "hunter2" }, "firmware.password: no such setting"],
    [{}, "firmware.vendor: missing"],
  ])("is not %j", (firmware, message) => {
    expect(problems(firmware)).toContain(message);
  });

  it("holds no credentials, and shows none that were written all the same", () => {
    const text = problems({ vendor: "dell", managementAddress: "root:hunter2@idrac" });
    expect(text).toContain("managementAddress.credentials: have no place in the configuration");
    expect(text).not.toContain("hunter2");
  });

  it("says how TDX hosts are registered, and of others nothing", () => {
    expect(problems({ vendor: "dell", registration: "direct" }, "Emerald Rapids")).toBe("");
    expect(problems({ vendor: "dell", registration: "direct" }, "Genoa")).toContain(
      'firmware.registration: "direct" is for hosts with TDX, and Genoa has SEV-SNP; remove it',
    );
  });
});
