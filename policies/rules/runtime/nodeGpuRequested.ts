import { re2 } from "../../admission/cel";
import { podPath, podPointer } from "../../examples/confidentialDeployment";
import { nodeDeployment } from "../../examples/nodes";
import { confidentialPods } from "../../kubernetes";
import { clouds, resourceRule } from "../../rule";
import { file } from "../../sources";

/** Classes of NVIDIA's container toolkit, for the GPU Operator's own pods: they give whatever a variable of the pod names. */
const toolkitClass = /^nvidia($|-)/;

export const nodeGpuRequested = resourceRule({
  id: "node-gpu-requested",
  title: "A confidential pod gets a node's GPU by asking for nvidia.com/gpu, not by the toolkit's own runtime class",
  pillar: "runtime",
  severity: "high",
  threat:
    "A pod of class nvidia with NVIDIA_VISIBLE_DEVICES=all takes the GPU that another pod was given, past scheduler and quota, and uses it at the same time.",
  remediation: "Leave runtimeClassName out, and write resources.limits: {nvidia.com/gpu: 1}.",
  source: file("NVIDIA/gpu-operator", "controllers/object_controls.go", "v26.3.1"),
  // Elsewhere `confidential-runtime-class` leaves pods the classes of confidential guests alone.
  platforms: clouds,
  isolationUnit: "node",
  claims: ["gpu-confidential"],
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: `!string(variables.spec.?runtimeClassName.orValue("")).matches(${re2(toolkitClass)})`,
        message: "spec.runtimeClassName is the GPU Operator's own, which gives GPUs that nobody counts",
      },
    ],
  },
  boundary: { by: "nothing", how: "evidence is of the whole GPU, whoever uses it" },
  looksAt: confidentialPods,
  *check({ spec }) {
    const name = spec.at("runtimeClassName");
    if (toolkitClass.test(name.text ?? "")) yield name.finding("gives GPUs that nobody counts");
  },
  compliant: [nodeDeployment],
  breakages: ["nvidia", "nvidia-cdi"].map((value) => ({
    mistake: `the GPU Operator's own runtime class, ${value}, for a tenant's pod`,
    path: `${podPointer}/runtimeClassName`,
    value,
    expect: `${podPath}.runtimeClassName`,
  })),
});
