import { initDataAnnotationKey } from "../../../components/guest/initDataAnnotation";
import { literal, literals, annotations as annotationsOf } from "../../admission/cel";
import { peerPodDeployment } from "../../examples/nodes";
import { peerPodRuntimeClass, peerPods } from "../../peerPods";
import { clouds, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const prefix = "io.katacontainers.";
/** Init-data, and the sizes that the peer pods' own webhook writes down from the pod's limits. */
const allowed = [
  initDataAnnotationKey,
  ...["default_gpus", "default_memory", "default_vcpus"].map((key) => `${prefix}config.hypervisor.${key}`),
];
const pointer = "/spec/template/metadata/annotations";

export const peerPodAnnotations = resourceRule({
  id: "peer-pod-annotations",
  title: "A peer pod chooses neither the image nor the type of its virtual machine",
  pillar: "runtime",
  severity: "critical",
  threat:
    "An annotation starts another image in place of the guest, or a machine type that has no TEE, and the pod's name is the same as before.",
  remediation: "Leave all Kata annotations but init-data out; image and type are the adaptor's settings.",
  source: file(repositories.kata, "src/runtime/Makefile", "4.0.0"),
  // Elsewhere `only-init-data-annotation` leaves pods no Kata annotation but init-data.
  platforms: clouds,
  isolationUnit: "node",
  claims: ["guest-booted-as-released"],
  admission: {
    scope: "confidentialPods",
    when: `string(variables.spec.?runtimeClassName.orValue("")) == ${literal(peerPodRuntimeClass)}`,
    validations: [
      {
        expression: `${annotationsOf}.all(key, !key.startsWith(${literal(prefix)}) || key in ${literals(allowed)})`,
        message: "an annotation chooses the peer pod's image, type or hypervisor",
      },
    ],
  },
  boundary: {
    by: "measurement",
    how: "another image attests as something else; a machine without a TEE cannot attest",
  },
  looksAt: peerPods,
  *check({ metadata }) {
    const annotations = metadata.at("annotations");
    for (const key of annotations.keys())
      if (key.startsWith(prefix) && !allowed.includes(key))
        yield annotations.at(key).finding("is the adaptor's to choose, not the pod's");
  },
  compliant: [peerPodDeployment],
  breakages: [
    {
      mistake: "a peer pod with an image of its own",
      path: `${pointer}/io.katacontainers.config.hypervisor.image`,
      value: "/subscriptions/s/images/other",
      expect: 'spec.template.metadata.annotations["io.katacontainers.config.hypervisor.image"]',
    },
    {
      mistake: "a peer pod on a machine type of its own choice",
      path: `${pointer}/io.katacontainers.config.hypervisor.machine_type`,
      value: "Standard_D4s_v5",
      expect: 'spec.template.metadata.annotations["io.katacontainers.config.hypervisor.machine_type"]',
    },
  ],
});
