import { describe, expect, it } from "vitest";
import { parseAs } from "../../../stacks/config/load";
import { sampleSections, withValue } from "../../support/factory";

const at = ["providers", 0];
const online = {
  quotes: { kind: "dcapOperator", certificates: "online", apiKeySecret: "intel-pcs", nodeSelectorShape: "list" },
};

function problems(intel: unknown, cpu = "Emerald Rapids", firmware?: object): string {
  let sections = withValue(sampleSections(), [...at, "intel"], intel);
  sections = withValue(sections, [...at, "hosts", 0, "cpu"], cpu);
  if (firmware) sections = withValue(sections, [...at, "hosts", 0, "firmware"], firmware);
  try {
    parseAs("rehearsal", sections);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("quotes of TDX hosts", () => {
  it.each([
    online,
    { quotes: { kind: "dcapOperator", certificates: "offline", nodeSelectorShape: "map" } },
    { quotes: { kind: "hostService", pccsUrl: "https://pccs.example.com:8081/sgx/certification/v4/" } },
  ])("are %j", (intel) => {
    expect(problems(intel)).toBe("");
  });

  it.each([
    [{ quotes: { ...online.quotes, apiKeySecret: undefined } }, "intel.quotes.apiKeySecret: is missing"],
    [{ quotes: { ...online.quotes, nodeSelectorShape: undefined } }, "intel.quotes.nodeSelectorShape: missing"],
    [{ ...online, registration: "direct" }, 'intel.registration: "direct" leaves no platform manifest'],
    [
      { ...online, operators: { devicePlugins: { csv: "a.v1.0.0" }, dcap: { csv: "intel-tdx-dcap-operator.v1.0.0" } } },
      'devicePlugins.csv: "a.v1.0.0" is no version of the package intel-device-plugins-operator; write',
    ],
    [
      {
        ...online,
        operators: {
          devicePlugins: { csv: "intel-device-plugins-operator.v0.36.0" },
          dcap: { csv: "intel-tdx-dcap-operator.v1.0.0" },
        },
      },
      "is for OpenShift with quotes of kind dcapOperator",
    ],
    [{ quotes: { kind: "hostService", pccsUrl: "http://pccs.example.com/" } }, "intel.quotes.pccsUrl"],
    [{ quotes: { ...online.quotes, apiKey: "0123456789abcdef" } }, "intel.quotes.apiKey: no such setting"],
    [{ quotes: { ...online.quotes, privilegedServiceAccounts: ["x"] } }, "intel.quotes.privilegedServiceAccounts"],
  ])("are not %j", (intel, message) => {
    expect(problems(intel)).toContain(message);
  });

  it("are of hosts with TDX, registered as their firmware plan says", () => {
    expect(problems(online, "Emerald Rapids", { vendor: "dell" })).toBe("");
    expect(problems(online, "Emerald Rapids", { vendor: "dell", registration: "direct" })).toContain(
      'hosts[0].firmware.registration: "direct" is not what intel.registration says (in-band)',
    );
  });
});
