import { literals } from "../../admission/cel";
import { confidentialDeployment, containerPath, containerPointer } from "../../examples/confidentialDeployment";
import { confidentialPods, containersOf, missing } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const sizes = ["cpu", "memory"];

export const podLimitsSet = resourceRule({
  id: "pod-limits-set",
  title: "Each container of a confidential pod has limits for CPU and memory",
  pillar: "guest",
  severity: "high",
  threat:
    "Without limits the guest gets its default size: another number of vCPUs is another measurement that opens no key, and 8 GiB end under the weights.",
  remediation: "Write resources.limits.cpu and resources.limits.memory as the release states them.",
  source: file(repositories.kata, "src/runtime/pkg/oci/utils.go", "4.1.0"),
  platforms: bareMetal,
  claims: ["guest-booted-as-released"],

  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: `(variables.spec.?initContainers.orValue([]) + variables.spec.?containers.orValue([])).all(c, ${literals(sizes)}.all(r, r in c.?resources.?limits.orValue({})))`,
        message: `a container has no limit for ${sizes.join(" or ")}: the guest's size follows from them`,
      },
    ],
  },
  boundary: {
    by: "measurement",
    how: "on SEV-SNP the number of vCPUs is part of the launch digest; memory is not measured",
  },
  looksAt: confidentialPods,
  *check(pod) {
    for (const { place } of containersOf(pod).filter(({ place }) => !place.path.includes("ephemeralContainers")))
      for (const size of sizes) {
        const limit = place.at("resources", "limits", size);
        if (missing(pod.object, limit)) yield limit.finding("is missing: the guest's size follows from it");
      }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "no limit for CPU",
      path: `${containerPointer}/resources/limits/cpu`,
      remove: true,
      expect: `${containerPath}.resources.limits.cpu`,
    },
    {
      mistake: "no limit for memory",
      path: `${containerPointer}/resources/limits/memory`,
      remove: true,
      expect: `${containerPath}.resources.limits.memory`,
    },
  ],
});
