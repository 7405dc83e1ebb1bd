import { re2 } from "../../admission/cel";
import { confidentialRuntimeClass } from "../../examples/cluster";
import { isTeeRuntimeClass, objects, teeRuntimeClass } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { page } from "../../sources";

export const runtimeClassHandlerNamed = resourceRule({
  id: "runtime-class-handler-named",
  title: "A confidential runtime class starts what its name says",
  pillar: "runtime",
  severity: "critical",
  threat:
    "The class keeps its confidential name and starts plain containers by another handler: every pod that asks for it runs in the open.",
  remediation: "Write the class's own name as its handler, as kata-deploy does.",
  source: page("Kubernetes, Runtime Class", "https://kubernetes.io/docs/concepts/containers/runtime-class/"),
  platforms: bareMetal,
  claims: ["guest-booted-as-released"],
  admission: {
    scope: [{ group: "node.k8s.io", version: "v1", resource: "runtimeclasses" }],
    when: `object.metadata.name.matches(${re2(teeRuntimeClass)})`,
    validations: [
      { expression: "object.handler == object.metadata.name", message: "handler is not what the class's name says" },
    ],
  },
  boundary: { by: "measurement", how: "outside a TEE, or in another guest, there is no evidence that opens a key" },
  looksAt: objects("node.k8s.io/v1/RuntimeClass"),
  *check({ body }) {
    const name = body.at("metadata", "name").text;
    const handler = body.at("handler");
    if (isTeeRuntimeClass(name) && handler.present && handler.text !== name)
      yield handler.finding(`is not ${name}, which the class is called`);
  },
  compliant: [confidentialRuntimeClass],
  breakages: [
    { mistake: "plain containers under a confidential name", path: "/handler", value: "runc", expect: "handler" },
    { mistake: "GPUs of the host under a confidential name", path: "/handler", value: "nvidia", expect: "handler" },
    {
      mistake: "the debug guest under the name of the closed one",
      path: "/handler",
      value: "kata-qemu-nvidia-gpu-snp-debug",
      expect: "handler",
    },
  ],
});
