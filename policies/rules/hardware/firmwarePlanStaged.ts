import { planFileName } from "../../../components/host/firmware/planText";
import { snpFirmwarePlan, tdxFirmwarePlan } from "../../examples/firmware";
import { firmwareFindings, firmwarePlanFiles } from "../../firmware";
import { bareMetal, resourceRule } from "../../rule";
import { page } from "../../sources";

const pointer = `/data/${planFileName}`;
const path = `data["${planFileName}"]`;

export const firmwarePlanStaged = resourceRule({
  id: "firmware-plan-staged",
  title: "A firmware plan sets nothing before what it depends on is in force, and resets keys once, last",
  pillar: "hardware",
  severity: "medium",
  threat:
    "A management controller answers 200 and drops what is read-only as yet; or each run of a plan wipes the host's registered keys, and its guests lose their certificates.",
  remediation:
    "Put a setting into a later stage than those in its after, and what is done once into the last one, alone.",
  source: page(
    "DMTF, Redfish Specification DSP0266: settings resource and attribute registries",
    "https://www.dmtf.org/dsp/DSP0266",
  ),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: {
    by: "nothing",
    how: "the host attests as what it is; it is its time, and its registration, that are lost",
  },
  looksAt: firmwarePlanFiles,
  *check(file) {
    yield* firmwareFindings(file, "order");
  },
  compliant: [snpFirmwarePlan, tdxFirmwarePlan],
  breakages: [
    {
      mistake: "SEV-SNP in the same restart as what covers memory",
      path: pointer,
      replace: ["  - title: Cover memory by the RMP\n    appliedBy: restart\n    settings:\n", ""],
      expect: `${path}#stages[1].settings[2].after`,
    },
    {
      mistake: "a parent that the plan does not set",
      path: pointer,
      replace: ["after: [ snp ]", "after: [ sev ]"],
      expect: `${path}#stages[2].settings[0].after`,
    },
    {
      mistake: "a factory reset at each run",
      resource: 1,
      path: pointer,
      replace: ["        once: true\n", ""],
      expect: `${path}#stages[3].settings[0]`,
    },
  ],
});
