import { providerTypes } from "../../cloudSources";
import { gcpMachine, gcpNodePool, gcpReservedMachine, gcpTemplate } from "../../examples/gcp";
import type { GcpNode } from "../../gcp";
import { gcpConfidentialNodes } from "../../gcp";
import type { Finding, Place } from "../../place";
import { resourceRule } from "../../rule";

export const gcpProvisioningCompanions = resourceRule({
  id: "gcp-provisioning-companions",
  title: "How a confidential Google machine is provisioned is said with everything that goes with it",
  pillar: "hardware",
  severity: "medium",
  threat:
    "A provisioning model without its companions is refused, or quietly taken as another one that never gets an H100.",
  remediation:
    "With SPOT write preemptible: true and automaticRestart: false; with FLEX_START automaticRestart: false, instanceTerminationAction: DELETE and maxRunDuration; with RESERVATION_BOUND a specific reservation.",
  source: providerTypes("gcp", "types/input.d.ts, compute.InstanceScheduling.provisioningModel"),
  platforms: ["gcp"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: gcpConfidentialNodes,
  *check(node) {
    yield* node.form === "machine" ? ofMachine(node) : ofPool(node);
  },
  compliant: [gcpMachine, gcpTemplate, gcpReservedMachine, gcpNodePool],
  breakages: [
    {
      mistake: "a spot machine that is not preemptible",
      path: "/scheduling/preemptible",
      remove: true,
      expect: "scheduling.preemptible",
    },
    {
      mistake: "a spot machine that restarts itself",
      path: "/scheduling/automaticRestart",
      value: true,
      expect: "scheduling.automaticRestart",
    },
    {
      mistake: "a spot machine that is to be suspended",
      path: "/scheduling/instanceTerminationAction",
      value: "SUSPEND",
      expect: "scheduling.instanceTerminationAction",
    },
    {
      mistake: "a flex-start machine without an end",
      resource: 1,
      path: "/scheduling/maxRunDuration",
      remove: true,
      expect: "scheduling.maxRunDuration",
    },
    {
      mistake: "a flex-start machine that is stopped and not deleted",
      resource: 1,
      path: "/scheduling/instanceTerminationAction",
      value: "STOP",
      expect: "scheduling.instanceTerminationAction",
    },
    {
      mistake: "a provisioning model with a slip of the pen",
      resource: 1,
      path: "/scheduling/provisioningModel",
      value: "FLEXSTART",
      expect: "scheduling.provisioningModel",
    },
    {
      mistake: "a reservation that is any",
      resource: 2,
      path: "/reservationAffinity/type",
      value: "ANY_RESERVATION",
      expect: "reservationAffinity.type",
    },
    {
      mistake: "a pool on spot and flex-start at once",
      resource: 3,
      path: "/nodeConfig/flexStart",
      value: true,
      expect: "nodeConfig.flexStart",
    },
  ],
});

function* ofMachine({ config }: GcpNode): Iterable<Finding> {
  const scheduling = config.at("scheduling");
  const model = scheduling.at("provisioningModel");
  const action = scheduling.at("instanceTerminationAction");
  switch (model.value) {
    case undefined:
    case "STANDARD":
      return;
    case "SPOT":
      yield* has(scheduling.at("preemptible"), true, "SPOT");
      yield* has(scheduling.at("automaticRestart"), false, "SPOT");
      if (action.present && !["STOP", "DELETE"].includes(action.text ?? ""))
        yield action.finding("is neither STOP nor DELETE");
      return;
    case "FLEX_START":
      yield* has(scheduling.at("automaticRestart"), false, "FLEX_START");
      yield* has(action, "DELETE", "FLEX_START");
      if (!scheduling.at("maxRunDuration").present)
        yield scheduling.at("maxRunDuration").finding("is missing, and FLEX_START needs an end");
      return;
    case "RESERVATION_BOUND":
      yield* has(config.at("reservationAffinity", "type"), "SPECIFIC_RESERVATION", "RESERVATION_BOUND");
      return;
    default:
      yield model.finding("is none of STANDARD, SPOT, FLEX_START, RESERVATION_BOUND");
  }
}

function* ofPool({ config }: GcpNode): Iterable<Finding> {
  const flexStart = config.at("flexStart");
  if (flexStart.value !== true) return;
  for (const key of ["spot", "preemptible"])
    if (config.at(key).value === true) yield flexStart.finding(`contradicts ${key} beside it`);
}

function* has(place: Place, wanted: string | boolean, model: string): Iterable<Finding> {
  if (place.value !== wanted) yield place.finding(`has to be ${wanted} with ${model}`);
}
