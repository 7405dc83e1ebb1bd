import { planFileName } from "../../../components/host/firmware/planText";
import { snpFirmwarePlan, tdxFirmwarePlan } from "../../examples/firmware";
import { firmwareFindings, firmwarePlanFiles } from "../../firmware";
import { bareMetal, resourceRule } from "../../rule";
import { issue } from "../../sources";

const pointer = `/data/${planFileName}`;
const rmpCheck = `  - 'dmesg: has "SEV-SNP: RMP table physical range", memory is covered'\n`;
const path = `data["${planFileName}"]`;

export const firmwarePlanComplete = resourceRule({
  id: "firmware-plan-complete",
  title: "A host's firmware plan gives it a TEE that works, with memory, IOMMU, ASIDs and keys",
  pillar: "hardware",
  severity: "high",
  threat:
    "Firmware says that the TEE is enabled, yet it has no ASID or key for a guest, or memory that the host can remap; the hosts were restarted for nothing.",
  remediation:
    "Take the plan from the vendor's data: memory encryption, IOMMU, ASIDs above 1 and RMP coverage for SEV-SNP; loader, SGX and a key split above 0 for TDX.",
  source: issue("AMDESE/AMDSEV", 202),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "keyBroker", how: "a guest on a host without a working TEE has no evidence" },
  looksAt: firmwarePlanFiles,
  *check(file) {
    if (!file.plan) yield file.place.finding(file.fault ?? "is no firmware plan");
    yield* firmwareFindings(file, "tee");
  },
  compliant: [snpFirmwarePlan, tdxFirmwarePlan],
  breakages: [
    {
      mistake: "one ASID for all guests",
      path: pointer,
      replace: ["values: [ 100 ]", "values: [ 1 ]"],
      expect: `${path}#stages[1].settings[1].values`,
    },
    {
      mistake: "no IOMMU on a host with SEV-SNP",
      path: pointer,
      replace: [
        "names: [ IommuSupport ] }\n        values: [ Enabled ]",
        "names: [ IommuSupport ] }\n        values: [ Disabled ]",
      ],
      expect: `${path}#stages[0].settings[0].values`,
    },
    {
      mistake: "memory that the RMP does not cover",
      path: pointer,
      replace: ["id: rmp-coverage", "id: rmp"],
      expect: `${path}#stages`,
    },
    {
      mistake: "no keys for TDX",
      resource: 1,
      path: pointer,
      replace: ["values: [ 1 ]\n        atLeast: 1", "values: [ 0 ]"],
      expect: `${path}#stages[2].settings[1].values`,
    },
    {
      mistake: "nobody looks at the host's log",
      path: pointer,
      replace: [rmpCheck, ""],
      expect: `${path}#checks`,
    },
    { mistake: "a plan that is none", path: pointer, value: "stages: []\n", expect: path },
  ],
});
