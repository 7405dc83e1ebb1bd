import { cpuTees, labels } from "../../../components/host/hardware";
import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods, confidentialRuntimeClasses, missing } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

export const confidentialRuntimeClass = resourceRule({
  id: "confidential-runtime-class",
  title: "Confidential pods name a runtime class that puts them into a TEE with their GPUs",
  pillar: "runtime",
  severity: "critical",
  threat: "With another class, or none, the pod runs in the open on the host and its operator reads its memory.",
  remediation: `Write runtimeClassName: ${confidentialRuntimeClasses.join(" or ")}.`,
  source: issue(repositories.gpuOperator, 1906),
  platforms: bareMetal,
  claims: ["cpu-genuine"],
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        // Debug variants have a rule of their own.
        expression: `variables.spec.?runtimeClassName.orValue("").matches("^(${confidentialRuntimeClasses.join("|")})(-debug|-devkit)*$")`,
        message: "spec.runtimeClassName is no confidential GPU class of the reference architecture",
      },
    ],
  },
  boundary: { by: "measurement", how: "outside a TEE there is no evidence, hence no key" },
  looksAt: confidentialPods,
  *check({ object, spec }) {
    const name = spec.at("runtimeClassName");
    if (missing(object, name)) yield name.finding("is missing: the pod would run on the host's own runtime");
    else if (name.present && !isGpuClass(name.text))
      yield name.finding("is no confidential GPU class of the reference architecture");
  },
  *remediate(resource) {
    for (const { object, spec } of confidentialPods.select(resource)) {
      const name = spec.at("runtimeClassName");
      if (name.present ? isGpuClass(name.text) : !missing(object, name)) continue;
      const named = cpuTees.filter((tee) => name.text?.split("-").includes(tee));
      const selected = cpuTees.filter((tee) => spec.at("nodeSelector", labels.tee[tee]).text === "true");
      const [tee, ...others] = new Set([...named, ...selected]);
      if (tee && others.length === 0 && name.steps) yield { path: name.steps, value: `kata-qemu-nvidia-gpu-${tee}` };
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "no runtime class",
      path: `${podPointer}/runtimeClassName`,
      remove: true,
      expect: `${podPath}.runtimeClassName`,
    },
    {
      mistake: "a name of old guides",
      path: `${podPointer}/runtimeClassName`,
      value: "kata-nvidia-gpu",
      expect: `${podPath}.runtimeClassName`,
    },
    {
      mistake: "the class without a TEE",
      path: `${podPointer}/runtimeClassName`,
      value: "kata-qemu-nvidia-gpu",
      expect: `${podPath}.runtimeClassName`,
    },
    {
      mistake: "plain containers",
      path: `${podPointer}/runtimeClassName`,
      value: "nvidia",
      expect: `${podPath}.runtimeClassName`,
    },
    {
      mistake: "a TEE without the GPU in it",
      path: `${podPointer}/runtimeClassName`,
      value: "kata-qemu-snp",
      expect: `${podPath}.runtimeClassName`,
    },
  ],
});

/** One of the reference architecture's, or its debug variant, which a rule of its own refuses. */
function isGpuClass(name: string | undefined): boolean {
  const closed = name?.replace(/-(debug|devkit)/g, "");
  return confidentialRuntimeClasses.some((known) => known === closed);
}
