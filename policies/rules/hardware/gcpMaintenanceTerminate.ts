import { providerTypes } from "../../cloudSources";
import { gcpMachine, gcpTemplate } from "../../examples/gcp";
import type { GcpNode } from "../../gcp";
import { gcpConfidentialMachines, hasConfidentialGpu } from "../../gcp";
import type { Place } from "../../place";
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
    if (isMoved(node)) yield maintenanceOf(node).finding("has to be TERMINATE for a machine with a TEE or a GPU");
  },
  *remediate(resource) {
    for (const node of gcpConfidentialMachines.select(resource)) {
      const { steps } = maintenanceOf(node);
      if (steps && isMoved(node)) yield { path: steps, value: "TERMINATE" };
    }
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

function maintenanceOf({ config }: GcpNode): Place {
  return config.at("scheduling", "onHostMaintenance");
}

function isMoved(node: GcpNode): boolean {
  if (maintenanceOf(node).value === "TERMINATE") return false;
  const sev = !hasConfidentialGpu(node) && (node.teeType.text ?? "SEV") === "SEV";
  return !(sev && movable.includes(node.config.at("minCpuPlatform").text ?? ""));
}
