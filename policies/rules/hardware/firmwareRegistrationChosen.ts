import { planFileName } from "../../../components/host/firmware/planText";
import { tdxFirmwarePlan } from "../../examples/firmware";
import { firmwareFindings, firmwarePlanFiles } from "../../firmware";
import { bareMetal, resourceRule } from "../../rule";
import { page } from "../../sources";

const pointer = `/data/${planFileName}`;
const path = `data["${planFileName}"]`;
const agent = "names: [ SgxAutoRegistrationAgent ] }\n        values:";

export const firmwareRegistrationChosen = resourceRule({
  id: "firmware-registration-chosen",
  title: "Firmware registers a TDX host by itself only where that was chosen",
  pillar: "hardware",
  severity: "high",
  threat:
    "The registration agent consumes the platform manifest at its first start; PCCS never gets the host's certificates, its quotes are empty, and only a factory reset of its keys helps.",
  remediation:
    "Leave registration in-band, with the agent Disabled; write registration: direct where firmware is to ask Intel.",
  source: page(
    "Intel, TDX enabling guide: infrastructure setup, platform registration",
    "https://cc-enabling.trustedservices.intel.com/intel-tdx-enabling-guide/02/infrastructure_setup/",
  ),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "keyBroker", how: "an empty quote is no evidence; guests of that host get no key" },
  looksAt: firmwarePlanFiles,
  *check(file) {
    yield* firmwareFindings(file, "registration");
  },
  compliant: [tdxFirmwarePlan],
  breakages: [
    {
      mistake: "the agent on, as guides for another design have it",
      path: pointer,
      replace: [`${agent} [ Disabled, "Off" ]`, `${agent} [ Enabled ]`],
      expect: `${path}#stages[2].settings[4].values`,
    },
    {
      mistake: "the agent left to the factory",
      path: pointer,
      replace: ["id: registration-agent", "id: agent"],
      expect: `${path}#stages`,
    },
    {
      mistake: "a manifest that the operator's tools cannot read",
      path: pointer,
      replace: [
        'names: [ SgxPackageInfoInBandAccess ] }\n        values: [ "On" ]',
        'names: [ SgxPackageInfoInBandAccess ] }\n        values: [ "Off" ]',
      ],
      expect: `${path}#stages[2].settings[3].values`,
    },
  ],
});
