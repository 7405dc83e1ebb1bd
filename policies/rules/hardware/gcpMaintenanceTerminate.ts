import { providerTypes } from "../../cloudSources";
import { gcpMachine, gcpTemplate } from "../../examples/gcp";
import { gcpConfidentialMachines, hasConfidentialGpu } from "../../gcp";
import { resourceRule } from "../../rule";

/** Processors whose SEV machines Google moves while they run. */
const movable = ["AMD Milan", "AMD Genoa"];

export const gcpMaintenanceTerminate = resourceRule({
  id: "gcp-maintenance-terminate",
  title: "A confidential Google machine is stopped for maintenance, not moved",
  pillar: "hardware",
  severity: "medium",
  threat:
    "Live migration is Google's default and cannot carry a TEE or a GPU: the machine is refused, and the pool behind it hangs half made.",
  remediation: "Write scheduling.onHostMaintenance: TERMINATE.",
  source: providerTypes("gcp", "types/input.d.ts, compute.InstanceConfidentialInstanceConfig"),
  platforms: ["gcp"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: gcpConfidentialMachines,
  *check(node) {
    const maintenance = node.config.at("scheduling", "onHostMaintenance");
    if (maintenance.value === "TERMINATE") return;
    const sev = !hasConfidentialGpu(node) && (node.teeType.text ?? "SEV") === "SEV";
    if (sev && movable.includes(node.config.at("minCpuPlatform").text ?? "")) return;
    yield maintenance.finding("has to be TERMINATE for a machine with a TEE or a GPU");
  },
  compliant: [gcpMachine, gcpTemplate],
  breakages: [
    {
      mistake: "live migration asked for",
      path: "/scheduling/onHostMaintenance",
      value: "MIGRATE",
      expect: "scheduling.onHostMaintenance",
    },
    {
      mistake: "maintenance left to Google's default",
      resource: 1,
      path: "/scheduling/onHostMaintenance",
      remove: true,
      expect: "scheduling.onHostMaintenance",
    },
  ],
});
