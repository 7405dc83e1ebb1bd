import { annotations, literal } from "../../admission/cel";
import { initDataAnnotationKey } from "../../../components/guest/initDataAnnotation";
import { confidentialDeployment } from "../../examples/confidentialDeployment";
import { pods } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

const prefix = "io.katacontainers.config.";
const at = (key: string) => `spec.template.metadata.annotations["${prefix}${key}"]`;
const pointer = (key: string) => `/spec/template/metadata/annotations/${prefix}${key}`;

export const onlyInitDataAnnotation = resourceRule({
  id: "only-init-data-annotation",
  title: "Pods set no Kata annotation but init-data",
  pillar: "runtime",
  severity: "critical",
  threat:
    "Annotations reach the hypervisor: kernel parameters open a debug console, others change what is measured or mount the host.",
  remediation: `Put guest settings into ${initDataAnnotationKey} and remove the other ${prefix}* annotations.`,
  source: issue(repositories.kata, 12186),
  platforms: bareMetal,
  claims: ["guest-booted-as-released"],
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: `${annotations}.all(k, !k.startsWith(${literal(prefix)}) || k == ${literal(initDataAnnotationKey)})`,
        message: "metadata.annotations hold a Kata setting that reaches into the hypervisor",
      },
    ],
  },
  boundary: {
    by: "measurement",
    how: "kernel parameters and vCPU counts are part of the launch measurement; other settings are not measured",
  },
  looksAt: pods,
  *check({ metadata }) {
    const annotations = metadata.at("annotations");
    for (const key of annotations.keys())
      if (key.startsWith(prefix) && key !== initDataAnnotationKey)
        yield annotations.at(key).finding("reaches into the hypervisor");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "a debug console by kernel parameter",
      path: pointer("hypervisor.kernel_params"),
      value: "agent.debug_console agent.log=debug",
      expect: at("hypervisor.kernel_params"),
    },
    {
      mistake: "vCPUs by annotation",
      path: pointer("hypervisor.default_vcpus"),
      value: "16",
      expect: at("hypervisor.default_vcpus"),
    },
    {
      mistake: "arguments for the file-sharing daemon",
      path: pointer("hypervisor.virtio_fs_extra_args"),
      value: '["--shared-dir=/"]',
      expect: at("hypervisor.virtio_fs_extra_args"),
    },
    {
      mistake: "an agent setting",
      path: pointer("agent.kernel_modules"),
      value: "nouveau",
      expect: at("agent.kernel_modules"),
    },
  ],
});
