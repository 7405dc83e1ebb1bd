import type { RuleAttack } from "../attack";
import { replace, set } from "../change";

const file = ["data", "firmware-plan.yaml"];
const snp = "ConfigMap/firmware-plan-rack-a";
const tdx = "ConfigMap/firmware-plan-rack-b";

/** What hosts' firmware is told, by those who run the hosts. */
export const firmware: readonly RuleAttack[] = [
  {
    id: "no-asid-left-for-guests",
    threat: "A plan copied from a host of ordinary guests leaves SEV-SNP one ASID, which no guest can have.",
    attacker: "carelessEngineer",
    rule: "firmware-plan-complete",
    where: "preview",
    base: "firmware",
    change: [replace(snp, file, "values: [ 100 ]", "values: [ 1 ]")],
  },
  {
    id: "memory-the-rmp-forgets",
    threat: "An insider keeps some memory out of the RMP, to put other pages under a guest unnoticed.",
    attacker: "providerInsider",
    rule: "firmware-plan-complete",
    where: "preview",
    base: "firmware",
    change: [
      replace(
        snp,
        file,
        /names: \[ Rmp, SnpMemCoverage \] }\n +values: \[ Enabled \]/,
        "names: [ Rmp ] }\n        values: [ Disabled ]",
      ),
    ],
  },
  {
    id: "manifest-eaten-at-start",
    threat:
      "A blog's BIOS settings switch the registration agent on, and a rack of TDX hosts can never be registered again.",
    attacker: "carelessEngineer",
    rule: "firmware-registration-chosen",
    where: "preview",
    base: "firmware",
    change: [replace(tdx, file, 'values: [ Disabled, "Off" ]', "values: [ Enabled ]")],
  },
  {
    id: "keys-wiped-each-night",
    threat: "A job that runs the plan each night resets the SGX keys of every host each night, too.",
    attacker: "carelessEngineer",
    rule: "firmware-plan-staged",
    where: "preview",
    base: "firmware",
    change: [replace(tdx, file, "        once: true\n", "")],
  },
  {
    id: "threads-off-at-run-time",
    threat: "Half of the threads are taken offline against side channels, and a week later the rack starts no guest.",
    attacker: "carelessEngineer",
    rule: "host-cpus-online",
    where: "preview",
    base: "firmware",
    change: [set("PerformanceProfile/confidential-hosts", "spec.cpu.offlined", "64-127")],
  },
];
