import { confidentialRuntimeClass } from "../../examples/cluster";
import { missing, objects } from "../../kubernetes";
import { mebibytes } from "../../quantity";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

const leastMib = 10240;
const path = "overhead.podFixed.memory";

export const runtimeClassOverhead = resourceRule({
  id: "runtime-class-overhead",
  title: "GPU runtime classes account for the virtual machine's own memory",
  pillar: "runtime",
  severity: "medium",
  threat: "The host runs out of memory and kills virtual machines of other tenants along with this one.",
  remediation: `Write overhead.podFixed.memory: ${leastMib}Mi or more.`,
  source: issue(repositories.kata, 12786),
  platforms: bareMetal,
  claims: ["host-prepared"],
  admission: {
    scope: [{ group: "node.k8s.io", version: "v1", resource: "runtimeclasses" }],
    when: 'object.handler.startsWith("kata-qemu-nvidia-gpu")',
    validations: [
      {
        expression: `quantity(dyn(object).?overhead.?podFixed[?"memory"].orValue("0")).compareTo(quantity("${leastMib}Mi")) >= 0`,
        message: `${path} is less than the ${leastMib}Mi that a virtual machine with passed-through GPUs needs`,
      },
    ],
  },
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: objects("node.k8s.io/v1/RuntimeClass"),
  *check(object) {
    if (!object.body.at("handler").text?.startsWith("kata-qemu-nvidia-gpu")) return;
    const memory = object.body.at("overhead", "podFixed", "memory");
    const mib = mebibytes(memory.value);
    if (missing(object, memory) || (memory.present && (mib === undefined || mib < leastMib)))
      yield memory.finding(`is less than the ${leastMib}Mi that a virtual machine with passed-through GPUs needs`);
  },
  compliant: [confidentialRuntimeClass],
  breakages: [
    { mistake: "overhead of a plain Kata class", path: "/overhead/podFixed/memory", value: "320Mi", expect: path },
    { mistake: "megabytes taken for mebibytes", path: "/overhead/podFixed/memory", value: "10240M", expect: path },
    { mistake: "no overhead", path: "/overhead", remove: true, expect: path },
  ],
});
