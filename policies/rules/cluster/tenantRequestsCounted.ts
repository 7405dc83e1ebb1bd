import { everyContainer, literals } from "../../admission/cel";
import { containerPath, containerPointer } from "../../examples/confidentialDeployment";
import { tenantDeployment } from "../../examples/tenant";
import { confidentialContainers } from "../../kubernetes";
import { mebibytes } from "../../quantity";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const sizes = ["cpu", "memory"] as const;
const requests = "c.?resources.?requests.orValue({})";
const limits = "c.?resources.?limits.orValue({})";

export const tenantRequestsCounted = resourceRule({
  id: "tenant-requests-counted",
  title: "Confidential pods ask for what they may take: requests equal limits",
  pillar: "cluster",
  severity: "medium",
  threat:
    "Kata makes the virtual machine as large as the limits, while quota and scheduler count the requests: a tenant pays for a small guest and fills the host with a large one.",
  remediation: "Leave resources.requests out, so that they are the limits, or write the same values.",
  source: file(repositories.kata, "src/runtime/pkg/oci/utils.go", "4.1.0"),
  platforms,
  claims: ["tenant-accepted"],
  protects: ["infrastructureProvider"],
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: everyContainer(
          `${literals(sizes)}.all(r, !(r in ${requests}) || !(r in ${limits}) || ` +
            `quantity(string(c.resources.requests[r])).compareTo(quantity(string(c.resources.limits[r]))) == 0)`,
        ),
        message: `a container's requests of ${sizes.join(" or ")} are not its limits, by which the guest is sized`,
      },
    ],
  },
  boundary: { by: "ownControlPlane", how: "the provider's API server, and a LimitRange of the tenant's namespace" },
  looksAt: confidentialContainers,
  *check({ place }) {
    for (const size of sizes) {
      const request = place.at("resources", "requests", size);
      const limit = place.at("resources", "limits", size);
      if (request.present && limit.present && !isSame(size, request.value, limit.value))
        yield request.finding("is not the limit, by which the guest is sized");
    }
  },
  compliant: [tenantDeployment],
  breakages: [
    {
      mistake: "a large guest that asks for one CPU",
      path: `${containerPointer}/resources/requests/cpu`,
      value: "1",
      expect: `${containerPath}.resources.requests.cpu`,
    },
    {
      mistake: "memory that nobody counts",
      path: `${containerPointer}/resources/requests/memory`,
      value: "1Gi",
      expect: `${containerPath}.resources.requests.memory`,
    },
  ],
});

/** Whatever their spelling: 16 CPUs are 16000m. */
function isSame(size: (typeof sizes)[number], a: unknown, b: unknown): boolean {
  const amount = size === "cpu" ? milliCpus : mebibytes;
  const [first, second] = [amount(a), amount(b)];
  return first === undefined || second === undefined ? a === b : first === second;
}

function milliCpus(quantity: unknown): number | undefined {
  if (typeof quantity !== "string" && typeof quantity !== "number") return undefined;
  const [, number, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(String(quantity)) ?? [];
  return number === undefined ? undefined : Math.round(Number(number) * (milli ? 1 : 1000));
}
