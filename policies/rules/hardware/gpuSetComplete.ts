import { literal, literals } from "../../admission/cel";
import { gpuModelNames, gpuModels, nvswitchResource, pgpuResource } from "../../../components/host/hardware";
import type { GpuModel, GpuModelName } from "../../../components/host/hardware";
import { gpuModelLabel } from "../../../components/workload/podTemplate";
import { containerPath, containerPointer, eightGpuDeployment } from "../../examples/confidentialDeployment";
import type { Pod } from "../../kubernetes";
import { confidentialPods, containersOf } from "../../kubernetes";
import type { Place } from "../../place";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

/** HGX boards: protected PCIe mode takes all of their GPUs and NVSwitches at once. */
const board = { gpus: 8, nvSwitches: 4 };
const limits = `${containerPath}.resources.limits`;
const limitsPointer = `${containerPointer}/resources/limits`;

/** CEL: names of the models that fit. */
const models = (fits: (model: GpuModel) => boolean) => literals(gpuModelNames.filter((name) => fits(gpuModels[name])));
const sumOfLimits = (resource: string) =>
  `variables.containers.map(c, quantity(c.?resources.?limits[?${literal(resource)}].orValue("0")).asInteger()).sum()`;

export const gpuSetComplete = resourceRule({
  id: "gpu-set-complete",
  title: "A pod takes one GPU, or all GPUs of its host together with their NVSwitches",
  pillar: "hardware",
  severity: "high",
  threat: "A part of a set leaves NVLink to the host or hangs the GPUs until the host is rebooted.",
  remediation: `Ask for ${pgpuResource}: 1; or for 8 with ${nvswitchResource}: 4 on Hopper, without it on Blackwell.`,
  source: issue(repositories.kata, 13179),
  platforms: bareMetal,
  claims: ["gpu-confidential"],
  admission: {
    scope: "confidentialPods",
    variables: {
      gpus: sumOfLimits(pgpuResource),
      nvSwitches: sumOfLimits(nvswitchResource),
      model: `variables.spec.?nodeSelector[?${literal(gpuModelLabel)}].orValue("")`,
    },
    validations: [
      {
        expression: `variables.nvSwitches == 0 || (variables.nvSwitches == ${board.nvSwitches} && variables.gpus == ${board.gpus})`,
        message: `NVSwitches are passed as ${board.nvSwitches} with ${board.gpus} GPUs`,
      },
      {
        expression: `variables.nvSwitches == 0 || !(variables.model in ${models((model) => model.nvSwitchesInTcb === 0)})`,
        message: "NVSwitches of this GPU model stay outside the virtual machine",
      },
      {
        expression: `variables.gpus <= 1 || !(variables.model in ${models((model) => model.multiGpu === undefined)})`,
        message: "GPUs of this model are passed one at a time",
      },
      {
        expression: `variables.gpus <= 1 || variables.nvSwitches > 0 || !(variables.model in ${models((model) => model.multiGpu !== undefined && model.nvSwitchesInTcb > 0)})`,
        message: "several GPUs of this model need the host's NVSwitches",
      },
    ],
  },
  boundary: { by: "keyBroker", how: "a release's policy counts the GPUs in the evidence" },
  looksAt: confidentialPods,
  *check(pod) {
    const gpus = requested(pod, pgpuResource);
    const switches = requested(pod, nvswitchResource);
    const name = pod.spec.at("nodeSelector", gpuModelLabel).text;
    const model: GpuModel | undefined = name === undefined ? undefined : gpuModels[name as GpuModelName];

    if (switches.sum > 0 && (switches.sum !== board.nvSwitches || gpus.sum !== board.gpus))
      yield switches.place.finding(
        `goes with ${gpus.sum} GPUs; NVSwitches are passed as ${board.nvSwitches} with ${board.gpus} GPUs`,
      );
    else if (model && switches.sum > 0 && model.nvSwitchesInTcb === 0)
      yield switches.place.finding(`is for Hopper; NVSwitches of ${name} stay outside the virtual machine`);
    else if (model && gpus.sum > 1 && model.multiGpu === undefined)
      yield gpus.place.finding(`${name} is passed one at a time`);
    else if (model && gpus.sum > 1 && switches.sum !== model.nvSwitchesInTcb && !pod.object.partial)
      yield gpus.place.finding(`${name} in sets of ${board.gpus} needs ${nvswitchResource}: ${model.nvSwitchesInTcb}`);
  },
  compliant: [eightGpuDeployment],
  breakages: [
    {
      mistake: "NVSwitches forgotten",
      path: `${limitsPointer}/nvidia.com~1nvswitch`,
      remove: true,
      expect: `${limits}["nvidia.com/pgpu"]`,
    },
    {
      mistake: "half of the GPUs",
      path: `${limitsPointer}/nvidia.com~1pgpu`,
      value: "4",
      expect: `${limits}["nvidia.com/nvswitch"]`,
    },
    {
      mistake: "one NVSwitch too few",
      path: `${limitsPointer}/nvidia.com~1nvswitch`,
      value: 3,
      expect: `${limits}["nvidia.com/nvswitch"]`,
    },
    {
      mistake: "Hopper's set on Blackwell",
      path: "/spec/template/spec/nodeSelector/trustfoundry.dev~1gpu-model",
      value: "B200",
      expect: `${limits}["nvidia.com/nvswitch"]`,
    },
  ],
});

/** The sum over a pod's containers, and the first place that asks for some. */
function requested(pod: Pod, resource: string): { sum: number; place: Place } {
  const places = containersOf(pod).map(({ place }) => place.at("resources", "limits", resource));
  const asking = places.filter((place) => (place.count ?? 0) > 0);
  return { sum: asking.reduce((sum, place) => sum + (place.count ?? 0), 0), place: asking[0] ?? pod.spec };
}
