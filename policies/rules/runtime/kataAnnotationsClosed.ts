import { kataDeploy } from "../../examples/cluster";
import { kataReleases, shims } from "../../kata";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** Carries init-data, whose digest is bound to the evidence. */
const bound = "cc_init_data";

export const kataAnnotationsClosed = resourceRule({
  id: "kata-annotations-closed",
  title: "Shims take no orders to the hypervisor from a pod's annotations",
  pillar: "runtime",
  severity: "high",
  threat:
    "Where a shim listens to them, whoever places a pod gives its hypervisor arguments: the host's files mounted, a device added, a kernel with a console.",
  remediation: `Write allowedHypervisorAnnotations: [] for each shim; init-data (${bound}) is allowed without it.`,
  source: file(repositories.kata, "tools/packaging/kata-deploy/helm-chart/kata-deploy/values.yaml", "4.1.0"),
  platforms: bareMetal,
  claims: ["guest-booted-as-released"],
  protects: ["modelOwner", "infrastructureProvider", "dataOwner"],
  boundary: {
    by: "measurement",
    how: "kernel and its parameters are measured; host mounts are refused by the agent policy",
  },
  looksAt: kataReleases,
  *check({ values }) {
    for (const { settings } of shims(values)) {
      const allowed = settings.at("allowedHypervisorAnnotations");
      if (allowed.present && !Array.isArray(allowed.value)) yield allowed.finding("is no list");
      for (const annotation of allowed.items())
        if (annotation.text !== bound) yield annotation.finding("opens the hypervisor to whoever places a pod");
    }
  },
  compliant: [kataDeploy],
  breakages: [
    {
      mistake: "kernel parameters allowed to pods",
      path: "/values/shims/qemu-nvidia-gpu-snp/allowedHypervisorAnnotations/-",
      value: "kernel_params",
      expect: "values.shims.qemu-nvidia-gpu-snp.allowedHypervisorAnnotations[0]",
    },
    {
      mistake: "arguments of the file server allowed to pods",
      path: "/values/shims/qemu-nvidia-gpu/allowedHypervisorAnnotations/-",
      value: "virtio_fs_extra_args",
      expect: "values.shims.qemu-nvidia-gpu.allowedHypervisorAnnotations[0]",
    },
    {
      mistake: "annotations as one text",
      path: "/values/shims/qemu-nvidia-gpu-tdx/allowedHypervisorAnnotations",
      value: ".*",
      expect: "values.shims.qemu-nvidia-gpu-tdx.allowedHypervisorAnnotations",
    },
  ],
});
