import { re2 } from "../../admission/cel";
import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods, pods } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const opened = /^kata-.*(-debug|-devkit|coco-dev)/;

export const noDebugRuntimeClass = resourceRule({
  id: "no-debug-runtime-class",
  title: "No pod runs in a debug, devkit or developer's guest",
  pillar: "runtime",
  severity: "critical",
  threat: "These guests give the host a console, or need no TEE at all and answer attestation with made-up evidence.",
  remediation: "Write the class without -debug or -devkit, and never kata-qemu-coco-dev.",
  source: file(repositories.kata, "tools/packaging/kata-deploy/helm-chart/kata-deploy/values.yaml", "4.1.0"),
  platforms,
  claims: ["guest-booted-as-released"],
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: `!variables.spec.?runtimeClassName.orValue("").matches(${re2(opened)})`,
        message: "spec.runtimeClassName opens the guest to its host",
      },
    ],
  },
  boundary: {
    by: "measurement",
    how: "these guests have other measurements, and sample evidence is refused by the key broker's policy",
  },
  looksAt: pods,
  *check({ spec }) {
    const name = spec.at("runtimeClassName");
    if (name.text !== undefined && opened.test(name.text)) yield name.finding("opens the guest to its host");
  },
  *remediate(resource) {
    for (const { spec } of confidentialPods.select(resource)) {
      const name = spec.at("runtimeClassName");
      const closed = name.text?.replace(/(-debug|-devkit)+$/, "");
      // What a developer's guest was meant to be, its name does not say.
      if (closed !== undefined && closed !== name.text && !opened.test(closed) && name.steps)
        yield { path: name.steps, value: closed };
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "debug guest",
      path: `${podPointer}/runtimeClassName`,
      value: "kata-qemu-nvidia-gpu-snp-debug",
      expect: `${podPath}.runtimeClassName`,
    },
    {
      mistake: "devkit guest",
      path: `${podPointer}/runtimeClassName`,
      value: "kata-qemu-nvidia-gpu-tdx-devkit",
      expect: `${podPath}.runtimeClassName`,
    },
    {
      mistake: "developer's guest",
      path: `${podPointer}/runtimeClassName`,
      value: "kata-qemu-coco-dev",
      expect: `${podPath}.runtimeClassName`,
    },
  ],
});
