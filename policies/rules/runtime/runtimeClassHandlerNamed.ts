import { literal, literals, re2 } from "../../admission/cel";
import { confidentialRuntimeClass } from "../../examples/cluster";
import { openshiftRuntimeClass } from "../../examples/openshift";
import { isTeeRuntimeClass, objects, openshiftHandlers, teeRuntimeClass } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { page } from "../../sources";

export const runtimeClassHandlerNamed = resourceRule({
  id: "runtime-class-handler-named",
  title: "A confidential runtime class starts what its name says",
  pillar: "runtime",
  severity: "critical",
  threat:
    "The class keeps its confidential name and starts plain containers by another handler: every pod that asks for it runs in the open.",
  remediation: "Write the class's own name as its handler, as kata-deploy does; on OpenShift that of its TEE.",
  source: page("Kubernetes, Runtime Class", "https://kubernetes.io/docs/concepts/containers/runtime-class/"),
  platforms: bareMetal,
  claims: ["guest-booted-as-released"],
  admission: {
    scope: [{ group: "node.k8s.io", version: "v1", resource: "runtimeclasses" }],
    when: `object.metadata.name.matches(${re2(teeRuntimeClass)})`,
    validations: [
      {
        expression: [
          "object.handler == object.metadata.name",
          ...Object.entries(openshiftHandlers).map(
            ([name, handlers]) => `object.metadata.name == ${literal(name)} && object.handler in ${literals(handlers)}`,
          ),
        ].join(" || "),
        message: "handler is not what the class's name says",
      },
    ],
  },
  boundary: { by: "measurement", how: "outside a TEE, or in another guest, there is no evidence that opens a key" },
  looksAt: objects("node.k8s.io/v1/RuntimeClass"),
  *check({ body }) {
    const name = body.at("metadata", "name").text;
    const handler = body.at("handler");
    if (!isTeeRuntimeClass(name) || !handler.present || handler.text === name) return;
    if (!openshiftHandlers[name ?? ""]?.includes(handler.text ?? ""))
      yield handler.finding(`is not ${name}, which the class is called`);
  },
  compliant: [confidentialRuntimeClass, openshiftRuntimeClass],
  breakages: [
    {
      mistake: "guests without a TEE under OpenShift's confidential name",
      resource: 1,
      path: "/handler",
      value: "kata-nvidia-gpu",
      expect: "handler",
    },
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
