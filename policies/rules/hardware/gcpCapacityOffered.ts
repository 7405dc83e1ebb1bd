import { gcpProvisioning } from "../../../components/host/offerings";
import { gkeConfidentialGpus } from "../../cloudSources";
import { gcpMachine, gcpNodePool, gcpReservedMachine, gcpTemplate } from "../../examples/gcp";
import { gcpGpuNodes } from "../../gcp";
import { resourceRule } from "../../rule";

export const gcpCapacityOffered = resourceRule({
  id: "gcp-capacity-offered",
  title: "A confidential H100 of Google's is asked for in a way in which it is offered",
  pillar: "hardware",
  severity: "low",
  threat:
    "On demand there is no quota for it: the node stays pending, and releases are moved to machines that are there.",
  remediation:
    "Write provisioningModel SPOT, FLEX_START or RESERVATION_BOUND; in a pool spot, flexStart, queuedProvisioning or a reservation. Except the node by name if you hold on-demand quota.",
  source: gkeConfidentialGpus,
  platforms: ["gcp"],
  claims: ["cloud-node-confidential"],
  // Some accounts do hold on-demand quota.
  baseline: "advisory",
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: gcpGpuNodes,
  *check({ form, config, body }) {
    if (form === "machine") {
      const model = config.at("scheduling", "provisioningModel");
      const preemptible = config.at("scheduling", "preemptible").value === true;
      if (!preemptible && !gcpProvisioning.models.includes(model.text ?? "STANDARD"))
        yield model.finding(`is not known to be offered; ${gcpProvisioning.models.join(", ")} are`);
      return;
    }
    const offered =
      ["spot", "preemptible", "flexStart"].some((key) => config.at(key).value === true) ||
      body.at("queuedProvisioning", "enabled").value === true ||
      config.at("reservationAffinity", "consumeReservationType").text === "SPECIFIC_RESERVATION";
    if (!offered) yield config.at("spot").finding("and flexStart are off, so the pool waits for on-demand capacity");
  },
  compliant: [gcpReservedMachine, gcpMachine, gcpTemplate, gcpNodePool],
  breakages: [
    {
      mistake: "a confidential H100 on demand",
      path: "/scheduling/provisioningModel",
      value: "STANDARD",
      expect: "scheduling.provisioningModel",
    },
    {
      mistake: "a pool of confidential H100s on demand",
      resource: 3,
      path: "/nodeConfig/spot",
      value: false,
      expect: "nodeConfig.spot",
    },
  ],
});
